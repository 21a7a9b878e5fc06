/** Many steps of training in this process, as graphs or operation by operation. */
import type { Batch } from '../../../src-main/engine/batches.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import { Adam } from '../../../src-main/engine/optimiser.js';
import { tf } from '../../../src-main/engine/tensorflow.js';
import { TrainingStep } from '../../../src-main/engine/training-step.js';
import { randomFor } from '../../../src-main/shared/random.js';

const SIZE = 32;
const CROPS = 2;
/** Other batches come than before for this many steps. */
const BATCHES = 250;

export interface Course {
  losses: number[];
  /** After each step. */
  tensors: number[];
  rssMb: number[];
}

export interface CourseOptions {
  steps: number;
  compiled: boolean;
  dropout: number;
  seed?: number;
}

/** unet-mini with a smooth activation on waves in noise: gradients at the kinks of ReLU flip with rounding. */
export function trainLong({ steps, compiled, dropout, seed = 1 }: CourseOptions): Course {
  const network = {
    network: 'unet-mini',
    classes: 2,
    channels: 1,
    seed: 5,
    activation: 'tanh',
    dropout,
  } as const;
  const { model } = buildNetwork(network);
  const loss = { classWeights: null, focalGamma: 0, diceWeight: 1 };
  const step = new TrainingStep(model, { batch: CROPS, size: SIZE, seed }, loss, { compiled });
  const adam = new Adam(step.variables, {
    beta1: 0.9,
    beta2: 0.99,
    weightDecay: 0.01,
    clipNorm: 1,
    ema: 0.98,
  });
  const batches = Array.from({ length: BATCHES }, (_, n) => waves(n));
  const course: Course = { losses: [], tensors: [], rssMb: [] };
  try {
    for (let n = 0; n < steps; n++) {
      const { objective } = step.run(batches[n % BATCHES]!, adam, { step: n, rate: 3e-4 });
      course.losses.push(objective);
      course.tensors.push(tf.memory().numTensors);
      course.rssMb.push(process.memoryUsage.rss() / 2 ** 20);
    }
    if (compiled && (step.eagerBecause !== null || step.traced !== 1))
      throw new Error(`It did not stay one graph: ${step.eagerBecause ?? `${step.traced} graphs`}.`);
    return course;
  } finally {
    step.dispose();
    adam.dispose();
    model.dispose();
  }
}

/** Class 1 where a wave is above zero, seen through noise. */
function waves(n: number): Batch {
  const random = randomFor(11, n);
  const x = new Float32Array(CROPS * SIZE * SIZE);
  const y = new Int32Array(x.length);
  for (let crop = 0, i = 0; crop < CROPS; crop++) {
    const [a, b, c] = [random.uniform(0.1, 0.5), random.uniform(0.1, 0.5), random.uniform(0, 6)];
    for (let row = 0; row < SIZE; row++)
      for (let column = 0; column < SIZE; column++, i++) {
        const wave = Math.sin(a * row + b * column + c);
        y[i] = wave > 0 ? 1 : 0;
        x[i] = wave + 0.7 * random.normal();
      }
  }
  return { x, y };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
