/** What an opinion of the classifier follows from: weights, which features each network sees, and how features are scaled. */
import { AppError } from '../../shared/errors.js';
import { permutation, randomFor } from '../../shared/random.js';
import type { NamedTensor } from '../../shared/safetensors.js';
import { tf, type Tensor, type Variable } from '../tensorflow.js';
import { KINDS } from './features.js';

export interface ClassifierOptions {
  /** In the order of a FeatureBank. */
  features: number;
  classes: number;
  seed: number;
}

/** How each feature is brought to mean 0 and deviation 1. */
export interface Standard {
  mean: Float32Array;
  deviation: Float32Array;
}

export const MEMBERS = 4;
export const HIDDEN = 32;

/** Names in a file. */
const NAMES = [
  'first/kernel',
  'first/bias',
  'second/kernel',
  'second/bias',
  'third/kernel',
  'third/bias',
] as const;
const [SEEN, MEAN, DEVIATION] = ['first/seen', 'standard/mean', 'standard/deviation'] as const;

export class ClassifierWeights {
  /** Kernel and bias of each layer. */
  readonly variables: [Variable, Variable, Variable, Variable, Variable, Variable];
  /** 1 where a network sees the feature, else 0; [members · hidden, features]. */
  readonly seen: Tensor;
  standard: Standard;

  /** @param state as `state` gives it; zeros without one. @throws AppError('bad-model') for that of other features or classes. */
  constructor(options: ClassifierOptions, state?: ReadonlyMap<string, NamedTensor>) {
    const { features, classes } = options;
    const shapes = [
      [MEMBERS * HIDDEN, features],
      [MEMBERS * HIDDEN, 1],
      [MEMBERS, HIDDEN, HIDDEN],
      [MEMBERS, HIDDEN, 1],
      [MEMBERS, classes, HIDDEN],
      [MEMBERS, classes, 1],
    ];
    const given = (name: string, shape: readonly number[]) => state && fitting(state, name, shape);
    const values = shapes.map((shape, index) => given(NAMES[index]!, shape));
    const seen = given(SEEN, [MEMBERS * HIDDEN, features]) ?? seenBy(options);
    this.standard = {
      mean: given(MEAN, [features]) ?? new Float32Array(features),
      deviation: given(DEVIATION, [features]) ?? new Float32Array(features).fill(1),
    };
    const variable = (shape: number[], index: number) =>
      tf.tidy(() => tf.variable(values[index] ? tf.tensor(values[index], shape) : tf.zeros(shape)));
    this.variables = shapes.map(variable) as ClassifierWeights['variables'];
    this.seen = tf.keep(tf.tensor2d(seen, [MEMBERS * HIDDEN, features]));
  }

  /** All of it, by name. */
  state(): Map<string, NamedTensor> {
    const tensor = (one: Tensor): NamedTensor => ({
      shape: [...one.shape],
      data: one.dataSync() as Float32Array,
    });
    const vector = (data: Float32Array): NamedTensor => ({ shape: [data.length], data });
    return new Map([
      ...this.variables.map((variable, index) => [NAMES[index]!, tensor(variable)] as const),
      [SEEN, tensor(this.seen)],
      [MEAN, vector(this.standard.mean)],
      [DEVIATION, vector(this.standard.deviation)],
    ]);
  }

  /** Random kernels (He et al. 2015) and biases of zero. */
  draw(seed: number): void {
    const random = randomFor(seed, 101);
    for (const variable of this.variables) {
      const inputs = variable.shape.at(-1)!;
      const values = new Float32Array(variable.size);
      // A bias has one column.
      if (inputs > 1) values.forEach((_, i) => (values[i] = random.normal() * Math.sqrt(2 / inputs)));
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }

  /** @returns a function that brings back what there is now; the caller disposes it. */
  kept(): { restore: () => void; dispose: () => void } {
    const { standard } = this;
    const copies = this.variables.map((variable) => variable.clone());
    return {
      restore: () => {
        this.standard = standard;
        this.variables.forEach((variable, index) => variable.assign(copies[index]!));
      },
      dispose: () => tf.dispose(copies),
    };
  }

  /** Kernel and bias of the first layer for features as they are. */
  foldedFirst(): [Tensor, Tensor] {
    const { standard } = this;
    const [first, bias] = this.variables;
    const scaled = tf.div(tf.mul(first, this.seen), tf.tensor1d(standard.deviation)) as Tensor;
    const shift = tf.matMul(scaled, tf.tensor2d(standard.mean, [standard.mean.length, 1]));
    return [scaled, tf.sub(bias, shift)];
  }

  dispose(): void {
    tf.dispose([...this.variables, this.seen]);
  }
}

function fitting(
  state: ReadonlyMap<string, NamedTensor>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const given = state.get(name);
  if (given?.shape.join() === shape.join()) return given.data;
  const found = given ? given.shape.join(' × ') : 'missing';
  throw new AppError(
    'bad-model',
    `The weights do not fit the classifier: ${name} is ${found}, not ${shape.join(' × ')}.`,
  );
}

/**
 * Networks that see different features err differently (Ho 1998, random subspaces): all see the Gaussians, and of the others
 * each one half and its neighbour the other half.
 */
function seenBy({ features, seed }: ClassifierOptions): Float32Array {
  const random = randomFor(seed, 103);
  const seen = new Float32Array(MEMBERS * HIDDEN * features).fill(1);
  const others = Array.from({ length: features }, (_, row) => row).filter((row) => row % KINDS.length > 0);
  for (let pair = 0; pair < MEMBERS / 2; pair++)
    permutation(others.length, random).forEach((at, place) => {
      const blind = 2 * pair + (place % 2);
      for (let unit = 0; unit < HIDDEN; unit++) seen[(blind * HIDDEN + unit) * features + others[at]!] = 0;
    });
  return seen;
}
