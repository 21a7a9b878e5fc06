/** Tiles of raw samples of the image on screen: fetched as they come into view, kept within a budget of bytes. */
import type { OpenedImage } from '../../src-main/shared/app-api.js';
import { PIXEL_TILE, pixelTileUrl } from '../../src-main/shared/app-urls.js';
import type { PixelArray, PixelType } from '../../src-main/shared/model.js';

export interface TilePlace {
  /** 0: full size; n: reduced by 2^n. */
  level: number;
  ty: number;
  tx: number;
}

/** Samples of one tile: row-major, channels last, alpha left out. */
export interface PixelTile extends TilePlace {
  width: number;
  height: number;
  channels: number;
  data: PixelArray;
}

export interface PixelTilesOptions {
  session: string;
  image: OpenedImage;
  /** Called when a tile has come that was asked for. */
  onTile: (tile: PixelTile) => void;
  /** Called once for an image whose pixels cannot be had. */
  onFailure: (sentence: string) => void;
  budgetBytes?: number;
}

const BUDGET_BYTES = 256 * 2 ** 20;
/** More would only queue up in the core, where they cannot be overtaken by what is looked at next. */
const AT_ONCE = 6;

const ARRAYS: Record<PixelType, new (buffer: ArrayBuffer) => PixelArray> = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

export const placeKey = ({ level, ty, tx }: TilePlace): string => `${level}/${ty}/${tx}`;

/** Size of an image at a level, px. */
export const levelSize = (image: { width: number; height: number }, level: number) => ({
  width: Math.ceil(image.width / 2 ** level),
  height: Math.ceil(image.height / 2 ** level),
});

export class PixelTiles {
  /** In the order of their last use, oldest first. */
  private readonly tiles = new Map<string, PixelTile>();
  private readonly running = new Map<string, AbortController>();
  private wanted: TilePlace[] = [];
  private bytes = 0;
  private failed = false;

  constructor(private readonly options: PixelTilesOptions) {}

  get(place: TilePlace): PixelTile | undefined {
    const key = placeKey(place);
    const tile = this.tiles.get(key);
    if (tile) {
      this.tiles.delete(key);
      this.tiles.set(key, tile);
    }
    return tile;
  }

  /** Says what is in view, most urgent first; what is no longer in view is not fetched any more. */
  want(places: readonly TilePlace[]): void {
    const keys = new Set(places.map(placeKey));
    for (const [key, controller] of this.running) if (!keys.has(key)) controller.abort();
    this.wanted = places.filter((place) => !this.tiles.has(placeKey(place)));
    this.startNext();
  }

  /** The tile, fetched if need be; for tools that read samples under the pointer. */
  async load(place: TilePlace): Promise<PixelTile | null> {
    return this.get(place) ?? (await this.fetchTile(place, new AbortController().signal).catch(() => null));
  }

  /** Samples of a pixel at full size; null until its tile is there. */
  samplesAt(x: number, y: number): number[] | null {
    const [tx, ty] = [Math.floor(x / PIXEL_TILE), Math.floor(y / PIXEL_TILE)];
    const tile = this.tiles.get(placeKey({ level: 0, ty, tx }));
    if (!tile) return null;
    const at = ((y - ty * PIXEL_TILE) * tile.width + x - tx * PIXEL_TILE) * tile.channels;
    return Array.from(tile.data.subarray(at, at + tile.channels));
  }

  dispose(): void {
    this.wanted = [];
    for (const controller of this.running.values()) controller.abort();
    this.tiles.clear();
  }

  private startNext(): void {
    for (const place of this.wanted) {
      if (this.running.size >= AT_ONCE) return;
      const key = placeKey(place);
      if (this.running.has(key) || this.tiles.has(key)) continue;
      const controller = new AbortController();
      this.running.set(key, controller);
      void this.fetchTile(place, controller.signal)
        .then(
          (tile) => this.options.onTile(tile),
          (error: unknown) => this.fail(error, controller.signal),
        )
        .finally(() => {
          this.running.delete(key);
          this.startNext();
        });
    }
  }

  private fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.wanted = [];
    if (!this.failed) this.options.onFailure(error instanceof Error ? error.message : String(error));
    this.failed = true;
  }

  private async fetchTile(place: TilePlace, signal: AbortSignal): Promise<PixelTile> {
    const { session, image } = this.options;
    const response = await fetch(pixelTileUrl(session, image, place), { signal });
    if (!response.ok) throw new Error(await response.text());
    const full = levelSize(image, place.level);
    const width = Math.min(PIXEL_TILE, full.width - place.tx * PIXEL_TILE);
    const height = Math.min(PIXEL_TILE, full.height - place.ty * PIXEL_TILE);
    const channels = image.channels - (image.alpha ? 1 : 0);
    const data = new ARRAYS[image.type](await response.arrayBuffer());
    if (data.length !== width * height * channels)
      throw new Error(
        `A tile of ${image.name} has ${data.length} samples instead of ${width * height * channels}.`,
      );
    const tile = { ...place, width, height, channels, data };
    this.keep(tile);
    return tile;
  }

  private keep(tile: PixelTile): void {
    this.tiles.set(placeKey(tile), tile);
    this.bytes += tile.data.byteLength;
    for (const [key, oldest] of this.tiles) {
      if (this.bytes <= (this.options.budgetBytes ?? BUDGET_BYTES)) break;
      this.tiles.delete(key);
      this.bytes -= oldest.data.byteLength;
    }
  }
}
