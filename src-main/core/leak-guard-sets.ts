/** Which of many 64-bit hashes are nearly equal, without comparing each with each. */

/** One band more than bits may differ: two near hashes are equal in at least one of them. */
const BITS = 64n;

/**
 * Multi-index hashing (Norouzi, Punjani & Fleet, CVPR 2012) with one band more than bits may differ.
 * @param hashes 16 hex digits each. @param bits that two near hashes may differ in, 0 … 15.
 * @returns sets of at least two places in `hashes`, chained over near pairs, places ascending.
 */
export function nearSets(hashes: readonly string[], bits: number): number[][] {
  const places = Map.groupBy(hashes.keys(), (place) => hashes[place]!);
  const distinct = [...places.keys()];
  const high = Uint32Array.from(distinct, (hash) => parseInt(hash.slice(0, 8), 16));
  const low = Uint32Array.from(distinct, (hash) => parseInt(hash.slice(8), 16));
  const parents = Uint32Array.from(distinct.keys());
  const rootOf = (at: number): number => {
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  for (const bucket of bucketsOf(distinct, bits + 1))
    for (let i = 1; i < bucket.length; i++)
      for (let j = 0; j < i; j++) {
        const [a, b] = [bucket[i]!, bucket[j]!];
        if (ones(high[a]! ^ high[b]!) + ones(low[a]! ^ low[b]!) <= bits) parents[rootOf(a)] = rootOf(b);
      }
  const sets = Map.groupBy(distinct.keys(), rootOf);
  return [...sets.values()]
    .map((members) => members.flatMap((at) => places.get(distinct[at]!)!).toSorted((a, b) => a - b))
    .filter((set) => set.length > 1)
    .toSorted((a, b) => a[0]! - b[0]!);
}

function* bucketsOf(hashes: readonly string[], bands: number): Generator<number[]> {
  const values = hashes.map((hash) => BigInt(`0x${hash}`));
  for (let band = 0; band < bands; band++) {
    const from = (BITS * BigInt(band)) / BigInt(bands);
    const to = (BITS * BigInt(band + 1)) / BigInt(bands);
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
