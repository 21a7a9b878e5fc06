/** Features of the pixels that are learned from: so few that those of all images stay, and a stroke costs its own tile only. */
import type { PixelFeatures } from './labelled-pixels.js';

interface Known {
  places: Uint32Array;
  features: PixelFeatures;
}

export class KnownPixels {
  private readonly images = new Map<string, Known>();

  /** Places whose features are not known, ascending. */
  unknown(key: string, places: Uint32Array): Uint32Array {
    const known = this.images.get(key);
    if (!known) return places;
    const at = new Set(known.places);
    return places.filter((place) => !at.has(place));
  }

  /** From now on exactly these are known. @param added of `unknown(key, places)`, in its order. */
  update(key: string, places: Uint32Array, added: PixelFeatures | null): void {
    const before = this.images.get(key);
    const fresh = this.unknown(key, places);
    const sources = [
      ...(before ? [before] : []),
      ...(added && fresh.length ? [{ places: fresh, features: added }] : []),
    ];
    const where = new Map<number, [source: number, index: number]>();
    sources.forEach((source, number) =>
      source.places.forEach((place, index) => where.set(place, [number, index])),
    );
    const full = sources.find(({ features }) => features.count > 0)?.features;
    const rows = full ? full.values.length / full.count : 0;
    const values = new Float32Array(rows * places.length);
    places.forEach((place, to) => {
      const [number, index] = where.get(place)!;
      const { features } = sources[number]!;
      for (let row = 0; row < rows; row++)
        values[row * places.length + to] = features.values[row * features.count + index]!;
    });
    this.images.set(key, { places, features: { values, count: places.length } });
  }

  /** @throws where it was not updated. */
  features(key: string): PixelFeatures {
    return this.images.get(key)!.features;
  }

  /** All others are forgotten. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.images.keys()) if (!keys.has(key)) this.images.delete(key);
  }

  clear(): void {
    this.images.clear();
  }
}
