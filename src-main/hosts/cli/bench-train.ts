/** `brushfield bench train`: training steps beside Keras on the same TensorFlow and PyTorch. */
import { availableParallelism } from 'node:os';
import {
  benchTrain,
  MIXED_PROGRAMS,
  TRAIN_PROGRAMS,
  XLA_PROGRAMS,
  type TrainProgram,
} from '../../core/bench/train.js';
import { roundsOf, scaleOf, seedOf, tableOfTurns } from './bench-in-turns.js';
import { runProfiles } from './bench-train-profile.js';
import { runWholeTrainings } from './bench-train-whole.js';
import type { Benchmark } from './bench.js';

const ROUNDS = 15;
const STEPS = 3;

export const TRAIN_BENCHMARK: Benchmark = {
  name: 'train',
  summary:
    'Training steps beside Keras, as graph and by XLA, and PyTorch, in turns (about 35 min); --whole: trainings of 300 steps.',
  async run(context, options) {
    const { terminal, signal } = context;
    const scale = scaleOf(options);
    if (options.profile) return runProfiles(context, options);
    if (options.whole) return runWholeTrainings(context, options, scale);
    const rows = await benchTrain(
      {
        rounds: roundsOf(ROUNDS, scale),
        steps: STEPS,
        programs: [
          ...TRAIN_PROGRAMS,
          ...(options.xla ? XLA_PROGRAMS : []),
          ...(options.mixed ? MIXED_PROGRAMS : []),
        ],
        seed: seedOf(options),
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
      return [tableOfTurns(rows, NAMES), EXPLANATION, ...(torch ? [] : [WITHOUT_TORCH])].join('\n\n');
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

const NAMES: Record<TrainProgram, string> = {
  ours: 'ours',
  eager: 'ours, not compiled',
  oursXla: 'ours, XLA',
  oursBfloat16: 'ours, bfloat16',
  oursFloat16: 'ours, float16',
  keras: 'Keras',
  xla: 'Keras, XLA',
  kerasBfloat16: 'Keras, bfloat16',
  torch: 'PyTorch',
};
