/** Image and labels move together: pictures whose brightness is their label, −1 for class 0 and 1 for class 1. */
import { describe, expect, test } from 'vitest';
import { augmentedCrop, type AugmentSettings, type Crop } from '../../src-main/engine/augment.js';
import type { InputImage } from '../../src-main/engine/intensity.js';
import { VOID_INDEX, type IndexMap } from '../../src-main/engine/warp.js';
import { randomFor } from '../../src-main/shared/random.js';
import { SETTINGS, type SettingDefinition } from '../../src-main/shared/settings.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';

const PAD = 0;
const SIZE = 64;

/** Blocks of 12 px, an asymmetric pattern, so that no mirror image or turn of it looks the same. */
function blocks(width: number, height: number, voidShare = 0): { image: InputImage; labels: IndexMap } {
  const random = randomFor(width, height);
  const across = Math.ceil(width / 12);
  const pattern = Array.from({ length: across * Math.ceil(height / 12) }, () => ({
    label: random.integer(2),
    labelled: !random.chance(voidShare),
  }));
  const at = (i: number) => pattern[Math.floor(i / width / 12) * across + Math.floor((i % width) / 12)]!;
  const each = Array.from({ length: width * height }, (_, i) => at(i));
  return {
    image: { width, height, channels: 1, values: Float32Array.from(each, ({ label }) => 2 * label - 1) },
    labels: {
      width,
      height,
      data: Uint8Array.from(each, ({ label, labelled }) => (labelled ? label : VOID_INDEX)),
    },
  };
}

const settingsOf = (given: Partial<AugmentSettings>): AugmentSettings => ({
  ...resolveSettings({ size: SIZE, rotation: 0, gainJitter: 0, offsetJitter: 0 }),
  ...given,
  padValue: PAD,
});

function* drawn(
  picture: { image: InputImage; labels: IndexMap },
  settings: AugmentSettings,
  count = 60,
): Generator<Crop> {
  for (let n = 0; n < count; n++)
    yield augmentedCrop(picture.image, picture.labels, null, settings, randomFor(3, n));
}

/** Pixels far from an edge hold their label's value; near one, filters blend. */
function expectAgreement(crops: Iterable<Crop>): void {
  let [certain, total, wrong] = [0, 0, 0];
  for (const { x, y } of crops)
    x.forEach((value, i) => {
      if (y[i] === VOID_INDEX) return;
      total++;
      if (Math.abs(value) < 0.9) return;
      certain++;
      if ((value > 0 ? 1 : 0) !== y[i]) wrong++;
    });
  expect(wrong).toBe(0);
  expect(certain / total).toBeGreaterThan(0.6);
}

const TUTORIAL = {
  interpolation: 'bicubic',
  border: 'void',
  scaleMin: 0.5,
  scaleMax: 2,
  aspectJitter: 0.3,
} as const;

describe('labels stay with their pixels', () => {
  test.each<[string, Partial<AugmentSettings>]>([
    ['mirrors and quarter turns', { scaleMin: 1, scaleMax: 1 }],
    ['scales', { flipHorizontal: false, flipVertical: false, quarterTurns: false }],
    ['any rotation', { rotation: 180 }],
    ['rotation, aspect and a smooth deformation', { rotation: 45, aspectJitter: 0.3, elastic: 4 }],
    ["the tutorial's resize and paste", TUTORIAL],
    [
      "the tutorial's, with vertical mirrors and turns",
      { ...TUTORIAL, flipVertical: true, quarterTurns: true },
    ],
    ['whole images in a square', { ...TUTORIAL, scaleMode: 'letterbox' }],
  ])('through %s', (_, given) => {
    expectAgreement(drawn(blocks(150, 110), settingsOf(given)));
    expectAgreement(drawn(blocks(50, 40), settingsOf({ ...given, border: 'void' })));
  });

  test('and no new label appears', () => {
    const settings = settingsOf({ rotation: 180, elastic: 3 });
    const seen = new Set([...drawn(blocks(150, 110, 0.3), settings)].flatMap(({ y }) => [...y]));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, VOID_INDEX]);
  });
});

test('mirrors and quarter turns draw all eight ways to lay a square, and nothing else', () => {
  const picture = blocks(SIZE, SIZE);
  const settings = settingsOf({ scaleMin: 1, scaleMax: 1 });
  const ways = new Map<string, Crop>();
  for (const crop of drawn(picture, settings, 100)) ways.set(crop.y.join(''), crop);
  expect(ways.size).toBe(8);
  expect(ways.has(picture.labels.data.join(''))).toBe(true);
  const ones = picture.labels.data.filter((label) => label === 1).length;
  for (const { x, y } of ways.values()) {
    expect(y.filter((label) => label === 1)).toHaveLength(ones);
    // Whole pixels: the values are those of the image, not blends.
    for (const [i, value] of x.entries()) expect(value).toBeCloseTo(2 * y[i]! - 1, 5);
  }
});

describe('what lies outside the image', () => {
  const outside: [string, Partial<AugmentSettings>][] = [
    ['warped', { rotation: 90 }],
    ['pasted as the tutorial does', TUTORIAL],
  ];
  test.each(outside)('is void and grey with a void border, never a class: %s', (_, given) => {
    // Smaller than the crop at any scale, so that padding is certain.
    const settings = settingsOf({ ...given, border: 'void', scaleMin: 0.5, scaleMax: 0.9 });
    let [padded, bright] = [0, 0];
    for (const { x, y } of drawn(blocks(48, 48), settings))
      y.forEach((label, i) => {
        if (label !== VOID_INDEX) return;
        padded++;
        if (x[i] !== PAD) bright++;
      });
    expect(bright).toBe(0);
    expect(padded / (60 * SIZE * SIZE)).toBeGreaterThan(0.3);
  });

  test('is a mirror image with its labels with a reflecting border: nothing is void', () => {
    const settings = settingsOf({ rotation: 180, scaleMin: 0.5, scaleMax: 0.9, border: 'reflect' });
    for (const { y } of drawn(blocks(48, 48), settings)) expect(y).not.toContain(VOID_INDEX);
    expectAgreement(drawn(blocks(48, 48), settings));
  });

  test('is void around a letterboxed image', () => {
    const settings = settingsOf({
      ...TUTORIAL,
      scaleMode: 'letterbox',
      scaleMin: 1,
      scaleMax: 1,
      aspectJitter: 0,
      quarterTurns: false,
    });
    for (const { y } of drawn(blocks(128, 64), settings)) {
      // Twice as wide as high: half of the square is the image.
      expect(y.filter((label) => label === VOID_INDEX)).toHaveLength((SIZE * SIZE) / 2);
      const voidRow = Array.from({ length: SIZE }, (_, row) => y[row * SIZE] === VOID_INDEX);
      expect(y.every((label, i) => (label === VOID_INDEX) === voidRow[Math.floor(i / SIZE)])).toBe(true);
    }
  });
});

test('channel jitter changes each channel by a gain and an offset of its own, and no label', () => {
  const grey = blocks(64, 64);
  const values = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => grey.image.values[Math.floor(i / 3)]!);
  const colour = {
    image: { ...grey.image, channels: 3, values },
    labels: grey.labels,
  };
  const still = { scaleMin: 1, scaleMax: 1, channelJitter: 0 };
  const [plain] = drawn(colour, settingsOf(still), 1);
  const [jittered] = drawn(colour, settingsOf({ ...still, channelJitter: 0.3 }), 1);
  expect(jittered!.y).toEqual(plain!.y);
  const maps = [0, 1, 2].map((channel) => {
    const at = (crop: Crop, wanted: number) =>
      crop.x[3 * plain!.x.findIndex((_, i) => plain!.x[3 * i] === wanted) + channel]!;
    const [low, high] = [at(jittered!, -1), at(jittered!, 1)];
    return { gain: (high - low) / 2, offset: (high + low) / 2 };
  });
  for (const { gain, offset } of maps) {
    expect(Math.abs(gain - 1)).toBeLessThanOrEqual(0.3);
    expect(Math.abs(offset)).toBeLessThanOrEqual(0.3);
  }
  expect(new Set(maps.map(({ gain }) => gain.toFixed(4))).size).toBe(3);
});

const STRENGTHS = Object.entries(SETTINGS as Record<string, SettingDefinition>).flatMap(
  ([name, definition]) =>
    definition.type === 'number' && definition.switch ? [{ name, ...definition.switch }] : [],
);

describe('what can be switched', () => {
  const off: Partial<AugmentSettings> = {
    ...Object.fromEntries(STRENGTHS.map((one) => [one.name, one.off])),
    ...{ flipHorizontal: false, flipVertical: false, quarterTurns: false },
  };

  test.each(['bilinear', 'bicubic'] as const)(
    'leaves a picture as it is when all is off, %s',
    (interpolation) => {
      const picture = blocks(SIZE, SIZE, 0.2);
      for (const { x, y } of drawn(picture, settingsOf({ ...off, interpolation }), 5)) {
        expect(x).toEqual(picture.image.values);
        expect(y).toEqual(picture.labels.data);
      }
    },
  );

  test.each(STRENGTHS.map(({ name, on }) => [name, on]))('%s changes pixels when it is %d', (name, on) => {
    const grey = blocks(SIZE, SIZE);
    // Three unlike channels, for what changes colours only.
    const values = Float32Array.from(
      { length: 3 * SIZE * SIZE },
      (_, i) => grey.image.values[Math.floor(i / 3)]! * [0.9, 0.5, -0.3][i % 3]!,
    );
    const image = { ...grey.image, channels: 3, values };
    const crops = [...drawn({ ...grey, image }, settingsOf({ ...off, [name]: on }), 5)];
    expect(crops.some(({ x }) => x.some((value, i) => value !== values[i]))).toBe(true);
  });
});

test.each(['bilinear', 'bicubic'] as const)(
  'a small picture is mirrored all round or lies in void, %s',
  (interpolation) => {
    const picture = blocks(36, 30);
    const settings = { ...{ scaleMin: 1, scaleMax: 1, interpolation } };
    for (const { y } of drawn(picture, settingsOf({ ...settings, border: 'reflect' }), 20))
      expect(y).not.toContain(VOID_INDEX);
    for (const { y } of drawn(picture, settingsOf({ ...settings, border: 'void' }), 20))
      expect(y.filter((label) => label === VOID_INDEX)).toHaveLength(SIZE * SIZE - 36 * 30);
    expectAgreement(drawn(picture, settingsOf({ ...settings, border: 'reflect' })));
  },
);
