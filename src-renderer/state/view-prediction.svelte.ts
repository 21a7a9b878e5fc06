/** Predicting what is in view of an image that is too large to be predicted as a whole while somebody looks at it. */
import type { PredictedPart, PredictionsApi } from '../../src-main/shared/app-api-predictions.js';
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import { isAppError } from '../../src-main/shared/errors.js';
import type { Rect } from '../editor/label-tiles.js';
import { placeKey, type TilePlace } from '../editor/pixel-tiles.js';
import { sentenceOf } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';
import type { FetchedPrediction } from './prediction-tiles.js';

/** What the core predicts at once, in tiles a side. */
const TILES = 2;
/** A person who pans has come to rest. */
const RESTS_AFTER_MS = 250;
/** 128 MB. */
const MOST_TILES = 256;

export interface ViewPredictionPlace {
  api: () => Pick<PredictionsApi, 'predictPart'>;
  notices: Notices;
}

export interface Viewed {
  imageId: number;
  run: number;
  width: number;
  height: number;
}

/** What the canvas draws; as `PredictionTiles`, but of one level, and nothing is fetched. */
export interface ViewedTiles {
  of: Viewed;
  image: { width: number; height: number; levels: number };
  get(place: TilePlace): FetchedPrediction | undefined;
  want(places: readonly TilePlace[]): void;
}

export class ViewPrediction {
  on = $state(false);
  working = $state(false);
  /** Counts tiles that came. */
  version = $state(0);
  source: ViewedTiles | null = $state.raw(null);
  #tiles = new Map<string, FetchedPrediction>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | null = null;

  constructor(private readonly place: ViewPredictionPlace) {}

  /** Another image, model or list of classes: nothing that was predicted holds. */
  begin(of: Viewed): void {
    this.end();
    const tiles = this.#tiles;
    const image = { width: of.width, height: of.height, levels: 1 };
    this.source = { of, image, get: (place) => tiles.get(placeKey(place)), want: () => undefined };
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
    this.#tiles = new Map();
    this.source = null;
    this.working = false;
  }

  /** The view has moved: what is in its middle is predicted once it rests, unless it is there. */
  look(visible: Rect): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#predict(visible), RESTS_AFTER_MS);
  }

  async #predict(visible: Rect): Promise<void> {
    const { source } = this;
    if (!source || !this.on) return;
    const rect = partInView(visible, source.of);
    if (tilesOf(rect).every((place) => this.#tiles.has(placeKey(place)))) return;
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.working = true;
    try {
      const { imageId, run } = source.of;
      const part = await this.place.api().predictPart({ imageId, run, rect }, { signal: controller.signal });
      if (!controller.signal.aborted) this.#keep(part);
    } catch (error) {
      if (controller.signal.aborted || (isAppError(error) && error.code === 'stopped')) return;
      this.on = false;
      this.place.notices.problem(sentenceOf(error));
    } finally {
      if (this.#controller === controller) this.working = false;
    }
  }

  #keep(part: PredictedPart): void {
    for (const place of tilesOf(part)) {
      const [x, y] = [place.tx * PIXEL_TILE, place.ty * PIXEL_TILE];
      const width = Math.min(PIXEL_TILE, part.x + part.width - x);
      const height = Math.min(PIXEL_TILE, part.y + part.height - y);
      const cut = (plane: Uint8Array) => {
        const tile = new Uint8Array(width * height);
        for (let row = 0; row < height; row++) {
          const from = (y - part.y + row) * part.width + x - part.x;
          tile.set(plane.subarray(from, from + width), row * width);
        }
        return tile;
      };
      this.#tiles.set(placeKey(place), {
        width,
        height,
        values: cut(part.labels),
        confidence: cut(part.confidence),
      });
    }
    for (const key of this.#tiles.keys()) {
      if (this.#tiles.size <= MOST_TILES) break;
      this.#tiles.delete(key);
    }
    this.version++;
  }
}

/** Whole tiles around the middle of the view. */
export function partInView(visible: Rect, image: { width: number; height: number }): Rect {
  const along = (start: number, length: number, side: number): [number, number] => {
    const count = Math.ceil(side / PIXEL_TILE);
    const first = Math.floor(start / PIXEL_TILE);
    const last = Math.floor((start + length - 1) / PIXEL_TILE);
    const middle = Math.round((start + length / 2) / PIXEL_TILE) - TILES / 2;
    const from = Math.min(Math.max(0, last - first < TILES ? first : middle), Math.max(0, count - 1));
    const to = Math.min(count, from + TILES, last + 1);
    return [from * PIXEL_TILE, Math.min(side, Math.max(to, from + 1) * PIXEL_TILE)];
  };
  const [x, right] = along(visible.x, visible.width, image.width);
  const [y, bottom] = along(visible.y, visible.height, image.height);
  return { x, y, width: right - x, height: bottom - y };
}

function tilesOf({ x, y, width, height }: Rect): TilePlace[] {
  const places: TilePlace[] = [];
  for (let ty = y / PIXEL_TILE; ty * PIXEL_TILE < y + height; ty++)
    for (let tx = x / PIXEL_TILE; tx * PIXEL_TILE < x + width; tx++) places.push({ level: 0, ty, tx });
  return places;
}
