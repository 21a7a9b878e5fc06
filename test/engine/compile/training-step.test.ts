/** A step as one graph does what the same step does operation by operation. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Batch } from '../../../src-main/engine/batches.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import type { NetworkOptions } from '../../../src-main/engine/models/network.js';
import { Adam, type AdamOptions } from '../../../src-main/engine/optimiser.js';
import {
  tf,
  type LayersModel,
  type SymbolicTensor,
  type Tensor,
} from '../../../src-main/engine/tensorflow.js';
import { TrainingStep } from '../../../src-main/engine/training-step.js';
import { readWeights } from '../../../src-main/engine/weights.js';
import { randomFor } from '../../../src-main/shared/random.js';

const OPTIONS: AdamOptions = { beta1: 0.9, beta2: 0.99, weightDecay: 0.02, clipNorm: 1, ema: 0.98 };
const CLASSES = 3;
const models: LayersModel[] = [];

afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

const batchOf = (channels: number, size: number, count: number, seed: number): Batch => {
  const random = randomFor(3, seed);
  return {
    x: Float32Array.from(
      { length: count * size * size * channels },
      (_, i) => Math.sin(i / 97) + 0.5 * random.normal(),
    ),
    y: Int32Array.from({ length: count * size * size }, () =>
      random.chance(0.2) ? -1 : random.integer(CLASSES),
    ),
  };
};

interface Course {
  losses: number[];
  weights: ReturnType<typeof readWeights>;
  state: ReturnType<Adam['state']>;
}

/** A few steps of training. */
function train(given: Partial<NetworkOptions>, compiled: boolean, steps = 3): Course {
  const channels = given.channels ?? 1;
  const options = { network: 'unet-quick', classes: CLASSES, channels, seed: 5, ...given } as const;
  const { model } = buildNetwork(options);
  models.push(model);
  const loss = { classWeights: [1, 2, 0.5], focalGamma: 0, diceWeight: 1 };
  const step = new TrainingStep(model, { batch: 2, size: 32, seed: 1 }, loss, { compiled });
  const adam = new Adam(step.variables, OPTIONS);
  const losses = Array.from({ length: steps }, (_, n) => {
    const batch = batchOf(channels, 32, 2, n);
    return step.run(batch, adam, { step: n, rate: 1e-3 / (n + 1) }).objective;
  });
  expect(step.eagerBecause).toBeNull();
  step.pull();
  const course = { losses, weights: readWeights(model), state: adam.state() };
  step.dispose();
  adam.dispose();
  return course;
}

const relative = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
};

const joined = ({ weights }: Course): Float32Array =>
  new Float32Array(
    Buffer.concat([...weights.values()].map(({ data }) => new Uint8Array(data.buffer))).buffer,
  );

describe.each<{ name: string } & Partial<NetworkOptions>>([
  { name: 'unet-quick', network: 'unet-quick', activation: 'tanh' },
  { name: 'unet-mini with dropout', network: 'unet-mini', channels: 3 },
  { name: 'unet-mobilenet', network: 'unet-mobilenet', channels: 3, activation: 'tanh' },
  {
    name: 'unet-mobilenet, frozen',
    network: 'unet-mobilenet',
    channels: 3,
    freezeEncoder: true,
    activation: 'tanh',
  },
])('$name', ({ name: _, ...given }) => {
  test('has the losses, weights, statistics and moments of eager execution', () => {
    const eager = train(given, false);
    const compiled = train(given, true);
    compiled.losses.forEach((value, i) => expect(value).toBeCloseTo(eager.losses[i]!, 4));
    expect(relative(joined(compiled), joined(eager))).toBeLessThan(1e-3);
    expect(relative(compiled.state.first, eager.state.first)).toBeLessThan(1e-3);
    expect(relative(compiled.state.second, eager.state.second)).toBeLessThan(1e-3);
    expect(relative(compiled.state.average!, eager.state.average!)).toBeLessThan(1e-3);
  });
});

test('another rate and other class weights need no new graph, another number of crops needs one', () => {
  const course = (compiled: boolean) => {
    const { model } = buildNetwork({
      network: 'unet-quick',
      classes: CLASSES,
      channels: 1,
      seed: 5,
      activation: 'tanh',
    });
    models.push(model);
    const classWeights = [1, 2, 0.5];
    const step = new TrainingStep(
      model,
      { batch: 2, size: 32, seed: 1 },
      { classWeights, focalGamma: 0, diceWeight: 0 },
      { compiled },
    );
    const adam = new Adam(step.variables, OPTIONS);
    const traced: number[] = [];
    const losses = [0, 1, 2, 3].map((n) => {
      classWeights[0] = 1 + n;
      const rate = n === 1 ? 0 : 1e-2 / (n + 1);
      const { objective } = step.run(batchOf(1, 32, n === 3 ? 1 : 2, n), adam, { step: n, rate });
      traced.push(step.traced);
      return objective;
    });
    step.dispose();
    adam.dispose();
    return { losses, traced };
  };
  const eager = course(false);
  const compiled = course(true);
  expect(eager.traced).toEqual([0, 0, 0, 0]);
  expect(compiled.traced).toEqual([1, 1, 1, 2]);
  compiled.losses.forEach((value, i) => expect(value).toBeCloseTo(eager.losses[i]!, 4));
});

/** Looks at its input, as no graph can. */
class Looks extends tf.layers.Layer {
  static readonly className = 'Looks';
  override computeOutputShape(shape: (number | null)[]) {
    return shape;
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return tf.mul(x, tf.tanh(x).dataSync()[0]! > 2 ? 0 : 1);
  }
}

test('a step that no graph can hold goes on operation by operation and says why', () => {
  const course = (compiled: boolean) => {
    const input = tf.input({ shape: [null, null, 1] });
    const kernel = { kernelInitializer: tf.initializers.heNormal({ seed: 1 }) };
    const features = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...kernel }).apply(input);
    const looked = new Looks({}).apply(features as SymbolicTensor) as SymbolicTensor;
    const logits = tf.layers.conv2d({ filters: CLASSES, kernelSize: 1, ...kernel }).apply(looked);
    const model = tf.model({ inputs: input, outputs: logits as SymbolicTensor });
    models.push(model);
    const loss = { classWeights: null, focalGamma: 0, diceWeight: 0 };
    const step = new TrainingStep(model, { batch: 2, size: 32, seed: 1 }, loss, { compiled });
    const adam = new Adam(step.variables, OPTIONS);
    const losses = [0, 1, 2].map(
      (n) => step.run(batchOf(1, 32, 2, n), adam, { step: n, rate: 1e-2 }).objective,
    );
    adam.dispose();
    step.dispose();
    return { losses, because: step.eagerBecause };
  };
  const eager = course(false);
  expect(eager.because).toBeNull();
  expect(course(true)).toEqual({ losses: eager.losses, because: 'it reads the value of Tanh' });
});
