/** What a whole image is taken through, tile by tile: a network, or the classifier behind suggestions. */
import type { ModelFile } from '../shared/engine-api.js';
import { ForwardPass, type Pixels } from './forward-pass.js';
import { peakBytesPerPixel } from './memory.js';
import type { Network } from './models/network.js';
import { haloOf } from './receptive-field.js';

export interface PixelModel {
  /** Tiles start at multiples of this and have such sides, px. */
  multipleOf: number;
  /** What must surround a tile so that its own pixels come out as of the whole image, px: a multiple of `multipleOf`. */
  halo: number;
  /** Mirrored pixels all round an image, so that what the model takes to lie outside does not show at its border. */
  margin: number;
  /** Side of a tile without halo beyond which tiles cost more a pixel, px; Infinity where larger ones cost less. */
  largestTile: number;
  /** Memory at the moment when most is held, bytes a pixel of a tile with its halo. */
  bytesPerPixel: number;
  /** [height · width · classes], row-major. */
  probabilities(pixels: Pixels): Float32Array;
  /** Of each pixel the value of the likeliest class, the first of equals, and its probability, 0 … 255. */
  classes(pixels: Pixels): { labels: Uint8Array; confidence: Uint8Array };
  /** Frees what it keeps on the device. */
  dispose(): void;
}

/** A network whose owner disposes of its layers, and of this before. */
export function networkPixels({ model, multipleOf }: Network, file: ModelFile): PixelModel {
  const forward = new ForwardPass(model, file.classes);
  return {
    multipleOf,
    halo: haloOf(model, multipleOf),
    // Zero padding inside the network reaches this far.
    margin: multipleOf,
    largestTile: Infinity,
    bytesPerPixel: peakBytesPerPixel(model, file.network),
    probabilities: (pixels) => forward.probabilities(pixels),
    classes: (pixels) => forward.classes(pixels),
    dispose: () => forward.dispose(),
  };
}
