/** `brushfield bench train`: training steps beside Keras on the same TensorFlow. */
import { availableParallelism } from 'node:os';
import { benchTrain, TRAIN_PROGRAMS, type TrainFigures, type TrainRow } from '../../core/bench/train.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const ROUNDS = 15;
const STEPS = 3;

export const TRAIN_BENCHMARK: Benchmark = {
  name: 'train',
  summary:
    'Training steps beside Keras on the same TensorFlow, as graph and by XLA, in turns (about 30 min).',
  async run({ terminal, signal }, options) {
    const scale = Number(options.scale ?? 1);
    if (!(scale > 0 && scale <= 1))
      throw new AppError('usage', '--scale is a share of the full size, above 0 and at most 1.');
    const rows = await benchTrain(
      {
        rounds: Math.max(3, Math.round(ROUNDS * scale)),
        steps: STEPS,
        programs: TRAIN_PROGRAMS,
        seed: Number((options.seeds ?? '1').split(',')[0]),
        ...(options.only !== undefined && { only: options.only }),
      },
      {
        signal,
        onEvent: ({ case: name, programs: { ours, keras } }) =>
          terminal.message(`  ${name}: ${ours?.ms.toFixed(0)} ms, Keras ${keras?.ms.toFixed(0)} ms`),
      },
    );
    terminal.result({ cores: availableParallelism(), rows }, () => `${table(rows)}\n\n${EXPLANATION}`);
  },
};

const EXPLANATION =
  'Time of a step with the way of its batch to TensorFlow and of its loss back: median and least. × is ours ÷ the other' +
  ' with its 95 % interval over rounds, below 1 where ours takes less. "First" runs from the start of the process to the' +
  ' end of its first step. The network’s own recipe; Keras as tf.function.';

const NAMES = { ours: 'ours', eager: 'ours, not compiled', keras: 'Keras', xla: 'Keras, XLA' } as const;

function ratio({ ratio: paired }: TrainFigures): string {
  if (!paired) return '–';
  return `${paired.ratio.toFixed(2)} (${paired.low.toFixed(2)} – ${paired.high.toFixed(2)})`;
}

const table = (rows: readonly TrainRow[]): string =>
  textTable(
    [
      { title: 'Case' },
      { title: 'Program' },
      ...['ms', 'Least', '×', 'First, s', 'Peak, MB'].map((title) => ({ title, align: 'right' as const })),
    ],
    rows.flatMap(({ case: name, programs }) =>
      TRAIN_PROGRAMS.flatMap((program) => {
        const figures = programs[program];
        if (!figures) return [];
        const { ms, leastMs, firstS, peakMb } = figures;
        return [
          [
            name,
            NAMES[program],
            ms.toFixed(0),
            leastMs.toFixed(0),
            ratio(figures),
            firstS.toFixed(1),
            peakMb.toFixed(0),
          ],
        ];
      }),
    ),
  );
