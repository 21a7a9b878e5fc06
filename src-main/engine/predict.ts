/**
 * Whole images through a network: untiled when memory allows, else in overlapping tiles whose results equal the
 * untiled one, because the halo covers the receptive field and tiles start at multiples of the network's stride.
 */
import type { ModelFile, Prediction } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import { colorChannels, padValueOf, requireFinite, toInput, type InputImage } from './intensity.js';
import { peakBytesPerPixel } from './memory.js';
import type { Network } from './models/network.js';
import { receptiveField } from './receptive-field.js';
import { letterbox, letterboxWindow, resampleBicubic, unletterbox } from './resample.js';
import { tf, type Tensor } from './tensorflow.js';
import { planTiles, type Span } from './tiles.js';
import { mirror } from './warp.js';

export interface PredictOptions {
  /** Side of a tile without halo, px; 0: untiled when memory allows. */
  tile?: number;
  signal?: AbortSignal | undefined;
}

export interface Probabilities {
  /** [height · width · classes] row-major. */
  values: Float32Array;
  tiles: number;
  /** Pixels computed beyond the image, as a share of the image's. */
  overhead: number;
}

export class Predictor {
  private readonly halo: number;
  private readonly bytesPerPixel: number;

  constructor(
    private readonly network: Network,
    private readonly model: ModelFile,
  ) {
    const { before, after } = receptiveField(network.model);
    const step = network.multipleOf;
    this.halo = Math.ceil(Math.max(before, after) / step) * step;
    this.bytesPerPixel = peakBytesPerPixel(network.model);
  }

  /** Class probabilities of an image. @throws AppError('unsupported-image') for channels the model was not made for. */
  async probabilities(image: PixelImage, options: PredictOptions = {}): Promise<Probabilities> {
    const { input } = this.model;
    if (input.channels === 'all' && colorChannels(image) !== input.count)
      throw new AppError(
        'unsupported-image',
        `The image has ${colorChannels(image)} channels and the model was trained on ${input.count}; choose the same channels.`,
      );
    requireFinite(image, 'The image');
    const prepared = toInput(image, input);
    return this.model.scaleMode === 'letterbox' ? this.letterboxed(prepared) : this.native(prepared, options);
  }

  /** Label values, confidence and, if asked for, probabilities. */
  async predict(
    image: PixelImage,
    options: PredictOptions & { probabilities?: boolean; entropy?: boolean } = {},
  ): Promise<Prediction> {
    const start = performance.now();
    const { values, tiles, overhead } = await this.probabilities(image, options);
    const { width, height } = image;
    const { classes } = this.model;
    return {
      width,
      height,
      ...labelsOf(values, classes),
      probabilities: options.probabilities ? values : null,
      entropy: options.entropy ? entropyOf(values, classes.length) : null,
      tiles,
      overhead,
      elapsedMs: performance.now() - start,
    };
  }

  private letterboxed(image: InputImage): Probabilities {
    const { size, input, classes } = this.model;
    const box = letterbox(image.width, image.height, size);
    const x = resampleBicubic(image, letterboxWindow(box), padValueOf(input));
    const values = this.forward(x, size, size, image.channels);
    return {
      values: unletterbox(values, classes.length, box, image.width, image.height),
      tiles: 1,
      overhead: (size * size) / (box.width * box.height) - 1,
    };
  }

  private async native(image: InputImage, { tile = 0, signal }: PredictOptions): Promise<Probabilities> {
    const { multipleOf } = this.network;
    const classes = this.model.classes.length;
    const { width, height, channels } = image;
    // A mirrored margin all round, so that zero padding inside the network does not show at the image's border.
    const margin = multipleOf;
    const padded = (side: number) => Math.ceil((side + 2 * margin) / multipleOf) * multipleOf;
    const [fullWidth, fullHeight] = [padded(width), padded(height)];
    const side = tile || this.largestTile(fullWidth, fullHeight);
    const rows = planTiles(fullHeight, side, this.halo, multipleOf);
    const columns = planTiles(fullWidth, side, this.halo, multipleOf);

    const values = new Float32Array(width * height * classes);
    let computed = 0;
    for (const row of rows)
      for (const column of columns) {
        signal?.throwIfAborted();
        const [w, h] = [column.windowEnd - column.windowStart, row.windowEnd - row.windowStart];
        computed += w * h;
        const x = mirroredWindow(image, column.windowStart - margin, row.windowStart - margin, w, h);
        const part = this.forward(x, w, h, channels);
        copyInside(part, { row, column, width: w, classes }, values, { width, height, margin });
        // Lets messages in between tiles: a stop, a question from the core.
        if (rows.length * columns.length > 1) await new Promise((resolve) => setImmediate(resolve));
      }
    return { values, tiles: rows.length * columns.length, overhead: computed / (width * height) - 1 };
  }

  /** [H,W,C] in, probabilities [H,W,classes] out. */
  private forward(x: Float32Array, width: number, height: number, channels: number): Float32Array {
    const probabilities = tf.tidy(() => {
      const input = tf.tensor4d(x, [1, height, width, channels]);
      // predictOnBatch frees each layer's output after its last use, which `apply` does not.
      return tf.softmax(this.network.model.predictOnBatch(input) as Tensor);
    });
    try {
      // Not inside: `tidy` looks for tensors in what it returns, number by number, for seconds in a large image.
      return probabilities.dataSync() as Float32Array;
    } finally {
      probabilities.dispose();
    }
  }

  private largestTile(width: number, height: number): number {
    const pixels = (process.availableMemory() * 0.5) / this.bytesPerPixel;
    if (width * height <= pixels) return Math.max(width, height);
    const side = Math.floor(Math.sqrt(pixels)) - 2 * this.halo;
    return Math.max(this.network.multipleOf * 8, side);
  }
}

/** The likeliest class of each pixel (the first of equals) and its probability, 0 … 255. @param values [P · classes] */
export function labelsOf(
  values: Float32Array,
  classes: ModelFile['classes'],
): Pick<Prediction, 'labels' | 'confidence'> {
  const labels = new Uint8Array(values.length / classes.length);
  const confidence = new Uint8Array(labels.length);
  for (let i = 0, at = 0; i < labels.length; i++, at += classes.length) {
    let best = 0;
    for (let c = 1; c < classes.length; c++) if (values[at + c]! > values[at + best]!) best = c;
    labels[i] = classes[best]!.value;
    confidence[i] = Math.round(values[at + best]! * 255);
  }
  return { labels, confidence };
}

/** −Σ p·ln p / ln(classes) of each pixel, 0 … 255. @param values [P · classes] */
export function entropyOf(values: Float32Array, classes: number): Uint8Array {
  const entropy = new Uint8Array(values.length / classes);
  const scale = -255 / Math.log(classes);
  for (let i = 0, at = 0; i < entropy.length; i++) {
    let sum = 0;
    for (let c = 0; c < classes; c++, at++) if (values[at]! > 0) sum += values[at]! * Math.log(values[at]!);
    entropy[i] = Math.round(sum * scale);
  }
  return entropy;
}

/** A window of the image continued by mirroring. */
function mirroredWindow(
  image: InputImage,
  left: number,
  top: number,
  width: number,
  height: number,
): Float32Array {
  const { channels, values } = image;
  const out = new Float32Array(width * height * channels);
  const columns = Int32Array.from({ length: width }, (_, x) => mirror(left + x, image.width) * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = mirror(top + y, image.height) * image.width * channels;
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) out[to++] = values[row + columns[x]! + c]!;
  }
  return out;
}

/** Copies a tile's own part, without halo and margin, to its place in the image. */
function copyInside(
  part: Float32Array,
  tile: { row: Span; column: Span; width: number; classes: number },
  values: Float32Array,
  image: { width: number; height: number; margin: number },
): void {
  const { row, column, classes } = tile;
  const [x0, x1] = [Math.max(column.start, image.margin), Math.min(column.end, image.margin + image.width)];
  if (x1 <= x0) return;
  for (let y = Math.max(row.start, image.margin); y < Math.min(row.end, image.margin + image.height); y++) {
    const from = ((y - row.windowStart) * tile.width + x0 - column.windowStart) * classes;
    const to = ((y - image.margin) * image.width + x0 - image.margin) * classes;
    values.set(part.subarray(from, from + (x1 - x0) * classes), to);
  }
}
