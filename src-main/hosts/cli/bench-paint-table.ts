/** The figures of the window's benchmarks as tables. */
import type { WindowRow } from '../../core/bench/paint.js';

export const windowTables = (rows: readonly WindowRow[]): string =>
  rows.map((row) => JSON.stringify(row)).join('\n');
