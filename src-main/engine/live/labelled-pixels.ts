/** Features of a bounded sample of the labelled pixels of some images. */
import { randomFor } from '../../shared/random.js';
import type { InputImage } from '../intensity.js';
import { tf, type Tensor } from '../tensorflow.js';
import { VOID_INDEX } from '../warp.js';
import type { LabelledPixels, Standard } from './classifier.js';
import type { Rectangle } from './features.js';

/** Side of the parts of an image whose features are computed and kept together, px. */
export const LIVE_TILE_PX = 512;

/** However much is labelled, a fit takes no longer and no more memory than with these. */
export const MOST_PIXELS = 20_000;

export interface LabelledImage {
  width: number;
  height: number;
  /** Class indices, VOID_INDEX where unlabelled. */
  labels: Uint8Array;
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
 * At most `most` labelled pixels, of each class an equal share where it has as many; the same for a seed.
 * Only parts with chosen pixels are computed. @returns null where nothing is labelled.
 */
export async function labelledPixelsOf(
  images: readonly LabelledImage[],
  { classes, seed, most = MOST_PIXELS }: { classes: number; seed: number; most?: number },
): Promise<LabelledPixels | null> {
  const chosen = chosenPixels(images, { classes, seed, most });
  const count = chosen.reduce((sum, own) => sum + own.length, 0);
  if (!count) return null;
  const parts: { x: Float32Array; classes: number[] }[] = [];
  for (const [index, image] of images.entries()) {
    const own = chosen[index]!;
    for (const tile of liveTiles(image)) {
      const inside = own.filter((at) => contains(tile, at % image.width, Math.floor(at / image.width)));
      if (!inside.length) continue;
      const features = await image.features(tile);
      const places = inside.map(
        (at) => (Math.floor(at / image.width) - tile.y) * tile.width + (at % image.width) - tile.x,
      );
      const taken = tf.gather(features, tf.tensor1d(places, 'int32'), 1);
      parts.push({ x: taken.dataSync() as Float32Array, classes: inside.map((at) => image.labels[at]!) });
      tf.dispose([features, taken]);
    }
  }
  return joined(parts, count);
}

/** Of each feature over the pixels, floored so that a feature that never changes stays harmless. */
export function standardOf({ features, classes }: LabelledPixels): Standard {
  const count = classes.length;
  const rows = features.length / count;
  const standard = { mean: new Float32Array(rows), deviation: new Float32Array(rows) };
  for (let row = 0; row < rows; row++) {
    const own = features.subarray(row * count, (row + 1) * count);
    const mean = own.reduce((sum, value) => sum + value, 0) / count;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    standard.mean[row] = mean;
    standard.deviation[row] = Math.max(Math.sqrt(variance), 1e-3);
  }
  return standard;
}

const contains = (tile: Rectangle, x: number, y: number): boolean =>
  x >= tile.x && x < tile.x + tile.width && y >= tile.y && y < tile.y + tile.height;

/** Places in each image, ascending. */
function chosenPixels(
  images: readonly LabelledImage[],
  { classes, seed, most }: { classes: number; seed: number; most: number },
): number[][] {
  const counts = new Array<number>(classes).fill(0);
  for (const { labels } of images) for (const value of labels) if (value !== VOID_INDEX) counts[value]!++;
  const share = sharesOf(counts, most);
  const random = randomFor(seed, 103);
  const left = [...counts];
  const wanted = [...share];
  // Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2 S): one pass and no list of all.
  return images.map(({ labels }) => {
    const own: number[] = [];
    labels.forEach((value, at) => {
      if (value === VOID_INDEX) return;
      if (random.integer(left[value]!--) < wanted[value]!) {
        own.push(at);
        wanted[value]!--;
      }
    });
    return own;
  });
}

/** How many of each class: what rare ones leave goes to the others. */
function sharesOf(counts: readonly number[], most: number): number[] {
  const shares = new Array<number>(counts.length).fill(0);
  const order = counts.map((_, index) => index).toSorted((a, b) => counts[a]! - counts[b]!);
  let left = most;
  order.forEach((index, done) => {
    shares[index] = Math.min(counts[index]!, Math.floor(left / (order.length - done)));
    left -= shares[index];
  });
  return shares;
}

function joined(parts: readonly { x: Float32Array; classes: number[] }[], count: number): LabelledPixels {
  const rows = parts[0]!.x.length / parts[0]!.classes.length;
  const features = new Float32Array(rows * count);
  let before = 0;
  for (const { x, classes } of parts) {
    const own = classes.length;
    for (let row = 0; row < rows; row++)
      features.set(x.subarray(row * own, (row + 1) * own), row * count + before);
    before += own;
  }
  return { features, classes: Uint8Array.from(parts.flatMap((part) => part.classes)) };
}
