/** What the intensity mapping of an image follows from, read in parts, to the same numbers as from the whole. */
import type { PixelImage } from '../shared/model.js';
import { linearMap, requireFinite, selectChannels, type InputMapping, type LinearMap } from './intensity.js';
import { Order } from './percentiles.js';

/** Reads an image's rows from the top to the bottom, whole rows at a time; called once for each pass over it. */
export type RowsReader = () => AsyncIterable<PixelImage>;

/**
 * The maps that `toInput` would use, one a channel. Sums run in the order of the pixels, so that they are equal to
 * the last bit. @param pixels of the whole image. @throws AppError('unsupported-image') for NaN, and what reading throws.
 */
export async function mapsOfRows(
  read: RowsReader,
  { pixels, uint8, mapping }: { pixels: number; uint8: boolean; mapping: InputMapping },
): Promise<LinearMap[]> {
  const zScore = mapping.intensity === 'z-score';
  const channels = Array.from({ length: mapping.count }, () => new ChannelFigures(pixels, !zScore));
  for await (const part of read()) {
    requireFinite(part, 'The image');
    selectChannels(part, mapping).forEach((plane, c) => channels[c]!.add(plane));
  }
  if (zScore)
    for await (const part of read())
      selectChannels(part, mapping).forEach((plane, c) => channels[c]!.addSquares(plane));
  return channels.map((figures) => linearMap(figures, uint8, mapping.intensity));
}

class ChannelFigures {
  private sum = 0;
  private squares = 0;
  private low = Infinity;
  private high = -Infinity;
  private readonly order: Order | null;

  constructor(
    private readonly pixels: number,
    ordered: boolean,
  ) {
    this.order = ordered ? new Order(pixels) : null;
  }

  add(plane: Float32Array): void {
    let { sum, low, high } = this;
    for (const v of plane) {
      sum += v;
      if (v < low) low = v;
      if (v > high) high = v;
    }
    Object.assign(this, { sum, low, high });
    this.order?.add(plane);
  }

  /** In a second pass, when the mean is known. */
  addSquares(plane: Float32Array): void {
    const mean = this.mean();
    let { squares } = this;
    for (const v of plane) squares += (v - mean) ** 2;
    this.squares = squares;
  }

  mean(): number {
    return this.sum / this.pixels;
  }

  deviation(): number {
    return Math.sqrt(this.squares / this.pixels);
  }

  spread(): number {
    return this.high - this.low;
  }

  percentiles(percents: readonly number[]): number[] {
    return this.order!.percentiles(percents);
  }
}
