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
  const shown = channels.flatMap((channel, index) => (channel.visible ? [{ channel, index }] : []));
  const first = FIRST[type];
  if (shown.length === 0) return (_samples, out) => void out.fill(OPAQUE);
  if (first === undefined) return (samples, out) => mapByArithmetic(shown, samplesAPixel, samples, out);
  const size = type.endsWith('8') ? 256 : 65_536;
  const tables = shown.map(({ channel }) => colorTable(channel, first, size));
  const [only] = shown;
  if (shown.length === 1 && only)
    return (samples, out) => {
      const table = tables[0]!;
      for (let i = 0, s = only.index; i < out.length; i++, s += samplesAPixel)
        out[i] = table[samples[s]! - first]!;
    };
  if (areDisjoint(shown.map(({ channel }) => channel)))
    return (samples, out) => {
      for (let i = 0, s = 0; i < out.length; i++, s += samplesAPixel) {
        let color = OPAQUE;
        for (let c = 0; c < tables.length; c++) color |= tables[c]![samples[s + shown[c]!.index]! - first]!;
        out[i] = color;
      }
    };
  return (samples, out) => {
    for (let i = 0, s = 0; i < out.length; i++, s += samplesAPixel) {
      let [red, green, blue] = [0, 0, 0];
      for (let c = 0; c < tables.length; c++) {
        const color = tables[c]![samples[s + shown[c]!.index]! - first]!;
        red += color & 255;
        green += (color >>> 8) & 255;
        blue += (color >>> 16) & 255;
      }
      out[i] = OPAQUE | (Math.min(255, blue) << 16) | (Math.min(255, green) << 8) | Math.min(255, red);
    }
  };
}

/** No two channels share red, green or blue, as in a photograph: their colours are joined without adding. */
const areDisjoint = (channels: readonly ChannelDisplay[]): boolean =>
  [0, 1, 2].every((part) => channels.filter(({ color }) => color[part]! > 0).length <= 1);

function colorTable({ low, high, color }: ChannelDisplay, first: number, size: number): Uint32Array {
  const table = new Uint32Array(size);
  for (let i = 0; i < size; i++) {
    const level = levelOf(first + i, low, high);
    const [red, green, blue] = color.map((part) => Math.round(part * level)) as [number, number, number];
    table[i] = OPAQUE | (blue << 16) | (green << 8) | red;
  }
  return table;
}

function mapByArithmetic(
  shown: readonly { channel: ChannelDisplay; index: number }[],
  samplesAPixel: number,
  samples: PixelArray,
  out: Uint32Array,
): void {
  for (let i = 0, s = 0; i < out.length; i++, s += samplesAPixel) {
    let [red, green, blue] = [0, 0, 0];
    for (const { channel, index } of shown) {
      const level = levelOf(samples[s + index]!, channel.low, channel.high);
      red += Math.round(channel.color[0] * level);
      green += Math.round(channel.color[1] * level);
      blue += Math.round(channel.color[2] * level);
    }
    out[i] = OPAQUE | (Math.min(255, blue) << 16) | (Math.min(255, green) << 8) | Math.min(255, red);
  }
}

/** 0 … 1; 0 for what is not a number. */
const levelOf = (value: number, low: number, high: number): number => {
  const level = (value - low) / (high - low);
  return level > 0 ? Math.min(1, level) : 0;
};
