/** How bright an image is and how much it varies, from evenly chosen pixels, whole or in rows from the top. */
import type { PixelImage } from './model.js';

/** In the samples' own unit, colour channels together. */
export interface Brightness {
  mean: number;
  /** Standard deviation. */
  deviation: number;
}

const MOST_PIXELS = 1 << 16;

/** The same pixels are chosen, and summed in the same order, however the image is cut into rows. */
export class BrightnessSum {
  private readonly step: number;
  /** The next pixel to look at. */
  private at = 0;
  private count = 0;
  private sum = 0;
  private squares = 0;

  /** @param pixels of the whole image */
  constructor(pixels: number) {
    // Odd, so that it does not fall on the same columns of a picture whose width is a power of two.
    this.step = Math.max(1, Math.floor(pixels / MOST_PIXELS)) | 1;
  }

  /** Pixels from the `first` one on; those that were seen before, as in a second pass, are passed over. */
  add({ data, channels, alpha }: Pick<PixelImage, 'data' | 'channels' | 'alpha'>, first: number): void {
    const colours = alpha ? channels - 1 : channels;
    const end = first + data.length / channels;
    for (; this.at >= first && this.at < end; this.at += this.step)
      for (let c = 0; c < colours; c++) {
        const value = data[(this.at - first) * channels + c]!;
        if (!Number.isFinite(value)) continue;
        this.count++;
        this.sum += value;
        this.squares += value * value;
      }
  }

  /** Null where no pixel has a number. */
  result(): Brightness | null {
    if (!this.count) return null;
    const mean = this.sum / this.count;
    return { mean, deviation: Math.sqrt(Math.max(0, this.squares / this.count - mean * mean)) };
  }
}
