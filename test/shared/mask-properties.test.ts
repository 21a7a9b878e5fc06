/** Run lengths and tiles of anything: what comes back, and what damaged bytes can and cannot do. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countValues,
  cutTile,
  decodeRuns,
  encodeRuns,
  pasteTile,
  TILE_SIDE,
  tilesOf,
  type LabelArray,
} from '../../src-main/shared/mask.js';

/** Runs, and values of which no two are alike. */
function arraysOf<T extends LabelArray>(make: (values: number[]) => T, largest: number): fc.Arbitrary<T> {
  const value = fc.oneof(fc.constantFrom(0, 1, 127, 128, largest), fc.integer({ min: 0, max: largest }));
  const run = fc.tuple(value, fc.integer({ min: 1, max: 400 }));
  return fc
    .oneof(
      fc.array(value, { maxLength: 300 }),
      fc.array(run, { maxLength: 12 }).map((runs) => runs.flatMap(([v, n]) => Array<number>(n).fill(v))),
    )
    .map(make);
}

const bytesOf = arraysOf((values) => Uint8Array.from(values), 255);
const GUARD = 0xa5;

describe('run lengths', () => {
  test('bring back any values of 8, 16 and 32 bits', () => {
    const arrays = fc.oneof<fc.Arbitrary<LabelArray>[]>(
      bytesOf,
      arraysOf((values) => Uint16Array.from(values), 65_535),
      arraysOf((values) => Uint32Array.from(values), 4_294_967_295),
    );
    fc.assert(
      fc.property(arrays, (values) => {
        const target = values.slice().fill(GUARD);
        expect(decodeRuns(encodeRuns(values), values.length, target)).toEqual(values);
      }),
    );
  });

  test('take two bytes or more for a run, and no more than three for a pixel of 8 bits', () => {
    fc.assert(
      fc.property(bytesOf, (values) => {
        const { length } = encodeRuns(values);
        const runs = values.reduce(
          (count, value, i) => count + Number(i === 0 || value !== values[i - 1]),
          0,
        );
        expect(length).toBeGreaterThanOrEqual(2 * runs);
        expect(length).toBeLessThanOrEqual(3 * values.length);
      }),
    );
  });

  test('that are cut off anywhere, or go on, are refused', () => {
    fc.assert(
      fc.property(bytesOf, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 8 }), (values, at, more) => {
        const bytes = encodeRuns(values);
        if (bytes.length)
          expect(() => decodeRuns(bytes.subarray(0, at % bytes.length), values.length)).toThrow(RangeError);
        expect(() => decodeRuns(Uint8Array.of(...bytes, ...more), values.length)).toThrow(RangeError);
      }),
    );
  });

  test('of any bytes give exactly what was asked for or are refused, and write nowhere else', () => {
    // Small numbers too, or hardly any bytes would be runs.
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 16 }).map((list) => Uint8Array.from(list)),
    );
    let accepted = 0;
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 40 }), (garbage, length) => {
        const around = new Uint8Array(length + 64).fill(GUARD);
        const target = around.subarray(32, 32 + length);
        try {
          expect(decodeRuns(garbage, length, target)).toHaveLength(length);
          // What was accepted is what it says: written anew it says the same.
          expect(decodeRuns(encodeRuns(target), length)).toEqual(Uint8Array.from(target));
          accepted++;
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        for (const side of [around.subarray(0, 32), around.subarray(32 + length)])
          expect(side.every((byte) => byte === GUARD)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  test('that claim billions of pixels are refused before anything is made for them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4096, max: 2 ** 32 - 1 }), (claimed) => {
        const bytes = [1];
        for (let rest = claimed; ; rest = Math.floor(rest / 128)) {
          bytes.push(rest >= 128 ? (rest % 128) | 128 : rest);
          if (rest < 128) break;
        }
        const target = new Uint8Array(4096);
        expect(() => decodeRuns(Uint8Array.from(bytes), 4096, target)).toThrow(RangeError);
        expect(target.every((value) => value === 0)).toBe(true);
      }),
    );
  });
});

describe('tiles', () => {
  const side = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom(TILE_SIDE - 1, TILE_SIDE, TILE_SIDE + 1, 2 * TILE_SIDE, 2 * TILE_SIDE + 3),
  );

  test('of any image hold every pixel once, and put together again are the image', () => {
    fc.assert(
      fc.property(side, side, fc.nat({ max: 250 }), (width, height, step) => {
        const map = {
          width,
          height,
          data: Uint8Array.from({ length: width * height }, (_, i) => (i * step) % 251),
        };
        const copy = { ...map, data: new Uint8Array(map.data.length).fill(255) };
        let pixels = 0;
        for (const rect of tilesOf(width, height)) {
          const tile = cutTile(map, rect);
          pixels += tile.length;
          expect(Math.max(rect.width, rect.height)).toBeLessThanOrEqual(TILE_SIDE);
          pasteTile(copy, rect, decodeRuns(encodeRuns(tile), tile.length));
        }
        // As many pixels as the image has, and each was written: so none twice.
        expect(pixels).toBe(width * height);
        expect(Buffer.compare(copy.data, map.data)).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

test('counts of values add up to the pixels, and end with a value that occurs', () => {
  fc.assert(
    fc.property(bytesOf, (values) => {
      const counts = countValues(values);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      for (const value of new Set(values))
        expect(counts[value]).toBe(values.filter((v) => v === value).length);
      if (values.length) expect(counts.at(-1)).toBeGreaterThan(0);
    }),
  );
});
