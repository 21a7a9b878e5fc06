/**
 * Seeded random numbers. A stream is made from integers (seed, step, sample, …), so that what is drawn for a sample
 * depends on nothing that ran before it: training resumes exactly and workers need no shared state.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, n). */
  integer(n: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Puts 32 random bits into each; many times faster than as many calls. */
  fill(bits: Uint32Array): void;
  /** Standard normal (Box–Muller). */
  normal(): number;
}

/** A stream for a key of integers; equal keys give equal streams. sfc32 seeded by a 32-bit mixing hash of the key. */
export function randomFor(...key: number[]): Random {
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  key.forEach((part, index) => {
    for (let lane = 0; lane < 4; lane++) state[lane] = mix(state[lane]! ^ mix((part | 0) + index * 4 + lane));
  });
  let [a, b, c, d] = state as [number, number, number, number];

  const next32 = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  };
  const fill = (bits: Uint32Array) => {
    // The same steps on variables of this call, which are not boxed.
    let [p, q, r, s] = [a, b, c, d];
    for (let i = 0; i < bits.length; i++) {
      const t = (((p + q) | 0) + s) | 0;
      s = (s + 1) | 0;
      p = q ^ (q >>> 9);
      q = (r + (r << 3)) | 0;
      r = (((r << 21) | (r >>> 11)) + t) | 0;
      bits[i] = t;
    }
    [a, b, c, d] = [p, q, r, s];
  };
  for (let i = 0; i < 12; i++) next32();

  const next = () => next32() / 4294967296;
  return {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    integer: (n) => Math.floor(next() * n),
    fill,
    chance: (probability) => next() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** A permutation of 0 … n−1 (Fisher–Yates). */
export function permutation(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

// MurmurHash3's 32-bit finaliser.
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
