/**
 * How well regions that thin borders part agree with true ones: the scores of the ISBI-2012 challenge (I. Arganda-Carreras
 * et al., "Crowdsourcing the creation of image segmentation algorithms for connectomics", 2015), restricted to the true
 * regions' pixels and after thinning the found borders to lines of one pixel.
 */

export interface SegmentScores {
  /** Σ p² ÷ the mean of Σ s² and Σ t², 0 … 1: s of true regions, t of found ones, p of their overlaps. */
  rand: number;
  /** Mutual information ÷ mean entropy, 0 … 1. */
  info: number;
}

interface Plane {
  width: number;
  height: number;
}

/** Numbers from 1 of regions of `inside` pixels that touch by a side; 0 elsewhere. @param inside row-major */
export function regionsOf(inside: ArrayLike<number | boolean>, { width, height }: Plane): Uint32Array {
  const regions = new Uint32Array(width * height);
  const open: number[] = [];
  let count = 0;
  for (let start = 0; start < regions.length; start++) {
    if (!inside[start] || regions[start]) continue;
    regions[start] = ++count;
    open.push(start);
    for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop())
      forSides(pixel, { width, height }, (next) => {
        if (!inside[next] || regions[next]) return;
        regions[next] = count;
        open.push(next);
      });
  }
  return regions;
}

/**
 * Regions grown, nearest pixels first, until lines of one pixel (0) part them: what a watershed of the border pixels gives.
 * Without any region all pixels stay 0.
 */
export function thinBorders(regions: Uint32Array, { width, height }: Plane): Uint32Array {
  const grown = Uint32Array.from(regions);
  const settled = Uint8Array.from(regions, (region) => (region ? 1 : 0));
  const queue = new Uint32Array(width * height);
  let [first, last] = [0, 0];
  const add = (pixel: number) =>
    forSides(pixel, { width, height }, (next) => {
      if (settled[next]) return;
      settled[next] = 2;
      queue[last++] = next;
    });
  regions.forEach((region, pixel) => region && add(pixel));
  while (first < last) {
    const pixel = queue[first++]!;
    let own = 0;
    let meet = false;
    forSides(pixel, { width, height }, (next) => {
      const region = grown[next]!;
      if (region && own && region !== own) meet = true;
      own = region || own;
    });
    if (meet) continue;
    grown[pixel] = own;
    if (own) add(pixel);
  }
  return grown;
}

/**
 * @param truth region numbers; pixels of 0 are not scored
 * @param found region numbers; each pixel of 0 counts as a region of its own
 * @returns 1 and 1 where nothing is to be scored
 */
export function segmentScores(truth: Uint32Array, found: Uint32Array): SegmentScores {
  const largest = found.reduce((most, region) => Math.max(most, region), 0) + 1;
  const [both, true_, proposed] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  const count = (counts: Map<number, number>, key: number) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let pixels = 0;
  let alone = 0;
  truth.forEach((region, pixel) => {
    if (!region) return;
    pixels++;
    count(true_, region);
    const other = found[pixel]!;
    if (!other) return alone++;
    count(proposed, other);
    return count(both, region * largest + other);
  });
  if (!pixels) return { rand: 1, info: 1 };
  const squares = (counts: Map<number, number>) => sumOf(counts, (n) => n * n);
  const entropy = (counts: Map<number, number>) => sumOf(counts, (n) => -(n / pixels) * Math.log(n / pixels));
  // Regions of one pixel.
  const ofAlone = (alone * Math.log(pixels)) / pixels;
  const [overlap, s, t] = [squares(both) + alone, squares(true_), squares(proposed) + alone];
  const [joint, hS, hT] = [entropy(both) + ofAlone, entropy(true_), entropy(proposed) + ofAlone];
  return {
    rand: (2 * overlap) / (s + t),
    info: hS + hT > 0 ? Math.max(0, (2 * (hS + hT - joint)) / (hS + hT)) : 1,
  };
}

/** Scores of a map of probabilities at some thresholds. @param inside probability, 0 … 1, of not being border */
export function scoresAtThresholds(
  { truth, inside, size }: { truth: Uint32Array; inside: Float32Array; size: Plane },
  thresholds: readonly number[],
): SegmentScores[] {
  return thresholds.map((threshold) => {
    const found = regionsOf(
      inside.map((value) => Number(value > threshold)),
      size,
    );
    return segmentScores(truth, thinBorders(found, size));
  });
}

const sumOf = (counts: Map<number, number>, of: (n: number) => number): number =>
  [...counts.values()].reduce((sum, n) => sum + of(n), 0);

function forSides(pixel: number, { width, height }: Plane, visit: (pixel: number) => void): void {
  const x = pixel % width;
  if (x > 0) visit(pixel - 1);
  if (x < width - 1) visit(pixel + 1);
  if (pixel >= width) visit(pixel - width);
  if (pixel < width * (height - 1)) visit(pixel + width);
}
