/** Colour and intensity augmentation, in place on a crop of the network's input. */
import type { Random } from '../shared/random.js';

/**
 * Turns the hue and scales saturation and value of an RGB crop in −1 … 1 (HSV as OpenCV defines it for floats).
 * The hue wraps around; saturation and value are clipped to 0 … 1.
 * @param crop [size · size · 3] row-major. @param hue share of the circle; saturation, value: factors.
 */
export function jitterHsv(crop: Float32Array, hue: number, saturation: number, value: number): void {
  for (let i = 0; i < crop.length; i += 3) {
    const r = unit(crop[i]!);
    const g = unit(crop[i + 1]!);
    const b = unit(crop[i + 2]!);
    const v = Math.max(r, g, b);
    const range = v - Math.min(r, g, b);
    let sextant = 0;
    if (range > 0) {
      if (v === r) sextant = (g - b) / range;
      else if (v === g) sextant = (b - r) / range + 2;
      else sextant = (r - g) / range + 4;
    }
    const s = Math.min(1, (v > 0 ? range / v : 0) * saturation);
    const newV = Math.min(1, v * value);
    const h = (((sextant + hue * 6) % 6) + 6) % 6;
    const channel = (n: number) => {
      const k = (n + h) % 6;
      return (newV - newV * s * Math.max(0, Math.min(k, 4 - k, 1))) * 2 - 1;
    };
    crop[i] = channel(5);
    crop[i + 1] = channel(3);
    crop[i + 2] = channel(1);
  }
}

const unit = (x: number) => Math.min(1, Math.max(0, (x + 1) / 2));

/** Multiplies all values by `gain` and adds `offset`. */
export function jitterGain(crop: Float32Array, gain: number, offset: number): void {
  for (let i = 0; i < crop.length; i++) crop[i] = crop[i]! * gain + offset;
}

/** As `jitterGain`, each channel by itself: stains and lamps differ in colour. @param gains, offsets one a channel. */
export function jitterChannels(
  crop: Float32Array,
  gains: readonly number[],
  offsets: readonly number[],
): void {
  const channels = gains.length;
  for (let i = 0; i < crop.length; i += channels)
    for (let c = 0; c < channels; c++) crop[i + c] = crop[i + c]! * gains[c]! + offsets[c]!;
}

/** x ↦ x^exponent between the crop's own minimum and maximum. */
export function jitterGamma(crop: Float32Array, exponent: number): void {
  let [low, high] = [Infinity, -Infinity];
  for (const v of crop) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const range = high - low;
  if (range <= 0) return;
  for (let i = 0; i < crop.length; i++) crop[i] = ((crop[i]! - low) / range) ** exponent * range + low;
}

export function addNoise(crop: Float32Array, deviation: number, random: Random): void {
  for (let i = 0; i < crop.length; i++) crop[i]! += deviation * random.normal();
}

/** Separable Gaussian, edge values repeated. @param crop [size · size · channels]. */
export function blur(crop: Float32Array, size: number, channels: number, sigma: number): void {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const line = new Float32Array(size);
  const pass = (start: number, stride: number) => {
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++)
        sum += kernel[k + radius]! * crop[start + Math.min(size - 1, Math.max(0, i + k)) * stride]!;
      line[i] = sum / total;
    }
    for (let i = 0; i < size; i++) crop[start + i * stride] = line[i]!;
  };
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < size; row++) pass(row * size * channels + c, channels);
    for (let column = 0; column < size; column++) pass(column * channels + c, size * channels);
  }
}
