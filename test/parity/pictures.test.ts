/** Resampling, warping, colour and intensity mapping against Pillow, OpenCV, SciPy and numpy. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { blur, jitterHsv } from '../../src-main/engine/colour.js';
import { padValueOf, toInput, type InputImage, type InputMapping } from '../../src-main/engine/intensity.js';
import {
  letterbox,
  letterboxWindow,
  resampleBicubic,
  resampleNearest,
  unletterbox,
} from '../../src-main/engine/resample.js';
import { warp, type Affine } from '../../src-main/engine/warp.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import { decodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';
import { runPython } from '../python.js';
import { largestDifference } from './network-weights.js';

let reference: Map<string, NamedTensor>;
let picture: InputImage;
let labels: { width: number; height: number; data: Uint8Array };

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  try {
    const out = join(folder, 'pictures.safetensors');
    await runPython(resolve(import.meta.dirname, '../python/pictures_reference.py'), [out]);
    reference = decodeSafetensors(await readFile(out)).tensors;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [height, width, channels] = reference.get('picture')!.shape as [number, number, number];
  picture = { width, height, channels, values: dataOf('picture') };
  labels = { width, height, data: Uint8Array.from(dataOf('labels')) };
}, 120_000);

const dataOf = (name: string): Float32Array => reference.get(name)!.data;

const wholeOf = (width: number, height: number) => ({
  fullWidth: width,
  fullHeight: height,
  left: 0,
  top: 0,
  width,
  height,
});

describe.each([
  [106, 74],
  [20, 15],
  [90, 12],
])('resampling to %i × %i', (width, height) => {
  test('is the bicubic of Pillow', () => {
    const ours = resampleBicubic(picture, wholeOf(width, height), 0);
    expect(largestDifference(ours, dataOf(`bicubic/${width}x${height}`))).toBeLessThan(2e-6);
  });

  test('takes the nearest labels as Pillow does', () => {
    const ours = resampleNearest(labels, wholeOf(width, height), 0);
    expect([...ours]).toEqual([...dataOf(`nearest/${width}x${height}`)]);
  });

  test('of a window equals that part of the whole, padded outside', () => {
    const window = { ...wholeOf(width, height), left: 5, top: -3, width: 11, height: 9 };
    const ours = resampleBicubic(picture, window, 0.25);
    const whole = dataOf(`bicubic/${width}x${height}`);
    const expected = Float32Array.from({ length: 11 * 9 * 3 }, (_, i) => {
      const [y, x] = [Math.floor(i / 33) - 3, (Math.floor(i / 3) % 11) + 5];
      return y < 0 || y >= height || x >= width ? 0.25 : whole[(y * width + x) * 3 + (i % 3)]!;
    });
    expect(largestDifference(ours, expected)).toBeLessThan(2e-6);
  });
});

test("the letterbox is the tutorial's, with grey around", () => {
  const pad = padValueOf({ channels: 'rgb', count: 3, intensity: 'minus-one-to-one' });
  const ours = resampleBicubic(picture, letterboxWindow(letterbox(picture.width, picture.height, 64)), pad);
  expect(largestDifference(ours, dataOf('letterbox'))).toBeLessThan(2e-6);
});

test('a letterboxed result goes back to the image as OpenCV resizes', () => {
  const { width, height } = picture;
  const ours = unletterbox(
    { values: dataOf('square'), channels: 3, box: letterbox(width, height, 64) },
    { width, height },
  );
  expect(largestDifference(ours, dataOf('unletterbox'))).toBeLessThan(1e-5);
});

test('an affine warp with mirrored borders is that of SciPy, image and labels', () => {
  const affine = [...dataOf('affine')] as unknown as Affine;
  const { x, y } = warp(picture, labels, { size: 48, affine, border: 'reflect', padValue: 0 });
  expect(largestDifference(x, dataOf('warped'))).toBeLessThan(2e-5);
  expect([...y]).toEqual([...dataOf('warped labels')]);
});

test.each([
  [0, 0.1, 1.5, 1.3],
  [1, -0.1, 0.7, 0.8],
  [2, 0.45, 1, 1],
])('hue, saturation and value change as in OpenCV (%i)', (index, hue, saturation, value) => {
  const ours = dataOf('colours').slice();
  jitterHsv(ours, hue, saturation, value);
  expect(largestDifference(ours, dataOf(`jitter/${index}`))).toBeLessThan(1e-5);
});

test('a Gaussian blur is that of OpenCV with repeated edges', () => {
  const ours = dataOf('soft').slice();
  blur(ours, 32, 2, 1.7);
  expect(largestDifference(ours, dataOf('blurred'))).toBeLessThan(2e-6);
});

describe('intensities are mapped as numpy does', () => {
  const imageOf = (name: string): PixelImage => {
    const { shape, data } = reference.get(name)!;
    const [height, width, channels = 1] = shape as [number, number, number?];
    const wide = name.endsWith('16');
    return {
      width,
      height,
      channels,
      alpha: channels === 4,
      type: wide ? 'uint16' : 'uint8',
      data: wide ? Uint16Array.from(data) : Uint8Array.from(data),
    };
  };
  const grey: Pick<InputMapping, 'channels' | 'count'> = { channels: 'grey', count: 1 };
  const rgb: Pick<InputMapping, 'channels' | 'count'> = { channels: 'rgb', count: 3 };

  test.each<[string, string, InputMapping]>([
    ['z-score/grey8', 'grey8', { ...grey, intensity: 'z-score' }],
    ['z-score/flat8', 'flat8', { ...grey, intensity: 'z-score' }],
    ['z-score/grey16', 'grey16', { ...grey, intensity: 'z-score' }],
    ['z-score/rgba8', 'rgba8', { ...rgb, intensity: 'z-score' }],
    ['percentile/grey8', 'grey8', { ...grey, intensity: 'percentile' }],
    ['percentile/grey16', 'grey16', { ...grey, intensity: 'percentile' }],
    ['minus-one-to-one/rgba8', 'rgba8', { ...rgb, intensity: 'minus-one-to-one' }],
    ['minus-one-to-one/grey8', 'grey8', { ...rgb, intensity: 'minus-one-to-one' }],
    ['minus-one-to-one/grey16', 'grey16', { ...grey, intensity: 'minus-one-to-one' }],
    ['grey of rgba8', 'rgba8', { ...grey, intensity: 'z-score' }],
  ])('%s', (expected, image, mapping) => {
    expect(largestDifference(toInput(imageOf(image), mapping).values, dataOf(expected))).toBeLessThan(1e-5);
  });
});
