/**
 * Separable bicubic resampling as Pillow does it (Keys' kernel, a = −0.5, widened when shrinking so that nothing aliases),
 * of only the window that is needed.
 */
import type { InputImage } from './intensity.js';

export interface Window {
  /** Size to which the whole image is resampled, px. */
  fullWidth: number;
  fullHeight: number;
  /** Position of the window in the resampled image, px; the window may reach beyond it. */
  left: number;
  top: number;
  width: number;
  height: number;
}

/** For each output position: the first source sample and the weights of those that follow. */
interface Taps {
  first: Int32Array;
  /** How many follow, and their weights from `position · most` on. */
  counts: Int32Array;
  weights: Float32Array;
  most: number;
  /** Range of output positions that lie inside the image. */
  from: number;
  to: number;
}

/** The window of the resampled image; outside it is `padValue`. */
export function resampleBicubic(image: InputImage, window: Window, padValue: number): Float32Array {
  const rows = new BicubicRows(image, window, padValue);
  rows.add(image, 0);
  return rows.finish();
}

/** `resampleBicubic` of an image whose rows come a few at a time: held are source rows as wide as the window. */
export class BicubicRows {
  private readonly across: Taps;
  private readonly down: Taps;
  /** Source rows that the window needs, resampled horizontally; the first is `firstRow`. */
  private readonly rows: Float32Array;
  private readonly firstRow: number;
  private readonly lastRow: number;

  constructor(
    private readonly source: Omit<InputImage, 'values'>,
    private readonly window: Window,
    private readonly padValue: number,
  ) {
    const across = taps(source.width, window.fullWidth, window.left, window.width);
    const down = taps(source.height, window.fullHeight, window.top, window.height);
    [this.across, this.down] = [across, down];
    const none = across.to <= across.from || down.to <= down.from;
    this.firstRow = none ? 0 : down.first[down.from]!;
    this.lastRow = none ? 0 : down.first[down.to - 1]! + down.counts[down.to - 1]!;
    this.rows = new Float32Array((this.lastRow - this.firstRow) * window.width * source.channels);
  }

  /** Whole rows of the source, of which the first is row `y`. */
  add(part: InputImage, y: number): void {
    const stride = this.window.width * this.source.channels;
    const along = part.channels === 3 ? alongRgb : alongAny;
    const end = Math.min(this.lastRow, y + part.height);
    for (let row = Math.max(this.firstRow, y); row < end; row++)
      along(part, this.across, row - y, this.rows.subarray((row - this.firstRow) * stride));
  }

  finish(): Float32Array {
    const { across, down, rows, window, source, firstRow } = this;
    const { channels } = source;
    const out = new Float32Array(window.width * window.height * channels).fill(this.padValue);
    if (!rows.length) return out;
    const stride = window.width * channels;
    const [from, to] = [across.from * channels, across.to * channels];
    const sums = new Float64Array(to - from);
    for (let y = down.from; y < down.to; y++) {
      // Row by row: memory is read in order, and the sums stay in the cache.
      const weights = down.weights.subarray(y * down.most, y * down.most + down.counts[y]!);
      sums.fill(0);
      addRows(sums, weights, rows, (down.first[y]! - firstRow) * stride + from, stride);
      out.set(sums, y * stride + from);
    }
    return out;
  }
}

/** Adds the weighted rows that begin at `start`, `start + stride`, …; four at a time, which halves the time. */
function addRows(
  sums: Float64Array,
  weights: Float32Array,
  rows: Float32Array,
  start: number,
  stride: number,
): void {
  let k = 0;
  for (; k + 4 <= weights.length; k += 4) {
    const [w0, w1, w2, w3] = [weights[k]!, weights[k + 1]!, weights[k + 2]!, weights[k + 3]!];
    const a = start + k * stride;
    const [b, c, d] = [a + stride, a + 2 * stride, a + 3 * stride];
    for (let i = 0; i < sums.length; i++)
      sums[i] = sums[i]! + w0 * rows[a + i]! + w1 * rows[b + i]! + w2 * rows[c + i]! + w3 * rows[d + i]!;
  }
  for (; k < weights.length; k++) {
    const weight = weights[k]!;
    const a = start + k * stride;
    for (let i = 0; i < sums.length; i++) sums[i]! += weight * rows[a + i]!;
  }
}

/** Resamples source row `y` into `out`. */
function alongAny({ width, channels, values }: InputImage, taps: Taps, y: number, out: Float32Array): void {
  const { first, counts, weights, most } = taps;
  for (let x = taps.from; x < taps.to; x++) {
    const start = (y * width + first[x]!) * channels;
    const end = x * most + counts[x]!;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = x * most, at = start + c; k < end; k++, at += channels) sum += weights[k]! * values[at]!;
      out[x * channels + c] = sum;
    }
  }
}

/** As `alongAny` for three channels: most of the tutorial networks' time went there. */
function alongRgb({ width, values }: InputImage, taps: Taps, y: number, out: Float32Array): void {
  const { first, counts, weights, most } = taps;
  for (let x = taps.from; x < taps.to; x++) {
    const end = x * most + counts[x]!;
    let [red, green, blue] = [0, 0, 0];
    for (let k = x * most, at = (y * width + first[x]!) * 3; k < end; k++, at += 3) {
      const weight = weights[k]!;
      red += weight * values[at]!;
      green += weight * values[at + 1]!;
      blue += weight * values[at + 2]!;
    }
    out[x * 3] = red;
    out[x * 3 + 1] = green;
    out[x * 3 + 2] = blue;
  }
}

function taps(source: number, full: number, offset: number, count: number): Taps {
  const ratio = source / full;
  const widening = Math.max(ratio, 1);
  const support = 2 * widening;
  const most = Math.ceil(2 * support) + 1;
  const first = new Int32Array(count);
  const counts = new Int32Array(count);
  const weights = new Float32Array(count * most);
  const from = Math.max(0, -offset);
  const to = Math.min(count, full - offset);
  for (let i = from; i < to; i++) {
    const center = (offset + i + 0.5) * ratio;
    const low = Math.max(0, Math.floor(center - support + 0.5));
    const high = Math.min(source, Math.floor(center + support + 0.5));
    const line = weights.subarray(i * most, i * most + high - low);
    let sum = 0;
    for (let k = 0; k < line.length; k++)
      sum += line[k] = Math.fround(cubic((low + k - center + 0.5) / widening));
    for (let k = 0; k < line.length; k++) line[k]! /= sum;
    first[i] = low;
    counts[i] = line.length;
  }
  return { first, counts, weights, most, from, to };
}

function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  if (t < 2) return ((-0.5 * t + 2.5) * t - 4) * t + 2;
  return 0;
}

/** The window of a label map resampled by the nearest neighbour (centre of the pixel); outside it is `padLabel`. */
export function resampleNearest(
  labels: { width: number; height: number; data: Uint8Array },
  window: Window,
  padLabel: number,
): Uint8Array {
  const out = new Uint8Array(window.width * window.height).fill(padLabel);
  const sourceOf = (i: number, offset: number, full: number, size: number) =>
    Math.min(size - 1, Math.floor(((i + offset + 0.5) * size) / full));
  const xs = Int32Array.from({ length: window.width }, (_, x) =>
    sourceOf(x, window.left, window.fullWidth, labels.width),
  );
  for (let y = Math.max(0, -window.top); y < Math.min(window.height, window.fullHeight - window.top); y++) {
    const row = sourceOf(y, window.top, window.fullHeight, labels.height) * labels.width;
    for (let x = Math.max(0, -window.left); x < Math.min(window.width, window.fullWidth - window.left); x++)
      out[y * window.width + x] = labels.data[row + xs[x]!]!;
  }
  return out;
}

export interface Letterbox {
  /** The square's side and the image's place in it, px. */
  size: number;
  width: number;
  height: number;
  left: number;
  top: number;
}

/** Where an image of the given size lies when it is fitted, centred, into a square (integer sizes as the tutorial's). */
export function letterbox(width: number, height: number, size: number): Letterbox {
  const scale = Math.min(size / width, size / height);
  const [w, h] = [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))];
  return { size, width: w, height: h, left: Math.floor((size - w) / 2), top: Math.floor((size - h) / 2) };
}

/** The whole letterboxed square as a window of the resampled image. */
export const letterboxWindow = (box: Letterbox): Window => ({
  fullWidth: box.width,
  fullHeight: box.height,
  left: -box.left,
  top: -box.top,
  width: box.size,
  height: box.size,
});

/**
 * Bilinear interpolation of a box inside a square of probabilities back to the image's size, pixel centres aligned.
 * @param values [size, size, channels] row-major. @param rows of the image, all by default. @returns [rows, width, channels]
 */
export function unletterbox(
  { values, channels, box }: { values: Float32Array; channels: number; box: Letterbox },
  { width, height }: { width: number; height: number },
  rows: { y: number; count: number } = { y: 0, count: height },
): Float32Array {
  const out = new Float32Array(rows.count * width * channels);
  const place = (i: number, count: number, inner: number) => {
    const at = Math.min(inner - 1, Math.max(0, ((i + 0.5) * inner) / count - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, inner - 1), share: at - low };
  };
  const xs = Array.from({ length: width }, (_, x) => place(x, width, box.width));
  for (let row = 0; row < rows.count; row++) {
    const v = place(rows.y + row, height, box.height);
    const [above, below] = [
      (box.top + v.low) * box.size + box.left,
      (box.top + v.high) * box.size + box.left,
    ];
    xs.forEach((u, x) => {
      for (let c = 0; c < channels; c++) {
        const value = (from: number) =>
          values[(from + u.low) * channels + c]! * (1 - u.share) +
          values[(from + u.high) * channels + c]! * u.share;
        out[(row * width + x) * channels + c] = value(above) * (1 - v.share) + value(below) * v.share;
      }
    });
  }
  return out;
}
