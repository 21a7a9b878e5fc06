/** Percentiles of many values, given at once or in parts; the same either way. */

/** Values beyond this many are sampled evenly where they cannot be counted. */
const MAX_SORTED = 1 << 22;
/** Whole numbers below it are counted. */
const COUNTED = 65536;

/** Percentiles by linear interpolation between order statistics, as numpy's default; whole numbers below 65536 are counted. */
export function percentiles(values: Float32Array, percents: readonly number[]): number[] {
  const order = new Order(values.length);
  order.add(values);
  return order.percentiles(percents);
}

export class Order {
  private counts: Uint32Array | null = new Uint32Array(COUNTED);
  private readonly every: number;
  private sample: Float32Array | null = null;
  private sorted = false;
  private seen = 0;

  /** @param total how many values will be added in all */
  constructor(private readonly total: number) {
    this.every = Math.ceil(total / MAX_SORTED);
  }

  add(values: Float32Array): void {
    // Both are kept until a value that cannot be counted comes: it may be the last one.
    if (this.counts && !count(values, this.counts)) this.counts = null;
    this.keepSample(values);
    this.seen += values.length;
  }

  percentiles(percents: readonly number[]): number[] {
    const last = (this.counts ? this.total : this.sampled()) - 1;
    if (!this.counts && !this.sorted) {
      this.sample!.sort();
      this.sorted = true;
    }
    return percents.map((percent) => {
      const at = (percent / 100) * last;
      const below = Math.floor(at);
      const low = this.value(below);
      return low + (this.value(Math.min(below + 1, last)) - low) * (at - below);
    });
  }

  /** The value at a rank from 0. */
  private value(rank: number): number {
    if (!this.counts) return this.sample![rank]!;
    let seen = 0;
    return this.counts.findIndex((found) => (seen += found) > rank);
  }

  private sampled(): number {
    return Math.ceil(this.total / this.every);
  }

  private keepSample(values: Float32Array): void {
    const { every } = this;
    this.sample ??= new Float32Array(this.sampled());
    const first = (every - (this.seen % every)) % every;
    for (let i = first, to = (this.seen + first) / every; i < values.length; i += every, to++)
      this.sample[to] = values[i]!;
  }
}

/** False when a value is no whole number that can be counted. */
function count(values: Float32Array, counts: Uint32Array): boolean {
  for (const v of values) {
    if (!(v >= 0 && v < COUNTED) || !Number.isInteger(v)) return false;
    counts[v]!++;
  }
  return true;
}
