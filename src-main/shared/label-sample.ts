/**
 * Which labelled pixels are learned from where there are more than a fit takes. Each pixel has a rank that depends on
 * nothing but itself, and the lowest ranks are taken: so one more stroke replaces few of the pixels whose features are known.
 */

/** However much is labelled, a fit takes no longer and no more memory than with these. */
export const MOST_PIXELS = 20_000;

/** Of one image, ascending by place. */
export interface SampledPixels {
  /** y · width + x. */
  places: Uint32Array;
  /** Label value of each. */
  values: Uint8Array;
}

/** A margin above what is needed of the pixels, so that those of lowest rank are among them (27 standard deviations). */
const MARGIN = 1.2;
const RANKS = 2 ** 32;

/**
 * Below which rank the pixels of each label value need be looked at.
 * @param pixelsByValue of all images together. @returns 256 limits, 1 … 2³².
 */
export function rankLimits(pixelsByValue: readonly number[], most = MOST_PIXELS): Float64Array {
  const limits = new Float64Array(256).fill(RANKS);
  pixelsByValue.forEach((pixels, value) => {
    limits[value] = Math.max(1, Math.min(1, (MARGIN * most + 100) / pixels) * RANKS);
  });
  return limits;
}

/** Pixels of one label value with their ranks, in the order they were offered. */
interface Ranked {
  places: Uint32Array;
  ranks: Uint32Array;
}

/** The labelled pixels of a part of an image that may be among those of lowest rank. */
export class Candidates {
  private readonly offered = new Map<number, { places: number[]; ranks: number[] }>();
  private readonly packed = new Map<number, Ranked>();
  private readonly key: number;
  readonly limits: Float64Array;

  /** @param image Images with other numbers have other ranks. @param limits of `rankLimits`, or higher ones. */
  constructor({ image, seed, limits }: { image: number; seed: number; limits: Float64Array }) {
    this.key = mixed(mixed(seed) ^ image);
    this.limits = limits;
  }

  /** @param place y · width + x, each once. */
  offer(value: number, place: number): void {
    const rank = mixed(this.key ^ mixed(place));
    if (rank >= this.limits[value]!) return;
    let own = this.offered.get(value);
    if (!own) this.offered.set(value, (own = { places: [], ranks: [] }));
    own.places.push(place);
    own.ranks.push(rank);
  }

  /** Of a label value, once all are offered. */
  of(value: number): Ranked | undefined {
    const own = this.offered.get(value);
    if (own) {
      this.offered.delete(value);
      this.packed.set(value, { places: Uint32Array.from(own.places), ranks: Uint32Array.from(own.ranks) });
    }
    return this.packed.get(value);
  }
}

/**
 * At most `most` pixels of all images, of each class an equal share where it has as many; the same images, the same pixels.
 * @param images the parts of each. @param limits of all pixels that were offered.
 */
export function samplePixels(
  images: readonly (readonly Candidates[])[],
  {
    classes,
    limits,
    most = MOST_PIXELS,
  }: { classes: readonly number[]; limits: Float64Array; most?: number },
): SampledPixels[] {
  const parts = images.flat();
  const counts = classes.map((value) => countBelow(parts, value, limits[value]!));
  const shares = sharesOf(counts, most);
  // The last rank of each class that is taken.
  const highest = classes.map((value, index) =>
    shares[index]! < counts[index]!
      ? rankAt(parts, { value, limit: limits[value]!, at: shares[index]! - 1 })
      : RANKS,
  );
  return images.map((own) => {
    // As one number each, which sort many times faster than objects.
    const chosen: number[] = [];
    for (const part of own)
      classes.forEach((value, index) => {
        const [ranked, last, limit] = [part.of(value), highest[index]!, limits[value]!];
        if (!ranked) return;
        const { places, ranks } = ranked;
        for (let i = 0; i < ranks.length; i++)
          if (ranks[i]! <= last && ranks[i]! < limit) chosen.push(places[i]! * 256 + value);
      });
    const sorted = Float64Array.from(chosen).sort();
    return {
      places: Uint32Array.from(sorted, (one) => Math.floor(one / 256)),
      values: Uint8Array.from(sorted, (one) => one % 256),
    };
  });
}

function countBelow(parts: readonly Candidates[], value: number, limit: number): number {
  let count = 0;
  for (const part of parts) {
    const ranks = part.of(value)?.ranks;
    if (ranks) for (let i = 0; i < ranks.length; i++) if (ranks[i]! < limit) count++;
  }
  return count;
}

/** Into how many equal parts ranks are counted, so that a few hundred of them are left to be sorted. */
const BINS = 1024;

/** The rank that comes `at` places after the lowest; −1 for none. */
function rankAt(
  parts: readonly Candidates[],
  { value, limit, at }: { value: number; limit: number; at: number },
): number {
  if (at < 0) return -1;
  const bins = new Uint32Array(BINS);
  const perRank = BINS / limit;
  const visit = (take: (rank: number, bin: number) => void) => {
    for (const part of parts) {
      const ranks = part.of(value)?.ranks;
      if (!ranks) continue;
      for (let i = 0; i < ranks.length; i++)
        if (ranks[i]! < limit) take(ranks[i]!, Math.floor(ranks[i]! * perRank));
    }
  };
  visit((_, bin) => void bins[bin]!++);
  let [wanted, before] = [0, 0];
  while (before + bins[wanted]! <= at) before += bins[wanted++]!;
  const inside: number[] = [];
  visit((rank, bin) => bin === wanted && inside.push(rank));
  return inside.sort((a, b) => a - b)[at - before]!;
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

/** MurmurHash3's 32-bit finaliser: of different numbers different ones, 0 … 2³² − 1. */
function mixed(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
