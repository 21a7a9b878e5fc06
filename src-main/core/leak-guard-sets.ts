/** Which of many perceptual hashes are nearly equal, without comparing each with each. */

/** How many bits two near hashes may differ in. */
export interface Nearness {
  /** Of the first 64, 0 … 15. */
  coarseBits: number;
  /** Of all 256. */
  bits: number;
}

const WORDS = 8;
const COARSE = 64n;

/**
 * Multi-index hashing (Norouzi, Punjani & Fleet, CVPR 2012) of the first 64 bits, with one band more than bits of them
 * may differ: two near hashes are equal in at least one band.
 * @param hashes 64 hex digits each.
 * @returns sets of at least two places in `hashes`, chained over near pairs, places ascending.
 */
export function nearSets(hashes: readonly string[], { coarseBits, bits }: Nearness): number[][] {
  const places = Map.groupBy(hashes.keys(), (place) => hashes[place]!);
  const distinct = [...places.keys()];
  const words = Uint32Array.from({ length: distinct.length * WORDS }, (_, i) => {
    const from = (i % WORDS) * 8;
    return parseInt(distinct[Math.floor(i / WORDS)]!.slice(from, from + 8), 16);
  });
  const areNear = (a: number, b: number): boolean => {
    // Nearly all pairs end here.
    const coarse = ones(words[a]! ^ words[b]!) + ones(words[a + 1]! ^ words[b + 1]!);
    if (coarse > coarseBits) return false;
    let all = coarse;
    for (let w = 2; w < WORDS; w++) all += ones(words[a + w]! ^ words[b + w]!);
    return all <= bits;
  };
  const parents = Uint32Array.from(distinct.keys());
  const rootOf = (at: number): number => {
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  for (const bucket of bucketsOf(distinct, coarseBits + 1))
    for (let i = 1; i < bucket.length; i++)
      for (let j = 0; j < i; j++) {
        const [a, b] = [bucket[i]!, bucket[j]!];
        if (areNear(a * WORDS, b * WORDS)) parents[rootOf(a)] = rootOf(b);
      }
  const sets = Map.groupBy(distinct.keys(), rootOf);
  return [...sets.values()]
    .map((members) => members.flatMap((at) => places.get(distinct[at]!)!).toSorted((a, b) => a - b))
    .filter((set) => set.length > 1)
    .toSorted((a, b) => a[0]! - b[0]!);
}

function* bucketsOf(hashes: readonly string[], bands: number): Generator<number[]> {
  const values = hashes.map((hash) => BigInt(`0x${hash.slice(0, 16)}`));
  for (let band = 0; band < bands; band++) {
    const from = (COARSE * BigInt(band)) / BigInt(bands);
    const to = (COARSE * BigInt(band + 1)) / BigInt(bands);
    const buckets = Map.groupBy(values.keys(), (at) =>
      Number(BigInt.asUintN(Number(to - from), values[at]! >> from)),
    );
    yield* buckets.values();
  }
}

/** Bits set in 32 (Warren, Hacker's Delight, 5-1). */
function ones(bits: number): number {
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
