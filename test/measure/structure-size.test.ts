/** Widths of structures against drawn shapes whose widths are known. */
import { expect, test } from 'vitest';
import { structuresOf, typicalDiameter } from '../../src-main/measure/structure-size.js';
import type { LabelMap } from '../../src-main/shared/model.js';

const SIDE = 120;
const drawn = (value: (x: number, y: number) => number): LabelMap => ({
  width: SIDE,
  height: SIDE,
  data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => value(i % SIDE, Math.floor(i / SIDE))),
});
const inDisc = (x: number, y: number, [cx, cy, radius]: readonly [number, number, number]) =>
  Math.hypot(x - cx, y - cy) <= radius;

test('discs on a background measure their diameters, within a tenth', () => {
  for (const radius of [5, 12, 30]) {
    const map = drawn((x, y) => (inDisc(x, y, [50, 60, radius]) ? 2 : 1));
    const [disc, ...others] = structuresOf(map, [1]);
    expect(others).toEqual([]);
    expect(Math.abs(disc!.diameterPx - 2 * radius)).toBeLessThanOrEqual(Math.max(1, 0.2 * radius));
  }
});

test('a net of walls measures the width of its walls and not of the image', () => {
  const map = drawn((x, y) => ((x + 15) % 30 < 6 || (y + 15) % 30 < 6 ? 2 : 1));
  const structures = structuresOf(map, [1]);
  expect(structures).toHaveLength(1);
  // At the crossings a little more fits in.
  expect(structures[0]!.diameterPx).toBeGreaterThanOrEqual(5);
  expect(structures[0]!.diameterPx).toBeLessThanOrEqual(9);
});

test('strokes that end in unlabelled pixels are no structures', () => {
  const map = drawn((x, y) => (inDisc(x, y, [50, 60, 12]) ? 2 : inDisc(x, y, [50, 60, 20]) ? 0 : 1));
  expect(structuresOf(map, [1])).toEqual([]);
  expect(typicalDiameter([])).toBeNull();
});

test('specks do not decide the typical diameter', () => {
  const discs = [
    [20, 20, 12],
    [80, 30, 12],
    [40, 90, 14],
  ] as const;
  const map = drawn((x, y) =>
    discs.some((disc) => inDisc(x, y, disc)) ? 2 : x % 12 === 3 && y % 4 === 1 ? 2 : 1,
  );
  const bigger = drawn((x, y) =>
    discs.some((disc) => inDisc(x, y, disc)) ? 2 : x % 10 < 3 && y % 10 < 3 && x > 90 ? 2 : 1,
  );
  for (const labels of [map, bigger])
    expect(Math.abs(typicalDiameter(structuresOf(labels, [1]))! - 24)).toBeLessThanOrEqual(3);
});

test('an image of one class alone says nothing', () => {
  expect(
    structuresOf(
      drawn(() => 2),
      [1],
    ),
  ).toEqual([]);
});
