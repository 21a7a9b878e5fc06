/** `brushfield bench predict`: predictions beside Keras on the same TensorFlow and onnxruntime. */
import { availableParallelism } from 'node:os';
import { benchPredict, PREDICT_PROGRAMS } from '../../core/bench/predict.js';
import { roundsOf, scaleOf, seedOf, tableOfTurns } from './bench-in-turns.js';
import type { Benchmark } from './bench.js';

const ROUNDS = 15;
const BATCHES = 3;

export const PREDICT_BENCHMARK: Benchmark = {
  name: 'predict',
  summary:
    'Predictions beside Keras on the same TensorFlow, as graph and by XLA, and onnxruntime, in turns (about 15 min).',
  async run({ terminal, signal }, options) {
    const rows = await benchPredict(
      {
        rounds: roundsOf(ROUNDS, scaleOf(options)),
        batches: BATCHES,
        programs: PREDICT_PROGRAMS,
        seed: seedOf(options),
        ...(options.only !== undefined && { only: options.only }),
      },
      {
        signal,
        onEvent: ({ case: name, programs: { ours, keras } }) =>
          terminal.message(`  ${name}: ${ours?.ms.toFixed(0)} ms, Keras ${keras?.ms.toFixed(0)} ms`),
      },
    );
    terminal.result({ cores: availableParallelism(), rows }, () =>
      [tableOfTurns(rows, NAMES), EXPLANATION].join('\n\n'),
    );
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
  onnx: 'onnxruntime',
} as const;
