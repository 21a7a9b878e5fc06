/** A network's weights by `layer/weight`, for comparisons with Keras. */
import type { LayersModel } from '../../src-main/engine/tensorflow.js';
import { readWeights, writeWeights } from '../../src-main/engine/weights.js';
import { randomFor } from '../../src-main/shared/random.js';
import type { NamedTensor } from '../../src-main/shared/safetensors.js';

/** Names of the trainable weights as `layer/weight`, in the order of `model.trainableWeights`. */
export function trainableNames(model: LayersModel): string[] {
  const names = new Map(
    model.layers.flatMap((layer) =>
      layer.weights.map((weight) => [weight.id, `${layer.name}/${weight.originalName.split('/').at(-1)!}`]),
    ),
  );
  return model.trainableWeights.map(({ id }) => names.get(id)!);
}

/** Biases, scales, shifts and statistics as after some training: fresh ones (0 and 1) would hide mistakes. */
export function livenWeights(model: LayersModel, seed: number): void {
  const tensors = readWeights(model);
  [...tensors].forEach(([name, tensor], index) => {
    const random = randomFor(seed, index);
    const kind = name.slice(name.indexOf('/') + 1);
    if (kind.endsWith('kernel')) return;
    const positive = kind === 'gamma' || kind === 'moving_variance';
    const data = tensor.data.map(() => (positive ? random.uniform(0.5, 1.5) : 0.1 * random.normal()));
    tensors.set(name, { ...tensor, data });
  });
  writeWeights(model, tensors);
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
