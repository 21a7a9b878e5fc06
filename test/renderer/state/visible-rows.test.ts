import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrollToShow, visibleRows } from '../../../src-renderer/state/visible-rows.js';

test('every row that is in view is among those drawn, and none that does not exist', () => {
  fc.assert(
    fc.property(
      fc.record({
        scrollPx: fc.nat(6_000_000),
        heightPx: fc.integer({ min: 1, max: 3000 }),
        rowPx: fc.integer({ min: 20, max: 90 }),
        spare: fc.nat(20),
      }),
      fc.nat(100_000),
      (view, rows) => {
        const { first, end } = visibleRows(view, rows);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(rows);
        for (const at of [view.scrollPx, view.scrollPx + view.heightPx - 1]) {
          const row = Math.floor(at / view.rowPx);
          if (row < rows) expect(row >= first && row < end).toBe(true);
        }
      },
    ),
  );
});

test('a row is scrolled into view by as little as needed', () => {
  const view = { scrollPx: 100, heightPx: 200, rowPx: 50 };
  expect(scrollToShow(2, view)).toBe(100);
  expect(scrollToShow(1, view)).toBe(50);
  expect(scrollToShow(5, view)).toBe(100);
  expect(scrollToShow(6, view)).toBe(150);
});
