/** `brushfield bench predict`: predictions beside Keras on the same TensorFlow. */
import { availableParallelism } from 'node:os';
import {
  benchPredict,
  PREDICT_PROGRAMS,
  type PredictFigures,
  type PredictRow,
} from '../../core/bench/predict.js';
import { AppError } from '../../shared/errors.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const ROUNDS = 15;
const BATCHES = 3;

export const PREDICT_BENCHMARK: Benchmark = {
  name: 'predict',
  summary: 'Predictions beside Keras on the same TensorFlow, as graph and by XLA, in turns (about 15 min).',
  async run({ terminal, signal }, options) {
    const scale = Number(options.scale ?? 1);
    if (!(scale > 0 && scale <= 1))
      throw new AppError('usage', '--scale is a share of the full size, above 0 and at most 1.');
    const rows = await benchPredict(
      {
        rounds: Math.max(3, Math.round(ROUNDS * scale)),
        batches: BATCHES,
        programs: PREDICT_PROGRAMS,
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
  'Time of a batch from bytes to likeliest classes and their confidence: median and least. × is ours ÷ the other with its' +
  ' 95 % interval over rounds, below 1 where ours takes less. "Of peak" counts the network’s operations as it is written,' +
  ' against the fastest product of matrices of this run. "First" runs from the start of the process to the end of its first' +
  ' batch. Keras as one tf.function with softmax and classes inside.';

const NAMES = {
  ours: 'ours',
  eager: 'ours, not compiled',
  keras: 'Keras',
  plain: 'Keras, predict_on_batch',
  xla: 'Keras, XLA',
} as const;

function ratio({ ratio: paired }: PredictFigures): string {
  if (!paired) return '–';
  return `${paired.ratio.toFixed(2)} (${paired.low.toFixed(2)} – ${paired.high.toFixed(2)})`;
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(0)} %`);

const table = (rows: readonly PredictRow[]): string =>
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
      PREDICT_PROGRAMS.flatMap((program) => {
        const figures = programs[program];
        if (!figures) return [];
        const { ms, leastMs, ofPeak, firstS, peakMb } = figures;
        return [
          [
            name,
            NAMES[program],
            ...[ms.toFixed(0), leastMs.toFixed(0), ratio(figures), percent(ofPeak)],
            ...[firstS.toFixed(1), peakMb.toFixed(0)],
          ],
        ];
      }),
    ),
  );
