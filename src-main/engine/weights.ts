/** Weights of a model by name (`layer/weight`), out of TensorFlow and into it. */
import { AppError } from '../shared/errors.js';
import type { NamedTensor } from '../shared/safetensors.js';
import { tf, type LayersModel } from './tensorflow.js';

type Weight = LayersModel['weights'][number];

function namedWeights(model: LayersModel): Map<string, Weight> {
  const byName = new Map<string, Weight>();
  for (const layer of model.layers)
    // The original name ends with the weight's own; the rest may have been made unique for this process.
    for (const weight of layer.weights)
      byName.set(`${layer.name}/${weight.originalName.split('/').at(-1)!}`, weight);
  return byName;
}

export function readWeights(model: LayersModel): Map<string, NamedTensor> {
  return new Map(
    [...namedWeights(model)].map(([name, weight]) => [
      name,
      { shape: weight.shape as number[], data: weight.read().dataSync() as Float32Array },
    ]),
  );
}

/** @throws AppError('bad-model') when a weight is missing or has another shape. */
export function writeWeights(model: LayersModel, tensors: ReadonlyMap<string, NamedTensor>): void {
  const { skipped } = loadMatching(model, tensors);
  const first = skipped[0];
  if (first)
    throw new AppError('bad-model', `The weights do not fit the network: ${first.name} ${first.reason}.`);
}

export interface LoadReport {
  loaded: string[];
  skipped: { name: string; reason: string }[];
}

/** Loads what fits by name and shape and says of every weight of the network what happened to it. */
export function loadMatching(model: LayersModel, tensors: ReadonlyMap<string, NamedTensor>): LoadReport {
  const report: LoadReport = { loaded: [], skipped: [] };
  for (const [name, weight] of namedWeights(model)) {
    const given = tensors.get(name);
    const wanted = weight.shape.join(' × ');
    if (!given) report.skipped.push({ name, reason: 'is not in the file' });
    else if (given.shape.join(' × ') !== wanted)
      report.skipped.push({ name, reason: `is ${given.shape.join(' × ')} there and ${wanted} here` });
    else {
      const value = tf.tensor(given.data, given.shape);
      weight.write(value);
      value.dispose();
      report.loaded.push(name);
    }
  }
  return report;
}
