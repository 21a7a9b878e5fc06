import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode as encodeElsewhere, decode as decodeElsewhere } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, decodeLabelImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { encodeGrey16Png, encodeGreyPng, encodeIndexedPng, encodeRgbPng } from '../../src-main/pixels/png.js';
import { randomFor } from '../../src-main/shared/random.js';
import { runPython } from '../python.js';
import { hashOf, shapeOf } from './hashes.js';

const script = join(import.meta.dirname, '../python/png_roundtrip.py');
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'))));

const random = randomFor(7);
const bytes = (length: number, most: number) => Uint8Array.from({ length }, () => random.integer(most + 1));
const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const [width, height] = [61, 43];

describe('pictures that Pillow writes', () => {
  it('are read exactly: PNG of every depth, palettes, alpha; BMP; JPEG with subsampling and EXIF turns', async () => {
    const { stdout } = await runPython(script, ['write', folder]);
    const expected = JSON.parse(stdout) as Record<string, [number[], string, string]>;
    const different: string[] = [];
    for (const [name, [shape, type, hash]] of Object.entries(expected)) {
      const image = await decodeImage(join(folder, name));
      const { width: w, height: h, channels, alpha } = await readImageInfo(join(folder, name));
      expect({ w, h, channels, alpha }).toEqual({
        w: image.width,
        h: image.height,
        channels: image.channels,
        alpha: image.alpha,
      });
      if (String(shapeOf(image)) !== String(shape) || image.type !== type || hashOf(image) !== hash)
        different.push(name);
    }
    expect(different).toEqual([]);
    await expect(decodeImage(join(folder, 'cmyk.jpg'))).rejects.toMatchObject({ code: 'unsupported-image' });
    expect((await decodeImage(join(folder, 'grey-alpha.png'))).alpha).toBe(true);
    for (const bits of [2, 4, 8]) {
      const labels = await decodeLabelImage(join(folder, `palette${bits}.png`));
      expect([labels.kind, Math.max(...labels.data)]).toEqual(['index', 3]);
    }
    expect(await decodeLabelImage(join(folder, 'palette.bmp'))).toMatchObject({ kind: 'index' });
  });

  it('and another program’s interlaced ones are read exactly', async () => {
    for (const [channels, depth] of [
      [1, 8],
      [3, 8],
      [4, 16],
      [1, 16],
    ] as const) {
      const length = width * height * channels;
      const data =
        depth === 8 ? bytes(length, 255) : Uint16Array.from({ length }, () => random.integer(65536));
      const path = join(folder, `adam7-${channels}-${depth}.png`);
      await writeFile(
        path,
        encodeElsewhere({ width, height, channels, depth, data }, { interlace: 'Adam7' }),
      );
      expect((await decodeImage(path)).data).toEqual(data);
    }
  });
});

describe('PNG files that we write', () => {
  const palette = [
    [0, 0, 0],
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
  ] as const;

  it('read back exactly in Pillow, value for value, in class colours', async () => {
    const labels = bytes(width * height, 3);
    const grey = bytes(width * height, 255);
    const deep = Uint16Array.from({ length: width * height }, () => random.integer(65536));
    const rgb = bytes(width * height * 3, 255);
    const files = {
      'labels.png': encodeIndexedPng({ width, height, data: labels, palette }),
      'grey.png': encodeGreyPng({ width, height, data: grey }),
      'deep.png': encodeGrey16Png({ width, height, data: deep }),
      'rgb.png': encodeRgbPng({ width, height, data: rgb }),
    };
    for (const [name, file] of Object.entries(files)) await writeFile(join(folder, name), file);
    const paths = Object.keys(files).map((name) => join(folder, name));
    const { stdout } = await runPython(script, ['read', ...paths]);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      ['P', palette.flat(), sha(labels)],
      ['L', [], sha(grey)],
      ['I;16', [], sha(new Uint8Array(deep.buffer))],
      ['RGB', [], sha(rgb)],
    ]);
    expect((await decodeLabelImage(paths[0]!)).data).toEqual(labels);
    expect((await decodeImage(paths[2]!)).data).toEqual(deep);
    expect((await decodeImage(paths[3]!)).data).toEqual(rgb);
    expect(decodeElsewhere(await readFile(paths[0]!)).data).toEqual(labels);
  });

  it('are refused when a label has no colour', () => {
    const data = new Uint8Array(4).fill(9);
    expect(() => encodeIndexedPng({ width: 2, height: 2, data, palette })).toThrow('a palette of 4 colours');
  });
});
