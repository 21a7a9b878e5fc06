/** How much of the open image each class has: counted a while after a change, in slices that no stroke notices. */
import type { LabelTiles } from '../editor/label-tiles.js';

/** A person reads the numbers after a stroke, not during it. */
const COUNTS_AFTER_MS = 400;
/** A part of a frame. */
const SLICE_MS = 4;
/** 8192 × 8192 px; to count larger images would push the tiles in view out of memory. */
const MOST_TILES = 256;

/** What is needed of an opened image. */
export interface CountedImage {
  tiles: LabelTiles;
  listen(listener: { labelsChanged(): void; pixelsCame(): void }): () => void;
}

export class ClassShares {
  /** Label value → part of the image's pixels, 0 … 1; null while not known. */
  shares: readonly number[] | null = $state.raw(null);
  /** Counts by tile, of what was stored of it then. */
  #counted = new Map<number, { stored: Uint8Array; counts: Uint32Array }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: () => void;

  constructor(private readonly image: CountedImage) {
    this.#stop = image.listen({ labelsChanged: () => this.#later(), pixelsCame: () => undefined });
    this.#later();
  }

  dispose(): void {
    this.#stop();
    clearTimeout(this.#timer);
  }

  #later(): void {
    const { rows, columns } = this.image.tiles;
    if (rows * columns > MOST_TILES) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#count(0, new Float64Array(256)), COUNTS_AFTER_MS);
  }

  #count(from: number, sums: Float64Array): void {
    const { tiles } = this.image;
    const until = performance.now() + SLICE_MS;
    let index = from;
    for (; index < tiles.rows * tiles.columns && performance.now() < until; index++) {
      const counts = this.#ofTile(index);
      if (counts) for (let value = 1; value < 256; value++) sums[value]! += counts[value]!;
    }
    if (index < tiles.rows * tiles.columns) this.#timer = setTimeout(() => this.#count(index, sums), 0);
    else this.shares = Array.from(sums, (sum) => sum / (tiles.width * tiles.height));
  }

  #ofTile(index: number): Uint32Array | null {
    const { tiles } = this.image;
    const stored = tiles.storedBytes(index);
    if (!stored) return null;
    const known = this.#counted.get(index);
    if (known?.stored === stored) return known.counts;
    const counts = new Uint32Array(256);
    for (const value of tiles.values(index)!) counts[value]!++;
    this.#counted.set(index, { stored, counts });
    return counts;
  }
}
