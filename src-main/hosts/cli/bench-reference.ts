/** `brushfield bench reference`: held-out scores beside those of the same networks under Keras. */
import { resolve } from 'node:path';
import { runReference, type ReferenceRow } from '../../core/bench/reference.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

export const REFERENCE_BENCHMARK: Benchmark = {
  name: 'reference',
  summary:
    'Scores after stated budgets beside Keras’ on the same data (about 40 min; goes on where it was broken off).',
  async run({ terminal, signal }, options) {
    if (!options.data)
      throw new AppError('usage', 'Say where the data sets are: "brushfield bench reference --data FOLDER".');
    const set = {
      ...(options.device && { device: options.device }),
      ...(options.threads && { threads: options.threads }),
    };
    const rows = await runReference(
      {
        data: resolve(options.data),
        output: resolve(options.output ?? 'brushfield-bench'),
        seeds: (options.seeds ?? '1,2').split(',').map(Number),
        ...(options.only !== undefined && { only: options.only }),
        set,
      },
      {
        signal,
        onEvent: (event) =>
          terminal.message(
            event.kind === 'running'
              ? `${event.case}, seed ${event.seed}: training for ${event.budget} …`
              : `  ${event.row.score.toFixed(3)} after ${event.row.steps} steps in ${event.row.trainedS.toFixed(0)} s`,
          ),
      },
    );
    terminal.result({ rows }, () => table(rows));
    return rows.some(({ score, least }) => least !== null && score < least) ? 1 : 0;
  },
};

const table = (rows: readonly ReferenceRow[]): string =>
  textTable(
    ['Case', 'Seed', 'Budget', 'Metric', 'Ours', 'Keras', 'Least', 'Steps', 'Seconds'].map((title) => ({
      title,
    })),
    rows.map((row) => [
      row.case,
      String(row.seed),
      row.budget,
      row.metric,
      row.score.toFixed(3),
      row.keras?.toFixed(3) ?? '–',
      row.least?.toFixed(3) ?? '–',
      String(row.steps),
      row.trainedS.toFixed(0),
    ]),
  );
