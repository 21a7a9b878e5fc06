/** `brushfield bench train`: training steps beside Keras on the same TensorFlow and PyTorch. */
import { availableParallelism } from 'node:os';
import { benchTrain, TRAIN_PROGRAMS, type TrainFigures, type TrainRow } from '../../core/bench/train.js';
import { AppError } from '../../shared/errors.js';
import { runWholeTrainings } from './bench-train-whole.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const ROUNDS = 15;
const STEPS = 3;

export const TRAIN_BENCHMARK: Benchmark = {
  name: 'train',
  summary:
    'Training steps beside Keras, as graph and by XLA, and PyTorch, in turns (about 35 min); --whole: trainings of 300 steps.',
  async run(context, options) {
    const { terminal, signal } = context;
    const scale = Number(options.scale ?? 1);
    if (!(scale > 0 && scale <= 1))
      throw new AppError('usage', '--scale is a share of the full size, above 0 and at most 1.');
    if (options.whole) return runWholeTrainings(context, options, scale);
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
    terminal.result({ cores: availableParallelism(), rows }, () => {
      const torch = rows.some(({ programs }) => programs.torch);
      return [table(rows), EXPLANATION, ...(torch ? [] : [WITHOUT_TORCH])].join('\n\n');
    });
  },
};

const EXPLANATION =
  'Time of a step with the way of its batch to TensorFlow and of its loss back: median and least. × is ours ÷ the other' +
  ' with its 95 % interval over rounds, below 1 where ours takes less. "First" runs from the start of the process to the' +
  ' end of its first step. "Of peak" counts the operations of our graph’s convolutions, forward and backward, against the' +
  ' fastest product of matrices of this run. The network’s own recipe; Keras as tf.function, PyTorch with channels last.';

const WITHOUT_TORCH =
  'PyTorch was not measured: no Python here has it (on Debian, "apt-get install python3-torch").';

const NAMES = {
  ours: 'ours',
  eager: 'ours, not compiled',
  keras: 'Keras',
  xla: 'Keras, XLA',
  torch: 'PyTorch',
} as const;

function ratio({ ratio: paired }: TrainFigures): string {
  if (!paired) return '–';
  return `${paired.ratio.toFixed(2)} (${paired.low.toFixed(2)} – ${paired.high.toFixed(2)})`;
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(0)} %`);

const table = (rows: readonly TrainRow[]): string =>
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
      TRAIN_PROGRAMS.flatMap((program) => {
        const figures = programs[program];
        if (!figures) return [];
        const { ms, leastMs, ofPeak, firstS, peakMb } = figures;
        return [
          [
            name,
            NAMES[program],
            ms.toFixed(0),
            leastMs.toFixed(0),
            ratio(figures),
            percent(ofPeak),
            firstS.toFixed(1),
            peakMb.toFixed(0),
          ],
        ];
      }),
    ),
  );
