/** Stripes for classes past the eighth. */
import { expect, test } from 'vitest';
import { patternOf, patternTable } from '../../src-renderer/editor/class-patterns.js';

const colours = Uint32Array.from({ length: 256 }, (_, value) => (0xff000000 | (value * 2654435)) >>> 0);
const at = (table: Uint32Array, value: number) =>
  Array.from({ length: 64 }, (_, place) => table[place * 256 + value]!);

test('eight classes have none, and cost nothing', () => {
  expect([0, 1, 8].map(patternOf)).toEqual([0, 0, 0]);
  expect(patternTable(colours, 8)).toBeNull();
});

test('of thirty, those that share a pattern have colours of their own, and each shows its colour and stripes', () => {
  expect([9, 16, 17, 24, 25, 30].map(patternOf)).toEqual([1, 1, 2, 2, 3, 3]);
  const table = patternTable(colours, 30)!;
  for (let value = 0; value <= 30; value++) {
    const seen = new Set(at(table, value));
    expect(seen.has(colours[value]!)).toBe(true);
    expect(seen.size).toBe(patternOf(value) ? 2 : 1);
  }
  const shapes = [9, 17, 25].map((value) =>
    at(table, value)
      .map((colour) => colour === colours[value])
      .join(),
  );
  expect(new Set(shapes).size).toBe(3);
  expect(Math.max(...Array.from({ length: 254 }, (_, i) => patternOf(i + 1)))).toBe(5);
});
