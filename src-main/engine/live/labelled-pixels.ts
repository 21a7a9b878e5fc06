/** Features of a bounded sample of the labelled pixels of some images. */
import { Candidates, MOST_PIXELS, rankLimits, samplePixels } from '../../shared/label-sample.js';
import type { InputImage } from '../intensity.js';
import { tf, type Tensor } from '../tensorflow.js';
import { VOID_INDEX } from '../warp.js';
import type { LabelledPixels } from './classifier.js';
import type { Rectangle } from './features.js';

/** Side of the parts of an image whose features are computed and kept together, px. */
export const LIVE_TILE_PX = 512;

export interface LabelledImage {
  width: number;
  height: number;
  /** Labelled pixels of each class. */
  pixelsByClass: readonly number[];
  /** Class indices, VOID_INDEX where unlabelled; asked for once. */
  labels(): Promise<Uint8Array>;
  /** Features of a part; the caller disposes them. */
  features(part: Rectangle): Promise<Tensor>;
}

/** The parts of an image, row by row. */
export function liveTiles({ width, height }: Pick<InputImage, 'width' | 'height'>): Rectangle[] {
  const tiles: Rectangle[] = [];
  for (let y = 0; y < height; y += LIVE_TILE_PX)
    for (let x = 0; x < width; x += LIVE_TILE_PX)
      tiles.push({
        ...{ x, y },
        width: Math.min(LIVE_TILE_PX, width - x),
        height: Math.min(LIVE_TILE_PX, height - y),
      });
  return tiles;
}

/**
 * The pixels of a sample with their features. Only parts with chosen pixels are computed.
 * @returns null where nothing is labelled.
 */
export async function labelledPixelsOf(
  images: readonly LabelledImage[],
  { classes, seed, most = MOST_PIXELS }: { classes: number; seed: number; most?: number },
): Promise<LabelledPixels | null> {
  const pixelsOf = (value: number) => images.reduce((sum, one) => sum + one.pixelsByClass[value]!, 0);
  const limits = rankLimits(
    Array.from({ length: classes }, (_, value) => pixelsOf(value)),
    most,
  );
  const candidates: Candidates[][] = [];
  for (const [image, { labels }] of images.entries()) {
    const own = new Candidates({ image, seed, limits });
    (await labels()).forEach((value, place) => value !== VOID_INDEX && own.offer(value, place));
    candidates.push([own]);
  }
  const values = Array.from({ length: classes }, (_, value) => value);
  const chosen = samplePixels(candidates, { classes: values, limits, most });
  const parts: PixelFeatures[] = [];
  const indices: Uint8Array[] = [];
  for (const [index, image] of images.entries()) {
    const { places, values } = chosen[index]!;
    parts.push(await featuresOf(image, places));
    indices.push(values);
  }
  return joinPixels(parts, indices);
}

/** Features of single pixels, [rows, count], row-major. */
export interface PixelFeatures {
  values: Float32Array;
  count: number;
}

/** @param places y · width + x, ascending. */
export async function featuresOf(
  { width, height, features }: Pick<LabelledImage, 'width' | 'height' | 'features'>,
  places: Uint32Array,
): Promise<PixelFeatures> {
  const parts: PixelFeatures[] = [];
  // In the order of the places, which go through the tiles more than once.
  const order: number[] = [];
  for (const tile of liveTiles({ width, height })) {
    const inside: number[] = [];
    places.forEach((place, index) => {
      if (contains(tile, place % width, Math.floor(place / width))) inside.push(index);
    });
    if (!inside.length) continue;
    const known = await features(tile);
    const taken = tf.tidy(() => {
      const within = inside.map((index) => {
        const [x, y] = [places[index]! % width, Math.floor(places[index]! / width)];
        return (y - tile.y) * tile.width + x - tile.x;
      });
      return tf.gather(known, tf.tensor1d(within, 'int32'), 1);
    });
    parts.push({ values: taken.dataSync() as Float32Array, count: inside.length });
    order.push(...inside);
    tf.dispose([known, taken]);
  }
  return ordered(joinFeatures(parts), order);
}

/** Null where there are none. */
export function joinPixels(
  parts: readonly PixelFeatures[],
  classes: readonly Uint8Array[],
): LabelledPixels | null {
  const { values, count } = joinFeatures(parts);
  return count ? { features: values, classes: Uint8Array.from(classes.flatMap((own) => [...own])) } : null;
}

const contains = (tile: Rectangle, x: number, y: number): boolean =>
  x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height;

function joinFeatures(parts: readonly PixelFeatures[]): PixelFeatures {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const full = parts.find((part) => part.count > 0);
  const rows = full ? full.values.length / full.count : 0;
  const values = new Float32Array(rows * count);
  let before = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++)
      values.set(part.values.subarray(row * part.count, (row + 1) * part.count), row * count + before);
    before += part.count;
  }
  return { values, count };
}

/** @param order where each pixel belongs. */
function ordered({ values, count }: PixelFeatures, order: readonly number[]): PixelFeatures {
  const sorted = new Float32Array(values.length);
  for (let from = 0; from < values.length; from += count)
    order.forEach((to, at) => (sorted[from + to] = values[from + at]!));
  return { values: sorted, count };
}
