/** What charts show of a view of a table: counts, points and quartiles. Pure. */
import {
  MOST_BOXES,
  MOST_POINTS,
  type ResultBox,
  type ResultChart,
  type ResultChartData,
  type ResultQuery,
} from '../shared/app-api-results.js';
import { AppError } from '../shared/errors.js';
import type { ResultsTable } from './results-table.js';

const MOST_BINS = 60;

/** @throws AppError('usage') for a column that is not there or has no numbers. */
export function chartOf(table: ResultsTable, query: ResultQuery, chart: ResultChart): ResultChartData {
  const rows = table.order(query);
  const numbers = (name: string) => {
    if (table.column(name).kind !== 'number')
      throw new AppError('usage', `The column "${name}" has no numbers.`);
    return table.reader(name, query.pixelSizeUm);
  };
  if (chart.kind === 'histogram') return histogram(rows, numbers(chart.column));
  if (chart.kind === 'scatter') return scatter(rows, numbers(chart.x), numbers(chart.y));
  const names = table.texts(chart.by);
  const groupOf = table.reader(chart.by, null);
  const groups = new Map<number, number[]>();
  const read = numbers(chart.column);
  for (const row of rows) {
    const value = read(row);
    if (!Number.isFinite(value)) continue;
    const group = groupOf(row);
    const values = groups.get(group);
    if (values) values.push(value);
    else groups.set(group, [value]);
  }
  const most = [...groups].sort(([, a], [, b]) => b.length - a.length).slice(0, MOST_BOXES);
  const boxes = most
    .map(([group, values]) => boxOf(names[group] ?? '', values))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return { kind: 'boxes', boxes, groups: groups.size };
}

/** Bins by the rule of Freedman and Diaconis, 60 at most. */
function histogram(rows: Uint32Array, read: (row: number) => number): ResultChartData {
  const values = Float64Array.from(rows, read).filter(Number.isFinite).sort();
  const missing = rows.length - values.length;
  if (values.length === 0) return { kind: 'histogram', edges: [], counts: [], missing };
  const [low, high] = [values[0]!, values.at(-1)!];
  const span = high - low || Math.abs(high) || 1;
  const width = (2 * (quantile(values, 0.75) - quantile(values, 0.25))) / Math.cbrt(values.length);
  const wanted = width > 0 ? Math.ceil(span / width) : Math.sqrt(values.length);
  const bins = high === low ? 1 : Math.max(1, Math.min(MOST_BINS, Math.round(wanted)));
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(((value - low) / span) * bins))]!++;
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + (span * i) / bins);
  return { kind: 'histogram', edges, counts, missing };
}

function scatter(
  rows: Uint32Array,
  readX: (row: number) => number,
  readY: (row: number) => number,
): ResultChartData {
  const whole = rows.filter((row) => Number.isFinite(readX(row)) && Number.isFinite(readY(row)));
  const every = Math.max(1, whole.length / MOST_POINTS);
  const shown = Array.from(
    { length: Math.min(whole.length, MOST_POINTS) },
    (_, i) => whole[Math.floor(i * every)]!,
  );
  return {
    kind: 'scatter',
    x: shown.map(readX),
    y: shown.map(readY),
    rows: shown,
    total: whole.length,
  };
}

/** As Tukey draws it. */
export function boxOf(name: string, given: readonly number[]): ResultBox {
  const values = Float64Array.from(given).sort();
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(values, share)) as [
    number,
    number,
    number,
  ];
  const reach = 1.5 * (q3 - q1);
  return {
    name,
    count: values.length,
    low: values.find((value) => value >= q1 - reach)!,
    q1,
    median,
    q3,
    high: values.findLast((value) => value <= q3 + reach)!,
  };
}

/** Linear between neighbours, as NumPy's default. @param sorted At least one value. */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const [a, b] = [sorted[below]!, sorted[Math.min(sorted.length - 1, below + 1)]!];
  return a + (b - a) * (at - below);
}
