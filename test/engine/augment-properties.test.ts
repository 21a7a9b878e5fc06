/** Crops of any image and labels: what may never be lost, doubled or made up on the way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { augmentedCrop, type AugmentSettings } from '../../src-main/engine/augment.js';
import type { InputImage } from '../../src-main/engine/intensity.js';
import { VOID_INDEX, type IndexMap } from '../../src-main/engine/warp.js';
import { randomFor } from '../../src-main/shared/random.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';

/** No image below has it: a pixel that says so comes from outside. */
const PAD = -9;

interface Picture {
  image: InputImage;
  labels: IndexMap;
}

/** Two channels that say where a pixel is (column, row), and labels of three classes and void. */
const pictureOf = (width: number, height: number, values: readonly number[]): Picture => ({
  image: {
    width,
    height,
    channels: 2,
    values: Float32Array.from({ length: width * height * 2 }, (_, i) =>
      i % 2 === 0 ? (i / 2) % width : Math.floor((i - 1) / 2 / width),
    ),
  },
  labels: {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => values[i % values.length]!),
  },
});

const labelValues = fc.array(fc.constantFrom(0, 1, 2, VOID_INDEX), { minLength: 1, maxLength: 97 });
const pictures = fc
  .tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), labelValues)
  .map(([width, height, values]) => pictureOf(width, height, values));
/** Every way to place and deform a crop; intensities stay, because they say where a pixel came from. */
const deformations = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  interpolation: fc.constantFrom('bicubic' as const, 'bilinear' as const),
  border: fc.constantFrom('reflect' as const, 'void' as const),
  scaleMin: fc.constantFrom(0.5, 0.8, 1),
  scaleMax: fc.constantFrom(1, 1.3, 2),
  aspectJitter: fc.constantFrom(0, 0.3),
  rotation: fc.constantFrom(0, 10, 180),
  elastic: fc.constantFrom(0, 3),
  flipHorizontal: fc.boolean(),
  flipVertical: fc.boolean(),
  quarterTurns: fc.boolean(),
});
const seeds = fc.nat({ max: 1e6 });

const settingsOf = (given: Partial<AugmentSettings>): AugmentSettings => ({
  ...resolveSettings({
    ...{ rotation: 0, gainJitter: 0, offsetJitter: 0, channelJitter: 0, gamma: 0 },
    ...{ noise: 0, blur: 0, hue: 0, saturation: 1, value: 1 },
  }),
  ...given,
  padValue: PAD,
});

const countsOf = (labels: Uint8Array) => {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => a - b);
};

describe('mirrors and quarter turns of a whole square', () => {
  const squares = fc
    .tuple(fc.integer({ min: 1, max: 40 }), labelValues)
    .map(([size, values]) => pictureOf(size, size, values));
  const ways = fc.record({
    interpolation: fc.constantFrom('bicubic' as const, 'bilinear' as const),
    border: fc.constantFrom('reflect' as const, 'void' as const),
    flipHorizontal: fc.boolean(),
    flipVertical: fc.boolean(),
    quarterTurns: fc.boolean(),
  });

  test('keep the number of pixels of each class and of void', () => {
    fc.assert(
      fc.property(squares, ways, seeds, ({ image, labels }, way, seed) => {
        const settings = settingsOf({ ...way, size: image.width, scaleMin: 1, scaleMax: 1 });
        const { y } = augmentedCrop(image, labels, null, settings, randomFor(seed));
        expect(countsOf(y)).toEqual(countsOf(labels.data));
      }),
    );
  });

  test('take every pixel once, with its label', () => {
    fc.assert(
      fc.property(squares, ways, seeds, ({ image, labels }, way, seed) => {
        const settings = settingsOf({ ...way, size: image.width, scaleMin: 1, scaleMax: 1 });
        const { x, y } = augmentedCrop(image, labels, null, settings, randomFor(seed));
        const taken = Array.from(y, (label, i) => {
          // Turns by sine and cosine leave a millionth of a pixel.
          const at = Math.round(x[2 * i + 1]!) * image.width + Math.round(x[2 * i]!);
          expect(Math.abs(x[2 * i]! - Math.round(x[2 * i]!))).toBeLessThan(1e-3);
          expect(label).toBe(labels.data[at]);
          return at;
        });
        expect(new Set(taken).size).toBe(labels.data.length);
      }),
    );
  });
});

describe('any crop', () => {
  test('has no label that the image has not, and no void but from void pixels or outside the image', () => {
    fc.assert(
      fc.property(pictures, deformations, seeds, ({ image, labels }, given, seed) => {
        const { x, y } = augmentedCrop(image, labels, null, settingsOf(given), randomFor(seed));
        const known = new Set(labels.data);
        for (const [i, label] of y.entries())
          if (!known.has(label)) {
            expect(label).toBe(VOID_INDEX);
            expect([x[2 * i], x[2 * i + 1]]).toEqual([PAD, PAD]);
          }
      }),
      { numRuns: 300 },
    );
  });

  test('of an image without a label is void everywhere', () => {
    fc.assert(
      fc.property(pictures, deformations, seeds, ({ image, labels }, given, seed) => {
        const nothing = { ...labels, data: new Uint8Array(labels.data.length).fill(VOID_INDEX) };
        const { y } = augmentedCrop(image, nothing, null, settingsOf(given), randomFor(seed));
        expect(y.every((label) => label === VOID_INDEX)).toBe(true);
      }),
    );
  });

  test('that is warped has at each pixel the label of the pixel that its intensities came from', () => {
    let [told, close] = [0, 0];
    fc.assert(
      fc.property(pictures, deformations, seeds, ({ image, labels }, given, seed) => {
        const settings = settingsOf({ ...given, interpolation: 'bilinear', border: 'void' });
        const { x, y } = augmentedCrop(image, labels, null, settings, randomFor(seed));
        const { width, height } = image;
        for (const [i, label] of y.entries()) {
          const [column, row] = [x[2 * i]!, x[2 * i + 1]!];
          if (column === PAD) continue;
          // Half-way between two pixels either may be the nearest; at the border mirroring hides which side it was.
          const between = [column, row].some((at) => Math.abs(at - Math.floor(at) - 0.5) < 1e-3);
          const atEdge = column < 0.5 || row < 0.5 || column > width - 1.5 || row > height - 1.5;
          if (between || atEdge) {
            close++;
            continue;
          }
          told++;
          expect(label).toBe(labels.data[Math.round(row) * width + Math.round(column)]);
        }
      }),
      { numRuns: 200 },
    );
    expect(told).toBeGreaterThan(close);
  });
});
