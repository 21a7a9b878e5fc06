/** Any image as an 8-bit picture for the screen, through a display window for what is not 8-bit already. */
import type { PixelImage } from '../shared/model.js';

/** An 8-bit picture: one channel or RGB. */
export interface Picture {
  width: number;
  height: number;
  channels: 1 | 3;
  data: Uint8Array;
}

/** Shown from black to white. */
export interface DisplayWindow {
  low: number;
  high: number;
}

/** Percentiles of the automatic window; those of ImageJ's "Auto" and of most microscope software. */
const LOW_PERCENT = 0.35;
const HIGH_PERCENT = 99.65;
/** Enough samples for percentiles, whatever the image's size. */
const MAX_SAMPLES = 1_000_000;

/** One channel's window from its 0.35 and 99.65 percentiles; values that are not finite are left out. */
export function autoWindow({ data, channels }: PixelImage, channel: number): DisplayWindow {
  const pixels = data.length / channels;
  const step = Math.max(1, Math.ceil(pixels / MAX_SAMPLES));
  const values = new Float64Array(Math.ceil(pixels / step));
  let count = 0;
  for (let i = 0; i < pixels; i += step) {
    const value = data[i * channels + channel]!;
    if (Number.isFinite(value)) values[count++] = value;
  }
  if (!count) return { low: 0, high: 1 };
  const sorted = values.subarray(0, count).sort();
  const at = (percent: number) => sorted[Math.round((percent / 100) * (count - 1))]!;
  const [low, high] = [at(LOW_PERCENT), at(HIGH_PERCENT)];
  return high > low ? { low, high } : { low, high: low + 1 };
}

/**
 * uint8 as it is, all else through `autoWindow` for each channel. Two colour channels or more than three are shown
 * by their first, and first three; alpha is left out.
 * @param options.stretchGrey Grey uint8 through its window too.
 */
export function displayPicture(image: PixelImage, { stretchGrey = false } = {}): Picture {
  const { width, height, channels, data } = image;
  const colours = image.alpha ? channels - 1 : channels;
  const shown = colours >= 3 ? 3 : 1;
  const out = new Uint8Array(width * height * shown);
  for (let c = 0; c < shown; c++) {
    const asItIs = image.type === 'uint8' && !(stretchGrey && shown === 1);
    const { low, high } = asItIs ? { low: 0, high: 255 } : autoWindow(image, c);
    const scale = 255 / (high - low);
    for (let i = 0; i < width * height; i++) {
      const level = (data[i * channels + c]! - low) * scale + 0.5;
      // Written so that NaN becomes black.
      out[i * shown + c] = level > 0 ? Math.min(255, level) : 0;
    }
  }
  return { width, height, channels: shown, data: out };
}
