/** What a display window is chosen from: each channel's range, percentiles and histogram. */
import type { PixelArray } from '../shared/model.js';

export interface ChannelRange {
  /** Of all finite samples; 0 and 1 when there is none. */
  min: number;
  max: number;
  /** 0.35 and 99.65 percentiles, the automatic window of `display.ts`. */
  low: number;
  high: number;
  /** 256 equal bins over min … max. */
  histogram: number[];
}

const LOW_PERCENT = 0.35;
const HIGH_PERCENT = 99.65;
/** As many evenly spaced pixels as `autoWindow` looks at, fewer where there are many channels. */
const MAX_PIXELS = 1_000_000;
const MAX_SAMPLES = 8_000_000;
const BINS = 256;

/** Takes a plane's rows from the top; percentiles and histogram come from at most a million evenly spaced pixels. */
export class ChannelRanges {
  private readonly step: number;
  private readonly samples: Float64Array[];
  private readonly counts: number[];
  private readonly min: number[];
  private readonly max: number[];
  /** Pixels seen. */
  private seen = 0;

  constructor(
    pixels: number,
    private readonly channels: number,
  ) {
    const most = Math.min(MAX_PIXELS, Math.floor(MAX_SAMPLES / channels));
    this.step = Math.max(1, Math.ceil(pixels / most));
    const length = Math.ceil(pixels / this.step);
    this.samples = Array.from({ length: channels }, () => new Float64Array(length));
    this.counts = Array.from({ length: channels }, () => 0);
    this.min = Array.from({ length: channels }, () => Infinity);
    this.max = Array.from({ length: channels }, () => -Infinity);
  }

  addRows(data: PixelArray): void {
    const { channels, step } = this;
    const pixels = data.length / channels;
    const first = (step - (this.seen % step)) % step;
    for (let c = 0; c < channels; c++) {
      let [min, max] = [this.min[c]!, this.max[c]!];
      for (let i = c; i < data.length; i += channels) {
        const value = data[i]!;
        // NaN compares false; infinities are no part of a range.
        if (value < min && value !== -Infinity) min = value;
        if (value > max && value !== Infinity) max = value;
      }
      [this.min[c], this.max[c]] = [min, max];
      const kept = this.samples[c]!;
      let count = this.counts[c]!;
      for (let pixel = first; pixel < pixels; pixel += step) {
        const value = data[pixel * channels + c]!;
        if (Number.isFinite(value)) kept[count++] = value;
      }
      this.counts[c] = count;
    }
    this.seen += pixels;
  }

  ranges(): ChannelRange[] {
    return this.samples.map((kept, c) => {
      const sorted = kept.subarray(0, this.counts[c]).sort();
      const histogram = Array.from({ length: BINS }, () => 0);
      if (!sorted.length) return { min: 0, max: 1, low: 0, high: 1, histogram };
      const [min, max] = [this.min[c]!, this.max[c]!];
      const scale = max > min ? BINS / (max - min) : 0;
      for (const value of sorted) histogram[Math.min(BINS - 1, Math.floor((value - min) * scale))]!++;
      const at = (percent: number) => sorted[Math.round((percent / 100) * (sorted.length - 1))]!;
      const [low, high] = [at(LOW_PERCENT), at(HIGH_PERCENT)];
      return { min, max, low, high: high > low ? high : low + 1, histogram };
    });
  }
}
