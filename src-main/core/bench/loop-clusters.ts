/** Tiles of different kinds: images in turn, and clusters of what tiles look like. */
import type { UncertainTile } from '../../shared/app-api-predictions.js';
import { randomFor } from '../../shared/random.js';

export interface LoopTile extends UncertainTile {
  /** What it looks like: numbers in the same order for every tile; empty where the model was not asked. */
  features: readonly number[];
}

/** Mean, standard deviation and mean horizontal step of each channel, then the share of each predicted label value. */
export function featuresOf(
  tile: Pick<UncertainTile, 'x' | 'y' | 'width' | 'height'>,
  image: { width: number; channels: number; data: ArrayLike<number> },
  predicted: { labels: Uint8Array; values: readonly number[] },
): number[] {
  const { x, y, width, height } = tile;
  const pixels = width * height;
  const found: number[] = [];
  for (let c = 0; c < image.channels; c++) {
    const at = (px: number, py: number) => image.data[(py * image.width + px) * image.channels + c]!;
    let [sum, squares, steps] = [0, 0, 0];
    for (let py = y; py < y + height; py++)
      for (let px = x; px < x + width; px++) {
        const value = at(px, py);
        sum += value;
        squares += value * value;
        if (px > x) steps += Math.abs(value - at(px - 1, py));
      }
    const mean = sum / pixels;
    found.push(mean, Math.sqrt(Math.max(0, squares / pixels - mean * mean)), steps / pixels);
  }
  for (const value of predicted.values) {
    let count = 0;
    for (let py = y; py < y + height; py++)
      for (let px = x; px < x + width; px++) if (predicted.labels[py * image.width + px] === value) count++;
    found.push(count / pixels);
  }
  return found;
}

/** The best tile of every image, best first, then the second best of every image, … */
export function inTurn<T extends UncertainTile>(candidates: readonly T[], limit: number): T[] {
  const queues = [...Map.groupBy(candidates, ({ imageId }) => imageId).values()].map((tiles) =>
    tiles.toSorted(byWorth),
  );
  const chosen: T[] = [];
  for (let turn = 0; chosen.length < limit && queues.some((queue) => queue.length > turn); turn++)
    chosen.push(...queues.flatMap((queue) => queue[turn] ?? []).sort(byWorth));
  return chosen.slice(0, limit);
}

const byWorth = (a: UncertainTile, b: UncertainTile): number =>
  b.entropy - a.entropy || a.imageId - b.imageId || a.y - b.y || a.x - b.x;

const ROUNDS = 25;

/**
 * One tile for each of `limit` clusters, that nearest to its centre: k-means in which a tile counts as much as it is worth
 * (Zhdanov, "Diverse mini-batch active learning", 2019), from the centres of k-means++.
 */
export function ofEachCluster(candidates: readonly LoopTile[], limit: number, seed: number): LoopTile[] {
  if (candidates.length <= limit) return [...candidates];
  const points = standardised(candidates.map(({ features }) => features));
  const weights = candidates.map(({ entropy }) => entropy + 1e-6);
  const random = randomFor(seed, 17);
  const draw = (shares: readonly number[]) => {
    let left = random.uniform(0, 1) * shares.reduce((sum, share) => sum + share, 0);
    const at = shares.findIndex((share) => (left -= share) < 0);
    return at < 0 ? shares.length - 1 : at;
  };
  let centres = [points[draw(weights)]!];
  while (centres.length < limit)
    centres.push(points[draw(points.map((point, i) => weights[i]! * distanceTo(centres, point)))]!);
  for (let round = 0; round < ROUNDS; round++) {
    const members = Map.groupBy(points.keys(), (i) => nearest(centres, points[i]!));
    centres = centres.map((centre, k) => weightedMean(members.get(k) ?? [], points, weights) ?? centre);
  }
  const chosen = new Set<number>();
  for (const centre of centres) {
    let best = -1;
    for (const [i, point] of points.entries())
      if (!chosen.has(i) && (best < 0 || squared(point, centre) < squared(points[best]!, centre))) best = i;
    chosen.add(best);
  }
  return [...chosen].map((i) => candidates[i]!);
}

type Point = readonly number[];

/** Each number less its mean, over its standard deviation. */
function standardised(points: readonly Point[]): Point[] {
  const over = points.length;
  const columns = points[0]!.map((_, c) => {
    const mean = points.reduce((sum, point) => sum + point[c]!, 0) / over;
    const spread = Math.sqrt(points.reduce((sum, point) => sum + (point[c]! - mean) ** 2, 0) / over);
    return { mean, spread: spread || 1 };
  });
  return points.map((point) => point.map((value, c) => (value - columns[c]!.mean) / columns[c]!.spread));
}

const squared = (a: Point, b: Point): number => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
const distanceTo = (centres: readonly Point[], point: Point): number =>
  Math.min(...centres.map((centre) => squared(centre, point)));
const nearest = (centres: readonly Point[], point: Point): number => {
  const distances = centres.map((centre) => squared(centre, point));
  return distances.indexOf(Math.min(...distances));
};

function weightedMean(
  members: readonly number[],
  points: readonly Point[],
  weights: readonly number[],
): Point | null {
  const total = members.reduce((sum, i) => sum + weights[i]!, 0);
  if (total === 0) return null;
  return points[0]!.map((_, c) => members.reduce((sum, i) => sum + weights[i]! * points[i]![c]!, 0) / total);
}
