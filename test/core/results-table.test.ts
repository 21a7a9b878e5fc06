/** Tables of measurements: sorted, filtered, in pages, charts of them against figures by hand. */
import { expect, test } from 'vitest';
import { boxOf, chartOf } from '../../src-main/core/results-charts.js';
import { OBJECT_RESULTS } from '../../src-main/core/results-columns.js';
import { ResultsTable } from '../../src-main/core/results-table.js';
import type { ResultQuery } from '../../src-main/shared/app-api-results.js';

const query = (rest: Partial<ResultQuery> = {}): ResultQuery => ({
  ...{ table: 'objects', sort: null, filters: [], pixelSizeUm: null },
  ...rest,
});

function small(): ResultsTable {
  const table = new ResultsTable(OBJECT_RESULTS, 10);
  for (const [i, area] of [4, 9, 1, 16].entries())
    table.add(
      { image: `cell ${12 - i}.png`, folder: i % 2 ? 'b' : 'a', class: 'cell', area },
      i === 2 ? null : 0.5,
    );
  return table;
}
const areas = (table: ResultsTable, given: Partial<ResultQuery>) =>
  table
    .page(query(given), { first: 0, count: 10 })
    .rows.map(({ row }) => table.cellReader('area', null)(row));

test('rows are sorted by numbers, by names with numbers in them, and those without a value come last', () => {
  const table = small();
  expect(areas(table, { sort: { column: 'area', descending: true } })).toEqual([16, 9, 4, 1]);
  expect(areas(table, { sort: { column: 'image', descending: false } })).toEqual([16, 1, 9, 4]);
  expect(areas(table, { sort: { column: 'area_um2', descending: false } })).toEqual([4, 9, 16, 1]);
  expect(areas(table, { sort: { column: 'area_um2', descending: true } })).toEqual([16, 9, 4, 1]);
  expect(areas(table, { sort: { column: 'area_um2', descending: true }, pixelSizeUm: 2 })).toEqual([
    16, 9, 4, 1,
  ]);
  expect(table.cellReader('area_um2', null)(2)).toBeNull();
  expect(table.cellReader('area_um2', 2)(2)).toBe(4);
  expect(() => areas(table, { sort: { column: 'none', descending: true } })).toThrow('no column');
});

test('rows are filtered by text, class and range', () => {
  const table = small();
  expect(areas(table, { filters: [{ column: 'image', contains: 'CELL 1' }] })).toEqual([4, 9, 1]);
  expect(areas(table, { filters: [{ column: 'folder', is: 'b' }] })).toEqual([9, 16]);
  expect(areas(table, { filters: [{ column: 'area', min: 4, max: 9 }] })).toEqual([4, 9]);
  expect(areas(table, { filters: [{ column: 'area_um2', max: 100 }] })).toEqual([4, 9, 16]);
});

test('columns that come later are empty before, and too many rows are refused', () => {
  const table = small();
  table.widen([{ name: 'intensity_mean-0', kind: 'number', unit: '', description: '' }]);
  table.add({ area: 25, 'intensity_mean-0': 7 }, null);
  const read = table.cellReader('intensity_mean-0', null);
  expect([read(0), read(4)]).toEqual([null, 7]);
  for (let n = 5; n < 10; n++) table.add({ area: n }, null);
  expect(() => table.add({ area: 1 }, null)).toThrow('more than 10 rows');
});

test('charts count, choose and summarise what is shown', () => {
  const table = small();
  const histogram = chartOf(table, query(), { kind: 'histogram', column: 'area_um2' });
  if (histogram.kind !== 'histogram') throw new Error(histogram.kind);
  expect(histogram.missing).toBe(1);
  expect(histogram.counts.reduce((sum, count) => sum + count)).toBe(3);
  expect([histogram.edges[0], histogram.edges.at(-1)]).toEqual([1, 4]);
  expect(chartOf(table, query(), { kind: 'scatter', x: 'area', y: 'area_um2' })).toEqual({
    ...{ kind: 'scatter', x: [4, 9, 16], y: [1, 2.25, 4], rows: [0, 1, 3], total: 3 },
  });
  expect(chartOf(table, query(), { kind: 'boxes', column: 'area', by: 'folder' })).toMatchObject({
    groups: 2,
    boxes: [
      { name: 'a', count: 2, median: 2.5 },
      { name: 'b', count: 2, median: 12.5 },
    ],
  });
  expect(() => chartOf(table, query(), { kind: 'histogram', column: 'image' })).toThrow('no numbers');
  // numpy.percentile([1, 2, 3, 4, 100], [25, 50, 75]) is [2, 3, 4]; 100 lies beyond the whisker.
  expect(boxOf('x', [100, 1, 3, 2, 4])).toEqual({
    ...{ name: 'x', count: 5, low: 1, q1: 2, median: 3, q3: 4, high: 4 },
  });
});

test('a million rows are sorted and filtered, and a page of them is small', () => {
  const table = new ResultsTable(OBJECT_RESULTS, 2_000_000);
  const rows = 1_000_000;
  for (let n = 0; n < rows; n++)
    table.add({ image: `image ${n % 1000}`, class: n % 3 ? 'a' : 'b', area: (n * 7919) % rows }, 0.5);
  const view = query({ sort: { column: 'area', descending: true } });
  const page = table.page(view, { first: 500_000, count: 2 });
  expect(page.total).toBe(rows);
  const read = table.cellReader('area', null);
  expect(page.rows.map(({ row }) => read(row))).toEqual([499_999, 499_998]);
  expect(table.page(query({ filters: [{ column: 'class', is: 'b' }] }), { first: 0, count: 1 }).total).toBe(
    333_334,
  );
  const points = chartOf(table, view, { kind: 'scatter', x: 'area', y: 'area_um2' });
  expect(points.kind === 'scatter' && [points.total, points.x.length]).toEqual([rows, 20_000]);
});
