import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  discSpans,
  ellipseSpans,
  rectangleSpans,
  sweptDiscSpans,
  wholePixels,
  type Box,
  type Disc,
} from '../../src-renderer/editor/raster.js';
import { distanceToSweep, pixelsWhere, spanCounter } from './naive-map.js';

const SIDE = 48;
const bounds = { width: SIDE, height: SIDE };
const coordinate = fc.double({ min: -20, max: SIDE + 20, noNaN: true });
const disc: fc.Arbitrary<Disc> = fc.record({
  x: coordinate,
  y: coordinate,
  radiusPx: fc.double({ min: 0.5, max: 30, noNaN: true }),
});

/** Pixels drawn and pixels asked for must agree, but for centres that lie on the border to within rounding. */
function expectSweep(from: Disc, to: Disc, size = bounds): void {
  const { counts, sink } = spanCounter(size.width, size.height);
  sweptDiscSpans(from, to, { bounds: size, sink });
  for (let i = 0; i < counts.length; i++) {
    const distance = distanceToSweep([(i % size.width) + 0.5, Math.floor(i / size.width) + 0.5], from, to);
    const expected = distance < 0 ? 1 : 0;
    if (Math.abs(distance) > 1e-6 && counts[i] !== expected) expect(counts[i], `pixel ${i}`).toBe(expected);
  }
}

describe('a swept disc', () => {
  test('holds exactly the pixels whose centres are near enough to the way, each once', () => {
    fc.assert(
      fc.property(disc, disc, (a, b) => expectSweep(a, { ...b, radiusPx: a.radiusPx })),
      { numRuns: 60 },
    );
  });

  test('with a radius that changes is the hull of both discs', () => {
    fc.assert(
      fc.property(disc, disc, (a, b) => expectSweep(a, b)),
      { numRuns: 60 },
    );
  });

  test('less a disc that is painted already gives the rest once', () => {
    fc.assert(
      fc.property(disc, disc, (a, b) => {
        const all = spanCounter(SIDE, SIDE);
        sweptDiscSpans(a, b, { bounds, sink: all.sink });
        const parts = spanCounter(SIDE, SIDE);
        discSpans(a, bounds, parts.sink);
        sweptDiscSpans(a, b, { bounds, sink: parts.sink, painted: a });
        expect(parts.counts).toEqual(all.counts);
      }),
      { numRuns: 300 },
    );
  });

  test('of the largest radius is right', () => {
    const size = { width: 300, height: 40 };
    expectSweep({ x: -700.3, y: 20.7, radiusPx: 1000 }, { x: -705, y: 300, radiusPx: 990.5 }, size);
    expectSweep({ x: 1100.25, y: 10, radiusPx: 1000 }, { x: 1150, y: 15, radiusPx: 1000 }, size);
  });

  test('includes centres that lie exactly on the border', () => {
    const { counts, sink } = spanCounter(11, 11);
    discSpans({ x: 5.5, y: 5.5, radiusPx: 5 }, { width: 11, height: 11 }, sink);
    expect(counts).toEqual(pixelsWhere(11, 11, (x, y) => (x - 5.5) ** 2 + (y - 5.5) ** 2 <= 25));
    expect(counts[5]).toBe(1);
    expect(counts[11 + 2]).toBe(1);
  });

  test('of half a pixel at a pixel centre is that pixel', () => {
    const { counts, sink } = spanCounter(9, 9);
    discSpans({ x: 4.5, y: 3.5, radiusPx: 0.5 }, { width: 9, height: 9 }, sink);
    expect([...counts.keys()].filter((i) => counts[i] === 1)).toEqual([3 * 9 + 4]);
  });

  test('outside the image gives nothing', () => {
    const { counts, sink } = spanCounter(SIDE, SIDE);
    sweptDiscSpans({ x: -50, y: 5, radiusPx: 9 }, { x: -12, y: 90, radiusPx: 9 }, { bounds, sink });
    expect(counts.every((count) => count === 0)).toBe(true);
  });
});

const box: fc.Arbitrary<Box> = fc.record({ x0: coordinate, y0: coordinate, x1: coordinate, y1: coordinate });

test('a rectangle holds the pixels whose centres lie in it', () => {
  fc.assert(
    fc.property(box, ({ x0, y0, x1, y1 }) => {
      const { counts, sink } = spanCounter(SIDE, SIDE);
      rectangleSpans({ x0, y0, x1, y1 }, bounds, sink);
      const inside = (x: number, y: number) => (x - x0) * (x - x1) <= 0 && (y - y0) * (y - y1) <= 0;
      expect(counts).toEqual(pixelsWhere(SIDE, SIDE, inside));
    }),
  );
});

test('an ellipse holds the pixels whose centres lie in it', () => {
  fc.assert(
    fc.property(box, ({ x0, y0, x1, y1 }) => {
      const { counts, sink } = spanCounter(SIDE, SIDE);
      ellipseSpans({ x0, y0, x1, y1 }, bounds, sink);
      for (let i = 0; i < counts.length; i++) {
        const u = (2 * ((i % SIDE) + 0.5) - x0 - x1) / (x1 - x0);
        const v = (2 * (Math.floor(i / SIDE) + 0.5) - y0 - y1) / (y1 - y0);
        const distance = u * u + v * v - 1;
        const expected = distance < 0 ? 1 : 0;
        if (Number.isFinite(distance) && Math.abs(distance) > 1e-9 && counts[i] !== expected)
          expect(counts[i], `pixel ${i}`).toBe(expected);
      }
    }),
  );
});

test('a box of whole pixels holds those under both corners', () => {
  expect(wholePixels({ x0: 7.2, y0: 3, x1: 2.9, y1: 3 })).toEqual({ x0: 2, y0: 3, x1: 8, y1: 4 });
});
