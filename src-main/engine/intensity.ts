/**
 * Maps an image's intensities to a network's input, each image by itself. What is chosen when training starts is kept
 * with the model and applied identically ever after.
 */
import type { ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';

export type InputMapping = ModelFile['input'];

/** A prepared image: row-major, channels last, `values.length === width * height * channels`. */
export interface InputImage {
  width: number;
  height: number;
  channels: number;
  values: Float32Array;
}

/** What stands outside the image: the tutorial's grey of 128, or the mean of normalised images. */
export const padValueOf = (mapping: InputMapping): number =>
  mapping.intensity === 'minus-one-to-one' ? 128 / 127.5 - 1 : 0;

/** Colour channels, alpha left out. */
export const colorChannels = (image: PixelImage): number => image.channels - (image.alpha ? 1 : 0);

/**
 * Refuses pixels that no network can learn from: one of them makes every weight no number.
 * @param name how to call the image in the sentence. @throws AppError('unsupported-image').
 */
export function requireFinite({ data, type }: PixelImage, name: string): void {
  if ((type === 'float32' || type === 'float64') && !data.every(Number.isFinite))
    throw new AppError(
      'unsupported-image',
      `${name} has pixels that are no finite numbers (NaN or infinity, as registration borders often are); set them to a value first.`,
    );
}

/** Whether all colour channels hold the same values: many grey pictures are stored as RGB or RGBA. */
export function isGreyByContent(image: PixelImage): boolean {
  const colors = colorChannels(image);
  const { data, channels } = image;
  for (let i = 0; i < data.length; i += channels)
    for (let c = 1; c < colors; c++) if (data[i + c] !== data[i]) return false;
  return true;
}

/**
 * The network's input for an image: channels as `mapping.channels` says (alpha dropped; grey of a colour image is the
 * mean of its channels; rgb of a grey one is repeated), intensities as `mapping.intensity` says:
 * - minus-one-to-one: uint8 as x / 127.5 − 1, other types by their 0.35 and 99.65 % percentiles to −1 … 1;
 * - z-score: (x − mean) / deviation, a channel;
 * - percentile: the 1 and 99.8 % percentiles of a channel to −1 … 1, clipped at −2 … 2.
 */
export function toInput(image: PixelImage, mapping: InputMapping): InputImage {
  const { width, height } = image;
  const planes = selectChannels(image, mapping);
  const values = new Float32Array(width * height * mapping.count);
  planes.forEach((plane, channel) => {
    const { offset, scale, low, high } = linearMap(plane, image.type === 'uint8', mapping.intensity);
    for (let i = 0, at = channel; i < plane.length; i++, at += mapping.count) {
      const value = (plane[i]! - offset) * scale;
      values[at] = value < low ? low : value > high ? high : value;
    }
  });
  return { width, height, channels: mapping.count, values };
}

function selectChannels(image: PixelImage, mapping: InputMapping): Float32Array[] {
  const colors = colorChannels(image);
  const plane = (channel: number) => {
    const out = new Float32Array(image.width * image.height);
    for (let i = 0, at = channel; i < out.length; i++, at += image.channels) out[i] = image.data[at]!;
    return out;
  };
  if (mapping.channels === 'grey') {
    if (colors === 1) return [plane(0)];
    const out = new Float32Array(image.width * image.height);
    for (let c = 0; c < colors; c++)
      for (let i = 0, at = c; i < out.length; i++, at += image.channels) out[i]! += image.data[at]!;
    for (let i = 0; i < out.length; i++) out[i]! /= colors;
    return [out];
  }
  // A missing channel repeats the last: rgb of a grey image.
  return Array.from({ length: mapping.count }, (_, c) => plane(Math.min(c, colors - 1)));
}

interface LinearMap {
  offset: number;
  scale: number;
  low: number;
  high: number;
}

/** Floors keep an empty image's noise from being blown up: 4 grey levels of 256, or 1⁄64 of the range seen. */
function linearMap(plane: Float32Array, uint8: boolean, intensity: InputMapping['intensity']): LinearMap {
  if (intensity === 'z-score') {
    let sum = 0;
    for (const v of plane) sum += v;
    const mean = sum / plane.length;
    let squares = 0;
    for (const v of plane) squares += (v - mean) ** 2;
    const deviation = Math.sqrt(squares / plane.length);
    const floor = uint8 ? 4 : Math.max(spread(plane) / 64, Number.MIN_VALUE);
    return { offset: mean, scale: 1 / Math.max(deviation, floor), low: -Infinity, high: Infinity };
  }
  if (intensity === 'minus-one-to-one' && uint8) return { offset: 127.5, scale: 1 / 127.5, low: -1, high: 1 };
  const [p0, p1] =
    intensity === 'percentile' ? percentiles(plane, [1, 99.8]) : percentiles(plane, [0.35, 99.65]);
  const half = Math.max((p1! - p0!) / 2, uint8 ? 2 : Math.max(spread(plane) / 128, Number.MIN_VALUE));
  const limit = intensity === 'percentile' ? 2 : 1;
  return { offset: p0! + half, scale: 1 / half, low: -limit, high: limit };
}

function spread(plane: Float32Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const v of plane) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return high - low;
}

/** Values beyond this many are sampled evenly where they cannot be counted. */
const MAX_SORTED = 1 << 22;

/** Percentiles by linear interpolation between order statistics, as numpy's default; whole numbers below 65536 are counted. */
export function percentiles(values: Float32Array, percents: number[]): number[] {
  const orderStatistic = countedOrder(values) ?? sortedOrder(values);
  return percents.map((percent) => {
    const at = (percent / 100) * (orderStatistic.count - 1);
    const below = Math.floor(at);
    const low = orderStatistic.value(below);
    return low + (orderStatistic.value(Math.min(below + 1, orderStatistic.count - 1)) - low) * (at - below);
  });
}

interface Order {
  count: number;
  /** The value at a rank from 0. */
  value(rank: number): number;
}

function countedOrder(values: Float32Array): Order | null {
  const counts = new Uint32Array(65536);
  for (const v of values) {
    if (!(v >= 0 && v < 65536) || !Number.isInteger(v)) return null;
    counts[v]!++;
  }
  return {
    count: values.length,
    value(rank) {
      let seen = 0;
      return counts.findIndex((count) => (seen += count) > rank);
    },
  };
}

function sortedOrder(values: Float32Array): Order {
  const every = Math.ceil(values.length / MAX_SORTED);
  const sorted = every === 1 ? values.slice() : values.filter((_, i) => i % every === 0);
  sorted.sort();
  return { count: sorted.length, value: (rank) => sorted[rank]! };
}

/**
 * Whether an image looks like fluorescence: most of it is dark background, so that the median lies low between the 1 and
 * 99.8 % percentiles.
 */
export function looksFluorescent(image: PixelImage): boolean {
  const plane = selectChannels(image, { channels: 'grey', count: 1, intensity: 'z-score' })[0]!;
  const [low, median, high] = percentiles(plane, [1, 50, 99.8]) as [number, number, number];
  return high > low && (median - low) / (high - low) < 0.25;
}
