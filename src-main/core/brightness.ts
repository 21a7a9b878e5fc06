/** How bright images are and how much they vary, to tell one that no training image was like. */
import { BrightnessSum, type Brightness } from '../shared/brightness-sum.js';
import type { PixelImage } from '../shared/model.js';
import type { SnapshotImage } from '../shared/snapshot.js';
import { createDecoderPool } from './decoding.js';
import { isLarge } from './segment-memory.js';

/** Least and largest of the images seen. */
export interface BrightnessRange {
  mean: [low: number, high: number];
  deviation: [low: number, high: number];
}

/** Of evenly chosen pixels, alpha left out; null where none has a number. */
export function brightnessOf(image: Pick<PixelImage, 'data' | 'channels' | 'alpha'>): Brightness | null {
  const sum = new BrightnessSum(image.data.length / image.channels);
  sum.add(image, 0);
  return sum.result();
}

/** Training images looked at, evenly chosen. */
const MOST_IMAGES = 32;

/** Of training images that are there and not large; null where there is none. */
export async function brightnessSeen(images: readonly SnapshotImage[]): Promise<BrightnessRange | null> {
  const usual = images.filter((image) => !isLarge(image));
  const every = Math.ceil(usual.length / MOST_IMAGES);
  const found: Brightness[] = [];
  const pool = createDecoderPool({ threads: 1 });
  try {
    for (const { path, page } of usual.filter((_, i) => i % every === 0)) {
      // One that is gone since takes nothing from the passport but its part in the range.
      const image = await pool.decode(path, page).catch(() => null);
      const brightness = image && brightnessOf(image);
      if (brightness) found.push(brightness);
    }
  } finally {
    await pool.close();
  }
  const range = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)];
  if (!found.length) return null;
  return {
    mean: range(found.map(({ mean }) => mean)),
    deviation: range(found.map(({ deviation }) => deviation)),
  };
}

/** So many times below or above the range seen is taken for the same: exposures differ. */
const TOLERANCE = 2;

/** Sentences without the image's own figures, so that images of one kind share theirs. */
export function brightnessDifferences(seen: BrightnessRange, image: Brightness): string[] {
  const differences: string[] = [];
  const outside = (value: number, [low, high]: readonly [number, number]) =>
    value < low / TOLERANCE ? 'below' : value > high * TOLERANCE ? 'above' : null;
  const mean = outside(image.mean, seen.mean);
  if (mean)
    differences.push(
      `it is ${mean === 'below' ? 'darker' : 'brighter'} than the training images, whose mean is ${rangeText(seen.mean)}`,
    );
  const deviation = outside(image.deviation, seen.deviation);
  if (deviation)
    differences.push(
      `it has ${deviation === 'below' ? 'less' : 'more'} contrast than the training images, whose standard deviation is ${rangeText(seen.deviation)}`,
    );
  return differences;
}

export function rangeText([low, high]: readonly [number, number]): string {
  const [least, most] = [low, high].map((value) => String(Number(value.toPrecision(3))));
  return least === most ? least! : `${least!} to ${most!}`;
}
