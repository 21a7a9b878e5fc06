/** `brushfield bench batch`: whole folders beside Keras and onnxruntime in Python loops. */
import { availableParallelism, loadavg } from 'node:os';
import { BATCH_PROGRAMS, benchBatch, type BatchFigures, type BatchRow } from '../../core/bench/batch.js';
import type { Benchmark } from './bench.js';
import { ratioText, roundsOf, scaleOf, seedOf } from './bench-in-turns.js';
import { textTable } from './text-table.js';

const ROUNDS = 10;

export const BATCH_BENCHMARK: Benchmark = {
  name: 'batch',
  summary:
    'Whole folders from files to masks, beside Keras and onnxruntime in Python loops, in turns (about 40 min; --scale 0.3: 15).',
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
    terminal.result({ cores: availableParallelism(), loadBefore, rows }, () =>
      [table(rows), `${EXPLANATION}\nLoad before: ${loadBefore.toFixed(1)}.`].join('\n\n'),
    );
  },
};

const EXPLANATION =
  'Images a second from files to masks, once the first mask is written: median of the rounds. × is ours ÷ the other with its' +
  ' 95 % interval over rounds, above 1 where ours is faster. "Busy" is the share of that time in which the network was' +
  ' computed. "First" runs from the start of the program to its first mask. "Halo" is what ours computes beyond the image; "Equal"' +
  ' the share of pixels with the same class as ours. Keras is given whole images and pads with zeros, where ours mirrors the image;' +
  ' onnxruntime is given the same tiles and margins as ours.';

const NAMES = {
  ours: 'ours',
  keras: 'Keras, predict',
  'on-batch': 'Keras, predict_on_batch',
  onnx: 'onnxruntime, same tiles',
} as const;

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
    rows.flatMap(({ case: name, overhead, programs }) =>
      BATCH_PROGRAMS.map((program) => {
        const figures = programs[program];
        const { ratio, busy, firstS, equal } = figures;
        return [
          ...[name, NAMES[program], speed(figures), ratioText(ratio), percent(busy), firstS.toFixed(1)],
          program === 'ours' || program === 'onnx' ? percent(overhead) : '–',
          equal === null ? '–' : `${(100 * equal).toFixed(2)} %`,
        ];
      }),
    ),
  );
