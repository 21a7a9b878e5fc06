/** Intensities of any type as colours on the screen: a window of intensities and a colour for each channel. */
import type { PixelArray, PixelType } from '../../src-main/shared/model.js';
import { quantile, type Histogram } from './histogram.js';

export interface ChannelDisplay {
  /** Intensities that are shown black and in full colour; `low` < `high`. */
  low: number;
  high: number;
  /** 0 … 255 each; the channels' colours are added. */
  color: readonly [number, number, number];
  visible: boolean;
}

/** Share of the pixels left out at each end, as ImageJ and the thumbnails have it. */
export const AUTO_TAIL = 0.0035;

/** Window from the 0.35th to the 99.65th percentile; never empty. */
export function autoWindow(histogram: Histogram): { low: number; high: number } {
  if (histogram.counts.length === 0) return { low: 0, high: 1 };
  const low = quantile(histogram, AUTO_TAIL);
  const high = quantile(histogram, 1 - AUTO_TAIL);
  return high > low ? { low, high } : { low, high: low + 1 };
}

const WHITE = [255, 255, 255] as const;
const RGB = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;
/** Pairs of these can be told apart with the common colour-vision deficiencies: green and magenta, blue and yellow. */
const STAINS = [[0, 255, 0], [255, 0, 255], [0, 160, 255], [255, 220, 0], [255, 80, 0], WHITE] as const;

/**
 * Colours that channels start with.
 * @param rgb Whether three channels are red, green and blue, as of a photograph.
 */
export function defaultColors(channels: number, rgb: boolean): (readonly [number, number, number])[] {
  if (channels === 1) return [WHITE];
  if (channels === 3 && rgb) return [...RGB];
  return Array.from({ length: channels }, (_, i) => STAINS[i % STAINS.length]!);
}

/** Of more than four channels the colours of all, added, would be white: the first three are shown, the others switched on. */
export const shownAtFirst = (channels: number): number => (channels <= 4 ? channels : 3);

/** Colours interleaved samples: `out` gets an opaque RGBA pixel (little-endian, as canvases have it) for each. */
export type ToColors = (samples: PixelArray, out: Uint32Array) => void;

const OPAQUE = 0xff000000;
const FIRST: Partial<Record<PixelType, number>> = { uint8: 0, uint16: 0, int8: -128, int16: -32768 };

/**
 * A fast function for one image and setting: tables for types of at most 16 bits, arithmetic for others.
 * @param channels One setting for each of the first channels; `samplesAPixel` counts alpha too.
 */
export function colorMapper(
  type: PixelType,
  channels: readonly ChannelDisplay[],
  samplesAPixel: number = channels.length,
): ToColors {
  const first = FIRST[type];
  const size = type.endsWith('8') ? 256 : 65_536;
  const layers = channels.flatMap((channel, index) => {
    if (!channel.visible) return [];
    return [{ index, table: first === undefined ? null : colorTable(channel, first, size), channel }];
  });
  const join = areDisjoint(layers.map(({ channel }) => channel)) ? joined : added;
  const row = new Uint32Array(PIXELS_AT_ONCE);
  return (samples, out) => {
    if (layers.length === 0) out.fill(OPAQUE);
    // Channel by channel over as many pixels as stay in the processor's cache: such loops are several times as fast.
    for (let start = 0; start < out.length; start += PIXELS_AT_ONCE) {
      const part = out.subarray(start, start + PIXELS_AT_ONCE);
      layers.forEach(({ index, table, channel }, layer) => {
        const target = layer === 0 ? part : row;
        const from = start * samplesAPixel + index;
        if (table) lookUp(samples, { from, step: samplesAPixel, first: first! }, table, target, part.length);
        else compute(samples, { from, step: samplesAPixel }, channel, target, part.length);
        if (layer > 0) join(part, row);
      });
    }
  };
}

const PIXELS_AT_ONCE = 4096;

function lookUp(
  samples: PixelArray,
  { from, step, first }: { from: number; step: number; first: number },
  table: Uint32Array,
  target: Uint32Array,
  count: number,
): void {
  for (let i = 0, s = from; i < count; i++, s += step) target[i] = table[samples[s]! - first]!;
}

function compute(
  samples: PixelArray,
  { from, step }: { from: number; step: number },
  { low, high, color }: ChannelDisplay,
  target: Uint32Array,
  count: number,
): void {
  const range = high - low;
  const [red, green, blue] = color;
  for (let i = 0, s = from; i < count; i++, s += step)
    target[i] = packed(red, green, blue, levelOf((samples[s]! - low) / range));
}

/** No two channels share red, green or blue, as in a photograph: their colours are joined without adding. */
const areDisjoint = (channels: readonly ChannelDisplay[]): boolean =>
  [0, 1, 2].every((part) => channels.filter(({ color }) => color[part]! > 0).length <= 1);

function joined(colors: Uint32Array, others: Uint32Array): void {
  for (let i = 0; i < colors.length; i++) colors[i]! |= others[i]!;
}

function added(colors: Uint32Array, others: Uint32Array): void {
  for (let i = 0; i < colors.length; i++) {
    const a = colors[i]!;
    const b = others[i]!;
    const red = (a & 255) + (b & 255);
    const green = ((a >>> 8) & 255) + ((b >>> 8) & 255);
    const blue = ((a >>> 16) & 255) + ((b >>> 16) & 255);
    colors[i] =
      OPAQUE |
      ((blue > 255 ? 255 : blue) << 16) |
      ((green > 255 ? 255 : green) << 8) |
      (red > 255 ? 255 : red);
  }
}

function colorTable({ low, high, color }: ChannelDisplay, first: number, size: number): Uint32Array {
  const table = new Uint32Array(size);
  const [red, green, blue] = color;
  for (let i = 0; i < size; i++)
    table[i] = packed(red, green, blue, levelOf((first + i - low) / (high - low)));
  return table;
}

/** Parts of at most 255 times a level of at most 1, rounded. */
const packed = (red: number, green: number, blue: number, level: number): number =>
  OPAQUE |
  (((blue * level + 0.5) | 0) << 16) |
  (((green * level + 0.5) | 0) << 8) |
  ((red * level + 0.5) | 0);

/** 0 … 1; 0 for what is not a number. */
const levelOf = (level: number): number => (level > 0 ? (level < 1 ? level : 1) : 0);
