/** `brushfield bench paint` and `brushfield bench list`: the window in a headless Chromium. */
import { availableParallelism } from 'node:os';
import {
  benchList,
  benchPaint,
  PAINT_PARTS,
  type WindowBenchOptions,
  type WindowRow,
} from '../../core/bench/paint.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark, BenchOptions } from './bench.js';
import type { Context } from './command.js';
import { scaleOf } from './bench-in-turns.js';
import { windowTables } from './bench-paint-table.js';

export const PAINT_BENCHMARK: Benchmark = {
  name: 'paint',
  summary:
    'Painting, undo and changing images in the window up to 16384², beside lines on a canvas and napari (about 12 min).',
  run: (context, options) =>
    runWindow(context, options, (given, call) => benchPaint({ ...given, parts: partsOf(options) }, call)),
};

export const LIST_BENCHMARK: Benchmark = {
  name: 'list',
  summary: 'A project of 100,000 images in the window: opening, scrolling, searching (about 2 min).',
  run: (context, options) => runWindow(context, options, benchList),
};

async function runWindow(
  { terminal, signal }: Context,
  options: BenchOptions,
  bench: (
    options: WindowBenchOptions,
    call: { signal: AbortSignal; onEvent: (row: WindowRow) => void },
  ) => Promise<WindowRow[]>,
): Promise<void> {
  const scale = scaleOf(options);
  const given = {
    scale,
    seed: Number(options.seeds?.split(',')[0] ?? 1),
    ...(options.output !== undefined && { folder: options.output }),
  };
  const onEvent = (row: WindowRow) =>
    terminal.message(row.kind === 'note' ? String(row['text']) : `  ${JSON.stringify(row)}`);
  const rows = await bench(given, { signal, onEvent });
  terminal.result({ scale, cores: availableParallelism(), rows }, () => windowTables(rows));
}

function partsOf({ only }: BenchOptions): readonly string[] {
  if (only === undefined) return PAINT_PARTS;
  const parts = PAINT_PARTS.filter((part) => only.split(',').includes(part));
  if (!parts.length) throw new AppError('usage', `--only is one of ${PAINT_PARTS.join(', ')}.`);
  return parts;
}
