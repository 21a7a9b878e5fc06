/** Figures of `brushfield bench store`. */

export interface StoreFigure {
  name: string;
  unit: 'ms' | 'rows/s' | 'MB' | 's';
  /** Median, or the one value measured. */
  value: number;
  p95: number | null;
  p99: number | null;
  /** The most that p95 may be (for rows/s: nothing asked); null: only told. */
  target: number | null;
  /** The same by the peer, and ours ÷ peer with its 95 % interval; null without one. */
  peer: { name: string; value: number; ratio: number; low: number; high: number } | null;
}

/** Median and tails of measured milliseconds. */
export function timesFigure(
  name: string,
  times: readonly number[],
  target: number | null = null,
): StoreFigure {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { name, unit: 'ms', value: at(0.5), p95: at(0.95), p99: at(0.99), target, peer: null };
}

export const plainFigure = (name: string, value: number, unit: StoreFigure['unit']): StoreFigure => ({
  name,
  unit,
  value,
  p95: null,
  p99: null,
  target: null,
  peer: null,
});

/** How long one call takes, in ms. */
export function timeOf(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

export const timesOf = (runs: number, work: (run: number) => unknown): number[] =>
  Array.from({ length: runs }, (_, run) => timeOf(() => work(run)));
