/** Tables of benchmarks that measure programs in turns, and the options that they share. */
import type { CaseRow, ProgramFigures } from '../../core/bench/in-turns.js';
import type { PairedRatio } from '../../core/bench/paired.js';
import { AppError } from '../../shared/errors.js';
import type { BenchOptions } from './bench.js';
import { textTable } from './text-table.js';

/** Above 0 and at most 1. @throws AppError('usage') for another. */
export function scaleOf({ scale = '1' }: BenchOptions): number {
  if (Number(scale) > 0 && Number(scale) <= 1) return Number(scale);
  throw new AppError('usage', '--scale is a share of the full size, above 0 and at most 1.');
}

/** Three at least, so that there is an interval. */
export const roundsOf = (full: number, scale: number): number => Math.max(3, Math.round(full * scale));

export const seedOf = ({ seeds = '1' }: BenchOptions): number => Number(seeds.split(',')[0]);

/** `0.84 (0.82 – 0.87)`, or a dash for the program that the others are compared with. */
export function ratioText(paired: PairedRatio | null): string {
  if (!paired) return '–';
  return `${paired.ratio.toFixed(2)} (${paired.low.toFixed(2)} – ${paired.high.toFixed(2)})`;
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(0)} %`);

/** @param names what each program is called, in the order of the lines. */
export const tableOfTurns = <Program extends string>(
  rows: readonly CaseRow<Program>[],
  names: Readonly<Record<Program, string>>,
): string =>
  textTable(
    [
      { title: 'Case' },
      { title: 'Program' },
      ...['ms', 'Least', '×', 'Of peak', 'First, s', 'Peak, MB'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows.flatMap(({ case: name, programs }) =>
      (Object.keys(names) as Program[]).flatMap((program) => {
        const figures: ProgramFigures | undefined = programs[program];
        if (!figures) return [];
        const { ms, leastMs, ratio, ofPeak, firstS, peakMb } = figures;
        return [
          [
            ...[name, names[program], ms.toFixed(0), leastMs.toFixed(0), ratioText(ratio)],
            ...[percent(ofPeak), firstS.toFixed(1), peakMb.toFixed(0)],
          ],
        ];
      }),
    ),
  );
