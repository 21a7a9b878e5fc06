import { describe, expect, test } from 'vitest';
import type { PixelArray, PixelType } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import {
  histogramOf as measuredHistogram,
  otsuThreshold as measuredOtsu,
} from '../../src-main/measure/otsu.js';
import { autoWindow as thumbnailWindow } from '../../src-main/pixels/display.js';
import {
  autoWindow,
  colorMapper,
  defaultColors,
  shownAtFirst,
  type ChannelDisplay,
} from '../../src-renderer/editor/display.js';
import { histogramOf, otsuThreshold, quantile } from '../../src-renderer/editor/histogram.js';

const random = randomFor(8);
const MAKE: Record<PixelType, (length: number) => PixelArray> = {
  uint8: (n) => new Uint8Array(n).map(() => random.integer(256)),
  uint16: (n) => new Uint16Array(n).map(() => random.integer(65_536)),
  uint32: (n) => new Uint32Array(n).map(() => random.integer(1e9)),
  int8: (n) => new Int8Array(n).map(() => random.integer(256) - 128),
  int16: (n) => new Int16Array(n).map(() => random.integer(65_536) - 32_768),
  int32: (n) => new Int32Array(n).map(() => random.integer(1e9) - 5e8),
  float32: (n) => new Float32Array(n).map(() => random.normal()),
  float64: (n) => new Float64Array(n).map(() => random.normal()),
};
const TYPES = Object.keys(MAKE) as PixelType[];

/** One pixel by the definition: each channel's level times its colour, added and cut off. */
function colorByDefinition(values: number[], channels: readonly ChannelDisplay[]): number[] {
  const sum = [0, 0, 0];
  channels.forEach(({ low, high, color, visible }, c) => {
    const level = Math.min(1, Math.max(0, (values[c]! - low) / (high - low)));
    if (visible && !Number.isNaN(level)) color.forEach((part, i) => (sum[i]! += Math.round(part * level)));
  });
  return [...sum.map((part) => Math.min(255, part)), 255];
}

describe('colours', () => {
  const settings: Record<string, [number, number, number][]> = {
    grey: [[255, 255, 255]],
    'a photograph': [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ],
    'stains that overlap': [
      [0, 255, 0],
      [255, 0, 255],
      [255, 220, 0],
    ],
  };
  test.each(TYPES.flatMap((type) => Object.keys(settings).map((name) => [type, name] as const)))(
    '%s as %s are what the definition says',
    (type, name) => {
      const pixels = 200;
      const colors = settings[name]!;
      // One sample more a pixel: alpha, which is not shown.
      const samplesAPixel = colors.length + 1;
      const samples = MAKE[type](pixels * samplesAPixel);
      const { low, high } = autoWindow(histogramOf(samples));
      const channels = colors.map((color, c) => ({
        low: low + c,
        high,
        color,
        visible: c !== 1 || name !== 'grey',
      }));
      const out = new Uint32Array(pixels);
      colorMapper(type, channels, samplesAPixel)(samples, out);
      const bytes = new Uint8Array(out.buffer);
      for (let i = 0; i < pixels; i++) {
        const values = channels.map((_, c) => samples[i * samplesAPixel + c]!);
        expect([...bytes.subarray(4 * i, 4 * i + 4)]).toEqual(colorByDefinition(values, channels));
      }
    },
  );

  test('of a channel that is off, or of NaN, are black', () => {
    const out = new Uint32Array(2);
    const channel = { low: 0, high: 1, color: [255, 255, 255], visible: true } as const;
    colorMapper('float32', [channel])(Float32Array.of(NaN, -Infinity), out);
    expect([...out]).toEqual([0xff000000, 0xff000000]);
    colorMapper('uint8', [{ ...channel, visible: false }])(Uint8Array.of(255, 255), out);
    expect([...out]).toEqual([0xff000000, 0xff000000]);
  });

  test('to begin with are grey, those of a photograph, or ones that can be told apart', () => {
    expect(defaultColors(1, true)).toEqual([[255, 255, 255]]);
    expect(defaultColors(3, true)[2]).toEqual([0, 0, 255]);
    expect(new Set(defaultColors(6, false).map(String)).size).toBe(6);
  });
});

describe('windows', () => {
  test.each(['uint8', 'uint16', 'int16'] as const)('of %s are those of the thumbnails', (type) => {
    const data = MAKE[type](20_000);
    const image = { width: 200, height: 100, channels: 1, alpha: false, type, data };
    const ours = autoWindow(histogramOf(data));
    const theirs = thumbnailWindow(image, 0);
    // Between neighbouring values of the 20,000.
    expect(Math.abs(ours.low - theirs.low)).toBeLessThanOrEqual(type === 'uint8' ? 1 : 30);
    expect(Math.abs(ours.high - theirs.high)).toBeLessThanOrEqual(type === 'uint8' ? 1 : 30);
  });

  test('of one value or none are not empty', () => {
    expect(autoWindow(histogramOf(new Uint8Array(9).fill(7)))).toEqual({ low: 7, high: 8 });
    expect(autoWindow(histogramOf(Float32Array.of(NaN, NaN)))).toEqual({ low: 0, high: 1 });
    const { low, high } = autoWindow(histogramOf(new Float32Array(9).fill(0.25)));
    expect(high).toBeGreaterThan(low);
  });

  test('of floats come from fine bins', () => {
    const data = Float64Array.from({ length: 100_001 }, (_, i) => i / 100_000);
    expect(quantile(histogramOf(data), 0.0035)).toBeCloseTo(0.0035, 4);
    expect(quantile(histogramOf(data), 0.9965)).toBeCloseTo(0.9965, 4);
  });
});

test.each(['uint8', 'uint16', 'int16'] as const)('Otsu for %s is that of the measurements', (type) => {
  const data = MAKE[type](3000);
  data.forEach((value, i) => (data[i] = i % 3 ? value / 4 : value));
  expect(otsuThreshold(histogramOf(data))).toBe(measuredOtsu(measuredHistogram(data)));
});

test('of many channels the first three are shown at first, of a few all', () => {
  expect([1, 2, 3, 4, 5, 12].map(shownAtFirst)).toEqual([1, 2, 3, 4, 3, 3]);
});
