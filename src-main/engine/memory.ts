/** How much memory a forward pass takes, from the layers alone, so that the largest tile that fits can be chosen. */
import { layerFields } from './receptive-field.js';
import type { LayersModel } from './tensorflow.js';

/**
 * What is taken beyond the tensors that are alive, as a factor of them: work space of convolutions, normalisation, tensors
 * that are freed late, the allocator's slack. With `BESIDE` at least 15 % above what was measured (docs/engine.md, Prediction).
 */
const FACTOR = 1.6;
/** unet-mini has neither normalisation nor activations of their own: ReLUs are computed in place. */
const FACTORS: Readonly<Record<string, number>> = { 'unet-mini': 1 };
/** Bytes a pixel that do not go with the layers: the input, the likeliest classes or probabilities on their way out. */
const BESIDE = 100;

/**
 * Bytes an input pixel at the moment when most tensors are alive, when layers run one after the other and a tensor is
 * freed after its last use, and what comes on top of them.
 * @param network its name
 */
export function peakBytesPerPixel(model: LayersModel, network: string): number {
  const fields = layerFields(model);
  const bytesOf = (name: string) => fields.get(name)!.bytesPerPixel;
  const lastUse = new Map<string, number>();
  model.layers.forEach((layer, index) =>
    fields.get(layer.name)!.inputs.forEach((name) => lastUse.set(name, index)),
  );
  const alive = new Set<string>();
  let peak = 0;
  model.layers.forEach((layer, index) => {
    alive.add(layer.name);
    peak = Math.max(
      peak,
      [...alive].reduce((sum, name) => sum + bytesOf(name), 0),
    );
    for (const name of alive) if ((lastUse.get(name) ?? Infinity) <= index) alive.delete(name);
  });
  return peak * (FACTORS[network] ?? FACTOR) + BESIDE;
}
