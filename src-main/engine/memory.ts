/** How much memory a forward pass takes, from the layers alone, so that the largest tile that fits can be chosen. */
import { layerFields } from './receptive-field.js';
import type { LayersModel } from './tensorflow.js';

/** Work space of convolutions and the allocator's slack, on top of the tensors themselves. Measured: 1.2–1.6. */
const SLACK = 2;

/**
 * Bytes an input pixel at the moment when most tensors are alive, when layers run one after the other and a tensor is
 * freed after its last use.
 */
export function peakBytesPerPixel(model: LayersModel): number {
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
  return peak * SLACK;
}
