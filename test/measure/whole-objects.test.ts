/** Objects that are told as they end, beside the components of the whole image. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectedComponents } from '../../src-main/measure/components.js';
import { WholeObjects, type WholeObject } from '../../src-main/measure/whole-objects.js';
import { randomFor } from '../../src-main/shared/random.js';

const KINDS = Uint8Array.from({ length: 256 }, (_, value) => value);
const EVERY = { kindOf: KINDS, mostPixels: Infinity };

function noise(seed: number, width: number, height: number, share: number) {
  const random = randomFor(seed, 31);
  const value = () => (random.chance(share) ? 1 + random.integer(2) : 0);
  return { width, height, data: Uint8Array.from({ length: width * height }, value) };
}

/** With the row after which each was told. */
function byRows(
  { width, height, data }: { width: number; height: number; data: Uint8Array },
  objects: WholeObjects,
  band = 1,
): { object: WholeObject; after: number }[] {
  const told: { object: WholeObject; after: number }[] = [];
  for (let y = 0; y < height; y += band) {
    const rows = data.subarray(y * width, Math.min(height, y + band) * width);
    for (const object of objects.add(rows)) told.push({ object, after: y });
  }
  for (const object of objects.finish()) told.push({ object, after: height });
  return told;
}

const pixelsOf = ({ runs }: WholeObject, width: number): number[] => {
  const pixels: number[] = [];
  for (let at = 0; at < runs.length; at += 3)
    for (let x = runs[at + 1]!; x < runs[at + 2]!; x++) pixels.push(runs[at]! * width + x);
  return pixels.sort((a, b) => a - b);
};

test('they are the components, boxes and all, each told with the first row that it does not reach', () => {
  const arbitrary = fc.record({
    seed: fc.nat(),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    share: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    band: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ seed, width, height, share, band }) => {
      const map = noise(seed, width, height, share);
      const told = byRows(map, new WholeObjects(map, EVERY), band);
      const expected: number[][] = [];
      connectedComponents(map).data.forEach((number, i) => {
        if (number > 0) (expected[number - 1] ??= []).push(i);
      });
      const found = told.map(({ object }) => pixelsOf(object, width)).sort((a, b) => a[0]! - b[0]!);
      expect(found).toEqual(expected);
      for (const { object, after } of told) {
        const pixels = pixelsOf(object, width);
        const columns = pixels.map((pixel) => pixel % width);
        expect([object.left, object.right]).toEqual([Math.min(...columns), Math.max(...columns) + 1]);
        const rows = [Math.floor(pixels[0]! / width), Math.floor(pixels.at(-1)! / width) + 1];
        expect([object.top, object.bottom]).toEqual(rows);
        expect(after).toBe(object.bottom === height ? height : object.bottom - (object.bottom % band));
      }
    }),
    { numRuns: 200 },
  );
});

test('one in too large a box is counted and not told, also when its parts meet in the last row', () => {
  const [width, height] = [11, 9];
  // A comb whose teeth are small until their spine comes, and a speck between two of them.
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return y === height - 1 || (x % 4 === 0 && y > 1) || (x === 2 && y === 3) ? 1 : 0;
  });
  const objects = new WholeObjects({ width, height }, { ...EVERY, mostPixels: 11 * 7 - 1 });
  const told = byRows({ width, height, data }, objects);
  expect(told.map(({ object }) => pixelsOf(object, width))).toEqual([[3 * width + 2]]);
  expect(objects.passed).toBe(1);
  const fitting = new WholeObjects({ width, height }, { ...EVERY, mostPixels: 11 * 7 });
  expect(byRows({ width, height, data }, fitting)).toHaveLength(2);
  expect(fitting.passed).toBe(0);
});

test('of too many runs at a time the object with most of them is passed over', () => {
  const [width, height] = [20, 12];
  // A column from the first row to the last, and short ones beside it.
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    i % width === 3 || (i % width === 9 && Math.floor(i / width) % 4 !== 0) ? 1 : 0,
  );
  const objects = new WholeObjects({ width, height }, { ...EVERY, mostRuns: 10 });
  const told = byRows({ width, height, data }, objects);
  expect(told.map(({ object }) => [object.left, object.top])).toEqual([...[1, 5, 9].map((row) => [9, row])]);
  expect(objects.passed).toBe(1);
});

test('half rows, too many and too few are refused', () => {
  const objects = new WholeObjects({ width: 4, height: 3 }, EVERY);
  expect(() => objects.finish()).toThrow('0 of 3 rows were added');
  expect(() => objects.add(new Uint8Array(5))).toThrow(RangeError);
  expect(() => objects.add(new Uint8Array(16))).toThrow(RangeError);
});
