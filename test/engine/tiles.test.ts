import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planTiles } from '../../src-main/engine/tiles.js';
import { mirror } from '../../src-main/engine/warp.js';

const STEPS = fc.constantFrom(4, 8, 32);
/** Length, tile and halo as prediction gives them: length and halo multiples of the network's stride. */
const plans = STEPS.chain((step) =>
  fc.record({
    step: fc.constant(step),
    length: fc.integer({ min: 1, max: 200 }).map((n) => n * step),
    halo: fc.integer({ min: 0, max: 12 }).map((n) => n * step),
    tile: fc.integer({ min: 1, max: 3000 }),
  }),
);

test('tiles cover every pixel once, start and end at the stride, and none is larger than asked for', () => {
  fc.assert(
    fc.property(plans, ({ length, tile, halo, step }) => {
      const spans = planTiles(length, tile, halo, step);
      let at = 0;
      for (const { start, end } of spans) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        expect(start % step).toBe(0);
        expect(end % step).toBe(0);
        expect(end - start).toBeLessThanOrEqual(Math.max(step, Math.ceil(tile / step) * step));
        at = end;
      }
      expect(at).toBe(length);
    }),
  );
});

test("each tile's window reaches its halo on both sides, or the end of the image", () => {
  fc.assert(
    fc.property(plans, ({ length, tile, halo, step }) => {
      for (const { start, end, windowStart, windowEnd } of planTiles(length, tile, halo, step)) {
        expect(windowStart).toBe(Math.max(0, start - halo));
        expect(windowEnd).toBe(Math.min(length, end + halo));
        expect(windowStart % step).toBe(0);
        expect(windowEnd % step).toBe(0);
      }
    }),
  );
});

test('a tile as large as the image leaves it whole', () => {
  expect(planTiles(512, 512, 80, 8)).toEqual([{ start: 0, end: 512, windowStart: 0, windowEnd: 512 }]);
  expect(planTiles(512, 4096, 80, 8)).toHaveLength(1);
});

test('mirrored indices stay inside, keep what is inside, and walk back and forth without repeating an edge', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -300, max: 300 }), (size, index) => {
      const at = mirror(index, size);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(size);
      if (index >= 0 && index < size) expect(at).toBe(index);
      // 0 − index, because −0 is no index.
      expect(mirror(0 - index, size)).toBe(at);
      expect(mirror(2 * (size - 1) - index, size)).toBe(at);
      if (size > 1) expect(Math.abs(mirror(index + 1, size) - at)).toBe(1);
    }),
  );
});
