/** Tiles of one prediction, fetched as they come into view and kept within a budget of bytes. */
import { PIXEL_TILE, predictionUrl } from '../../src-main/shared/app-urls.js';
import { AppError } from '../../src-main/shared/errors.js';
import { trainingStrings } from '../strings-training.js';
import type { PredictionInfo } from '../../src-main/shared/app-api-predictions.js';
import { levelSize, placeKey, type TilePlace } from '../editor/pixel-tiles.js';

export interface FetchedPrediction {
  width: number;
  height: number;
  /** Label values, then as many confidences. */
  values: Uint8Array;
  confidence: Uint8Array;
}

export interface PredictionTilesOptions {
  session: string;
  prediction: PredictionInfo;
  onTile: () => void;
  /** Called once for a prediction whose pixels cannot be had. */
  onFailure: (sentence: string) => void;
  budgetBytes?: number;
}

const texts = trainingStrings.predict;
const BUDGET_BYTES = 128 * 2 ** 20;
const AT_ONCE = 4;

export class PredictionTiles {
  readonly image: { width: number; height: number; levels: number };
  /** In the order of their last use. */
  readonly #tiles = new Map<string, FetchedPrediction>();
  readonly #running = new Map<string, AbortController>();
  readonly #needed = new Map<string, TilePlace>();
  #wanted: readonly TilePlace[] = [];
  #bytes = 0;
  #failed = false;

  constructor(private readonly options: PredictionTilesOptions) {
    this.image = options.prediction;
  }

  get(place: TilePlace): FetchedPrediction | undefined {
    const key = placeKey(place);
    const tile = this.#tiles.get(key);
    if (tile) {
      this.#tiles.delete(key);
      this.#tiles.set(key, tile);
    }
    return tile;
  }

  /** A tile of full size that is painted with, in view or not: fetched if it is not there. */
  need(place: TilePlace): FetchedPrediction | undefined {
    const tile = this.get(place);
    if (tile) return tile;
    if (this.#failed) throw new AppError('usage', texts.unreadable);
    if (!this.#needed.has(placeKey(place))) {
      this.#needed.set(placeKey(place), place);
      this.#startNext();
    }
    return undefined;
  }

  /** What is no longer in view is not fetched any more. */
  want(places: readonly TilePlace[]): void {
    if (this.#failed) return;
    const keys = new Set(places.map(placeKey));
    for (const [key, controller] of this.#running)
      if (!keys.has(key) && !this.#needed.has(key)) controller.abort();
    this.#wanted = places.filter((place) => !this.#tiles.has(placeKey(place)));
    this.#startNext();
  }

  dispose(): void {
    this.#failed = true;
    this.#wanted = [];
    for (const controller of this.#running.values()) controller.abort();
    this.#tiles.clear();
  }

  #startNext(): void {
    for (const place of [...this.#needed.values(), ...this.#wanted]) {
      if (this.#running.size >= AT_ONCE) return;
      const key = placeKey(place);
      if (this.#running.has(key) || this.#tiles.has(key)) continue;
      const controller = new AbortController();
      this.#running.set(key, controller);
      void this.#fetch(place, controller.signal)
        .then(
          () => this.options.onTile(),
          (error: unknown) => this.#fail(error, controller.signal),
        )
        .finally(() => {
          this.#running.delete(key);
          this.#startNext();
        });
    }
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || this.#failed) return;
    this.#failed = true;
    this.#wanted = [];
    this.options.onFailure(error instanceof Error ? error.message : String(error));
  }

  async #fetch(place: TilePlace, signal: AbortSignal): Promise<void> {
    const { session, prediction } = this.options;
    const response = await fetch(predictionUrl(session, prediction, place), { signal });
    if (!response.ok) throw new Error(await response.text());
    const full = levelSize(prediction, place.level);
    const width = Math.min(PIXEL_TILE, full.width - place.tx * PIXEL_TILE);
    const height = Math.min(PIXEL_TILE, full.height - place.ty * PIXEL_TILE);
    const tile = splitPlanes(new Uint8Array(await response.arrayBuffer()), width, height);
    this.#needed.delete(placeKey(place));
    this.#tiles.set(placeKey(place), tile);
    this.#bytes += width * height * 2;
    for (const [key, oldest] of this.#tiles) {
      if (this.#bytes <= (this.options.budgetBytes ?? BUDGET_BYTES)) break;
      this.#tiles.delete(key);
      this.#bytes -= oldest.width * oldest.height * 2;
    }
  }
}

/** The two planes of `predictionUrl` and `previewUrl`. @throws Error for another number of bytes. */
export function splitPlanes(bytes: Uint8Array, width: number, height: number): FetchedPrediction {
  const pixels = width * height;
  if (bytes.length !== 2 * pixels)
    throw new Error(`A part of the prediction has ${bytes.length} bytes instead of ${2 * pixels}.`);
  return { width, height, values: bytes.subarray(0, pixels), confidence: bytes.subarray(pixels) };
}
