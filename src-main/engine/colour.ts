/** Colour and intensity augmentation, in place on a crop of the network's input. */
import type { Random } from '../shared/random.js';

/**
 * Turns the hue and scales saturation and value of an RGB crop in −1 … 1 (HSV as OpenCV defines it for floats).
 * The hue wraps around; saturation and value are clipped to 0 … 1.
 * @param crop [size · size · 3] row-major. @param hue share of the circle; saturation, value: factors.
 */
export function jitterHsv(crop: Float32Array, hue: number, saturation: number, value: number): void {
  const turn = (((hue * 6) % 6) + 6) % 6;
  for (let i = 0; i < crop.length; i += 3) {
    const r = unit((crop[i]! + 1) / 2);
    const g = unit((crop[i + 1]! + 1) / 2);
    const b = unit((crop[i + 2]! + 1) / 2);
    const v = r > g ? (r > b ? r : b) : g > b ? g : b;
    const range = v - (r < g ? (r < b ? r : b) : g < b ? g : b);
    let sextant = 0;
    if (range > 0) {
      if (v === r) sextant = (g - b) / range;
      else if (v === g) sextant = (b - r) / range + 2;
      else sextant = (r - g) / range + 4;
    }
    const s = v > 0 ? unit((range / v) * saturation) : 0;
    const newV = unit(v * value);
    // −1 … 11, so that adding or taking 6 once does what the remainder would, many times slower.
    let h = sextant + turn;
    if (h >= 6) h -= 6;
    else if (h < 0) h += 6;
    const depth = newV * s;
    crop[i] = (newV - depth * share(h, 5)) * 2 - 1;
    crop[i + 1] = (newV - depth * share(h, 3)) * 2 - 1;
    crop[i + 2] = (newV - depth * share(h, 1)) * 2 - 1;
  }
}

/** How much of the colour's depth a channel lacks at a hue of 0 … 6: a trapezoid that begins at `6 − at`. */
function share(hue: number, at: number): number {
  const k = hue + at >= 6 ? hue + at - 6 : hue + at;
  const rise = k < 4 - k ? k : 4 - k;
  return rise < 0 ? 0 : rise > 1 ? 1 : rise;
}

const unit = (x: number) => (x < 0 ? 0 : x > 1 ? 1 : x);

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
  // A line with its edge values repeated on both sides, so that no index is tested.
  const line = new Float32Array(size + 2 * radius);
  const pass = (start: number, stride: number) => {
    for (let i = 0; i < size; i++) line[radius + i] = crop[start + i * stride]!;
    line.fill(line[radius]!, 0, radius).fill(line[radius + size - 1]!, radius + size);
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * line[i + k]!;
      crop[start + i * stride] = sum / total;
    }
  };
  for (let c = 0; c < channels; c++) {
    for (let row = 0; row < size; row++) pass(row * size * channels + c, channels);
    for (let column = 0; column < size; column++) pass(column * channels + c, size * channels);
  }
}
