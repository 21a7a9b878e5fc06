/** Features of parts of images in memory, those asked for longest ago dropped first. */
import type { Tensor } from '../tensorflow.js';

export class TileFeatures {
  private readonly tiles = new Map<string, Tensor>();
  private bytes = 0;

  /** @param mostBytes of all of them together; the one asked for last stays in any case. */
  constructor(private readonly mostBytes: number) {}

  /** @returns features that stay this store's: they are good until it is asked again. */
  of(image: string, { x, y }: { x: number; y: number }, compute: () => Tensor): Tensor {
    const key = `${x},${y} ${image}`;
    const known = this.tiles.get(key);
    this.tiles.delete(key);
    const features = known ?? compute();
    this.tiles.set(key, features);
    if (!known) this.bytes += bytesOf(features);
    for (const [oldest, tile] of this.tiles) {
      if (this.bytes <= this.mostBytes || oldest === key) break;
      this.tiles.delete(oldest);
      this.bytes -= bytesOf(tile);
      tile.dispose();
    }
    return features;
  }

  clear(): void {
    for (const tile of this.tiles.values()) tile.dispose();
    this.tiles.clear();
    this.bytes = 0;
  }
}

const bytesOf = ({ size }: Tensor): number => size * Float32Array.BYTES_PER_ELEMENT;
