/** A network's weights by `layer/weight`, in and out, for comparisons with Keras. */
import { tf, type LayersModel, type Tensor, type Variable } from '../../src-main/engine/tensorflow.js';
import { randomFor } from '../../src-main/shared/random.js';
import type { NamedTensor } from '../../src-main/shared/safetensors.js';

/** Variables by `layer/weight`; trainable ones only when asked for. */
export function variablesOf(model: LayersModel, which: 'all' | 'trainable'): Map<string, Variable> {
  const weights = which === 'all' ? model.weights : model.trainableWeights;
  return new Map(weights.map((weight) => [weight.originalName, weight.read() as unknown as Variable]));
}

export function readWeights(model: LayersModel): Map<string, NamedTensor> {
  return new Map([...variablesOf(model, 'all')].map(([name, variable]) => [name, namedTensor(variable)]));
}

export const namedTensor = (tensor: Tensor): NamedTensor => ({
  shape: tensor.shape.slice(),
  data: tensor.dataSync() as Float32Array,
});

/** Sets every weight; a missing or additional name is an error. */
export function writeWeights(model: LayersModel, tensors: ReadonlyMap<string, NamedTensor>): void {
  const variables = variablesOf(model, 'all');
  const unknown = [...tensors.keys()].filter((name) => !variables.has(name));
  const missing = [...variables.keys()].filter((name) => !tensors.has(name));
  if (unknown.length || missing.length)
    throw new Error(`unknown weights: ${unknown.join(' ')}; missing weights: ${missing.join(' ')}`);
  for (const [name, { shape, data }] of tensors)
    tf.tidy(() => variables.get(name)!.assign(tf.tensor(data, shape)));
}

/** Biases, scales, shifts and statistics as after some training: fresh ones (0 and 1) would hide mistakes. */
export function livenWeights(model: LayersModel, seed: number): void {
  let index = 0;
  for (const [name, variable] of variablesOf(model, 'all')) {
    const random = randomFor(seed, index++);
    const kind = name.slice(name.indexOf('/') + 1);
    if (kind.endsWith('kernel')) continue;
    const positive = kind === 'gamma' || kind === 'moving_variance';
    const values = Float32Array.from({ length: variable.size }, () =>
      positive ? random.uniform(0.5, 1.5) : 0.1 * random.normal(),
    );
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

/** Largest absolute difference. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} and ${b.length} values`);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** ‖a − b‖ / ‖b‖ over all tensors of `b` together. */
export function relativeL2(a: ReadonlyMap<string, NamedTensor>, b: ReadonlyMap<string, NamedTensor>): number {
  let [difference, norm] = [0, 0];
  for (const [name, { data }] of b) {
    const other = a.get(name)?.data;
    if (other?.length !== data.length) throw new Error(`${name} is missing or has another size`);
    data.forEach((value, i) => {
      difference += (other[i]! - value) ** 2;
      norm += value ** 2;
    });
  }
  return Math.sqrt(difference / norm);
}
