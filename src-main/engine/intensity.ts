/**
 * Maps an image's intensities to a network's input, each image by itself. What is chosen when training starts is kept
 * with the model and applied identically ever after.
 */
import type { ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import { percentiles } from './percentiles.js';

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

/** @throws AppError('unsupported-image') for channels the model was not made for. */
export function requireChannels(image: PixelImage, input: InputMapping): void {
  if (input.channels === 'all' && colorChannels(image) !== input.count)
    throw new AppError(
      'unsupported-image',
      `The image has ${colorChannels(image)} channels and the model was trained on ${input.count}; choose the same channels.`,
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
  const planes = selectChannels(image, mapping);
  return mapped(image, planes, mapsOf(planes, image, mapping));
}

/** How each input channel is mapped. */
export const inputMaps = (image: PixelImage, mapping: InputMapping): LinearMap[] =>
  mapsOf(selectChannels(image, mapping), image, mapping);

const mapsOf = (
  planes: readonly Float32Array[],
  { type }: PixelImage,
  { intensity }: InputMapping,
): LinearMap[] => planes.map((plane) => linearMap(figuresOf(plane), type === 'uint8', intensity));

/** Part of an image as `toInput` maps the whole of it. @param maps of the whole image, one a channel. */
export const partToInput = (
  part: PixelImage,
  mapping: InputMapping,
  maps: readonly LinearMap[],
): InputImage => mapped(part, selectChannels(part, mapping), maps);

function mapped(
  { width, height }: PixelImage,
  planes: readonly Float32Array[],
  maps: readonly LinearMap[],
): InputImage {
  const count = planes.length;
  const values = new Float32Array(width * height * count);
  planes.forEach((plane, channel) => {
    const map = maps[channel]!;
    for (let i = 0, at = channel; i < plane.length; i++, at += count) values[at] = mapValue(plane[i]!, map);
  });
  return { width, height, channels: count, values };
}

/** The network's input channels before their intensities are mapped, [height · width] each. */
export function selectChannels(image: PixelImage, mapping: InputMapping): Float32Array[] {
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

/** x ↦ (x − offset) · scale, clipped. */
export interface LinearMap {
  offset: number;
  scale: number;
  low: number;
  high: number;
}

export function mapValue(given: number, { offset, scale, low, high }: LinearMap): number {
  const value = (given - offset) * scale;
  return value < low ? low : value > high ? high : value;
}

/** An image as it is stored, with what turns its pixels into a network's input. */
export interface RawImage {
  width: number;
  height: number;
  data: PixelImage['data'] | Float32Array;
  /** Values of a pixel. */
  stride: number;
  /** Which of them is each input channel. */
  picked: readonly number[];
  /** One an input channel. */
  maps: readonly LinearMap[];
}

/** As `toInput`, but not mapped yet. @param maps of the whole image, where this is a part of it. */
export function rawInput(
  image: PixelImage,
  mapping: InputMapping,
  maps: readonly LinearMap[] = inputMaps(image, mapping),
): RawImage {
  const { width, height, data, channels } = image;
  const colors = colorChannels(image);
  if (mapping.channels === 'grey' && colors > 1)
    return { width, height, data: selectChannels(image, mapping)[0]!, stride: 1, picked: [0], maps };
  // A missing channel repeats the last: rgb of a grey image.
  const picked = maps.map((_, c) => Math.min(c, colors - 1));
  return { width, height, data, stride: channels, picked, maps };
}

/** What the mapping of a plane follows from; each is computed only where it is asked for. */
export interface PlaneFigures {
  mean(): number;
  /** Of the whole plane, not an estimate. */
  deviation(): number;
  /** Largest value − smallest. */
  spread(): number;
  /** As numpy's default. */
  percentiles(percents: readonly number[]): number[];
}

/**
 * Floors keep an empty image's noise from being blown up: 4 grey levels of 256, or 1⁄64 of the range seen; and 1, as good as
 * any other, where all values are the same.
 */
export function linearMap(
  figures: PlaneFigures,
  uint8: boolean,
  intensity: InputMapping['intensity'],
): LinearMap {
  if (intensity === 'z-score') {
    const floor = uint8 ? 4 : figures.spread() / 64 || 1;
    const scale = 1 / Math.max(figures.deviation(), floor);
    return { offset: figures.mean(), scale, low: -Infinity, high: Infinity };
  }
  if (intensity === 'minus-one-to-one' && uint8) return { offset: 127.5, scale: 1 / 127.5, low: -1, high: 1 };
  const [p0, p1] = figures.percentiles(intensity === 'percentile' ? [1, 99.8] : [0.35, 99.65]);
  const half = Math.max((p1! - p0!) / 2, uint8 ? 2 : figures.spread() / 128 || 1);
  const limit = intensity === 'percentile' ? 2 : 1;
  return { offset: p0! + half, scale: 1 / half, low: -limit, high: limit };
}

function figuresOf(plane: Float32Array): PlaneFigures {
  const mean = () => {
    let sum = 0;
    for (const v of plane) sum += v;
    return sum / plane.length;
  };
  return {
    mean,
    deviation() {
      const middle = mean();
      let squares = 0;
      for (const v of plane) squares += (v - middle) ** 2;
      return Math.sqrt(squares / plane.length);
    },
    spread() {
      let [low, high] = [Infinity, -Infinity];
      for (const v of plane) {
        if (v < low) low = v;
        if (v > high) high = v;
      }
      return high - low;
    },
    percentiles: (percents) => percentiles(plane, percents),
  };
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
