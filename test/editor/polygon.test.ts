import fc from 'fast-check';
import { expect, test } from 'vitest';
import { polygonSpans, type FillRule } from '../../src-renderer/editor/polygon.js';
import { insidePolygon, pixelsWhere, spanCounter, windingNumber } from './naive-map.js';

const WIDTH = 40;
const HEIGHT = 33;
const bounds = { width: WIDTH, height: HEIGHT };
const points = fc
  .array(
    fc.tuple(fc.double({ min: -15, max: 55, noNaN: true }), fc.double({ min: -15, max: 55, noNaN: true })),
    {
      minLength: 3,
      maxLength: 12,
    },
  )
  .map((pairs) => pairs.flat());

function filled(polygon: readonly number[], rule: FillRule): Uint8Array {
  const { counts, sink } = spanCounter(WIDTH, HEIGHT);
  polygonSpans(polygon, { rule, bounds, sink });
  return counts;
}

/** Centres that lie on an edge to within rounding may fall either way. */
function expectFilled(
  polygon: readonly number[],
  rule: FillRule,
  inside: (x: number, y: number) => boolean,
): void {
  const expected = pixelsWhere(WIDTH, HEIGHT, inside);
  filled(polygon, rule).forEach((count, i) => {
    const [x, y] = [(i % WIDTH) + 0.5, Math.floor(i / WIDTH) + 0.5];
    if (count !== expected[i] && [-1e-7, 1e-7].every((shift) => inside(x + shift, y) === inside(x, y)))
      expect(count, `pixel ${i}`).toBe(expected[i]);
  });
}

test('even-odd holds the pixels from which a ray crosses an odd number of edges', () => {
  fc.assert(
    fc.property(points, (polygon) => {
      expectFilled(polygon, 'even-odd', (x, y) => insidePolygon(polygon, x, y));
    }),
    { numRuns: 150 },
  );
});

test('non-zero holds the pixels around which the polygon turns', () => {
  fc.assert(
    fc.property(points, (polygon) => {
      expectFilled(polygon, 'non-zero', (x, y) => windingNumber(polygon, x, y) !== 0);
    }),
    { numRuns: 150 },
  );
});

test('polygons with a common border share no pixel and leave none out', () => {
  const left = filled([0, 0, 20.5, 0.5, 12.5, 30.5, 0, 31], 'even-odd');
  const right = filled([20.5, 0.5, 40, 0, 40, 31, 12.5, 30.5], 'even-odd');
  const middle = left.map((count, i) => count + right[i]!).slice(WIDTH, 30 * WIDTH);
  expect(new Set(middle)).toEqual(new Set([1]));
});

test('fewer than three points have no inside', () => {
  expect(filled([], 'even-odd').every((count) => count === 0)).toBe(true);
  expect(filled([3, 3, 20, 21], 'even-odd').every((count) => count === 0)).toBe(true);
});
