/** `brushfield bench batch`: whole folders beside Keras in a Python loop. */
import { availableParallelism, loadavg } from 'node:os';
import { BATCH_PROGRAMS, benchBatch, type BatchFigures, type BatchRow } from '../../core/bench/batch.js';
import type { Benchmark } from './bench.js';
import { ratioText, roundsOf, scaleOf, seedOf } from './bench-in-turns.js';
import { textTable } from './text-table.js';

const ROUNDS = 10;

export const BATCH_BENCHMARK: Benchmark = {
  name: 'batch',
  summary:
    'Whole folders from files to masks, beside Keras in a Python loop, in turns (about 30 min; --scale 0.3: 12).',
  async run({ terminal, signal }, options) {
    const loadBefore = loadavg()[0]!;
    const rows = await benchBatch(
      {
        rounds: roundsOf(ROUNDS, scaleOf(options)),
        threads: Number(options.threads ?? 0),
        seed: seedOf(options),
        ...(options.only !== undefined && { only: options.only }),
      },
      {
        signal,
        onEvent: ({ case: name, programs: { ours, keras } }) =>
          terminal.message(`  ${name}: ${speed(ours)} a second, Keras ${speed(keras)}`),
      },
    );
    terminal.result(
      { cores: availableParallelism(), loadBefore, rows },
      () => `${table(rows)}\n\n${EXPLANATION}\nLoad before: ${loadBefore.toFixed(1)}.`,
    );
  },
};

const EXPLANATION =
  'Images a second from files to masks, once the first mask is written: median of the rounds. × is ours ÷ the other with its' +
  ' 95 % interval over rounds, above 1 where ours is faster. "Busy" is the share of that time in which the network was' +
  ' computed. "First" runs from the start of the program to its first mask. "Halo" is what ours computes beyond the image; "Equal"' +
  ' the share of pixels with the same class in ours and Keras, which differ at the borders: ours mirrors the image there.';

const NAMES = { ours: 'ours', keras: 'Keras, predict', 'on-batch': 'Keras, predict_on_batch' } as const;

const speed = ({ perS }: BatchFigures): string => perS.toPrecision(3);

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const table = (rows: readonly BatchRow[]): string =>
  textTable(
    [
      { title: 'Case' },
      { title: 'Program' },
      ...['Images/s', '×', 'Busy', 'First, s', 'Halo', 'Equal'].map((title) => ({
        title,
        align: 'right' as const,
      })),
    ],
    rows.flatMap(({ case: name, overhead, equal, programs }) =>
      BATCH_PROGRAMS.map((program) => {
        const figures = programs[program];
        return [
          ...[name, NAMES[program], speed(figures), ratioText(figures.ratio), percent(figures.busy)],
          figures.firstS.toFixed(1),
          ...(program === 'ours' ? [percent(overhead), `${(100 * equal).toFixed(2)} %`] : ['–', '–']),
        ];
      }),
    ),
  );
