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

interface Ranked {
  places: number[];
  ranks: number[];
}

/** A margin above what is needed of the pixels, so that those of lowest rank are among them (27 standard deviations). */
const MARGIN = 1.2;

export interface CandidatesOptions {
  /** Images with other numbers have other ranks. */
  image: number;
  seed: number;
  /** How many pixels of each label value there will be at most. */
  pixelsByValue: readonly number[];
  most?: number;
}

/** The labelled pixels of one image that may be among those of lowest rank. */
export class Candidates {
  readonly byValue = new Map<number, Ranked>();
  private readonly limits: number[];
  private readonly key: number;

  constructor({ image, seed, pixelsByValue, most = MOST_PIXELS }: CandidatesOptions) {
    this.key = mixed(mixed(seed) ^ image);
    this.limits = pixelsByValue.map((pixels) => Math.min(1, (MARGIN * most + 100) / pixels) * 2 ** 32);
  }

  /** @param place y · width + x, each once. */
  offer(value: number, place: number): void {
    const rank = mixed(this.key ^ mixed(place));
    if (rank >= (this.limits[value] ?? 2 ** 32)) return;
    let own = this.byValue.get(value);
    if (!own) this.byValue.set(value, (own = { places: [], ranks: [] }));
    own.places.push(place);
    own.ranks.push(rank);
  }
}

/** At most `most` pixels of all images, of each class an equal share where it has as many; the same images, the same pixels. */
export function samplePixels(
  images: readonly Candidates[],
  { classes, most = MOST_PIXELS }: { classes: readonly number[]; most?: number },
): SampledPixels[] {
  const counts = classes.map((value) =>
    images.reduce((sum, { byValue }) => sum + (byValue.get(value)?.places.length ?? 0), 0),
  );
  const chosen = images.map(() => [] as { place: number; value: number }[]);
  for (const [index, share] of sharesOf(counts, most).entries()) {
    const value = classes[index]!;
    const highest = share < counts[index]! ? highestRank(images, value, share) : 2 ** 32;
    for (const [at, { byValue }] of images.entries()) {
      const own = byValue.get(value);
      own?.places.forEach((place, i) => {
        if (own.ranks[i]! <= highest) chosen[at]!.push({ place, value });
      });
    }
  }
  return chosen.map((own) => {
    own.sort((a, b) => a.place - b.place);
    return {
      places: Uint32Array.from(own, ({ place }) => place),
      values: Uint8Array.from(own, ({ value }) => value),
    };
  });
}

/** The last rank that `share` pixels reach. */
function highestRank(images: readonly Candidates[], value: number, share: number): number {
  const ranks = Float64Array.from(images.flatMap(({ byValue }) => byValue.get(value)?.ranks ?? []));
  return share ? ranks.sort()[share - 1]! : -1;
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
