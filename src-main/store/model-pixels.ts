/**
 * Which labelled pixels came from a model and were touched by nobody since. Where a person never took anything over from
 * a model nothing is stored, and painting costs one look-up a tile.
 */
import { inflateRawSync } from 'node:zlib';
import { decodeRuns, tileAt } from '../shared/mask.js';
import type { EditAuthor } from './journal.js';
import { findLayer, labelledImage } from './layers.js';
import type { Store } from './store.js';
import { packTile, visitRuns } from './tile-runs.js';

/** What an edit does to the origin of the pixels of a tile. */
export type OriginChange =
  /** Pixels that change have the edit's author; those that stay as they are keep theirs. */
  | { kind: 'painted'; author: EditAuthor }
  /** Label values have got other numbers: labelled pixels keep their origin. */
  | { kind: 'recoded' }
  /** A person stands for the pixels x0 ≤ x < x1, y0 ≤ y < y1 of the tile. */
  | { kind: 'confirmed'; x0: number; y0: number; x1: number; y1: number };

/** Null: no pixel of the tile is a model's. */
export const modelTile = (store: Store, layerId: number, ty: number, tx: number): Uint8Array | null =>
  store
    .sql<{ bytes: Uint8Array }>('select bytes from model_tile where layer_id = ? and ty = ? and tx = ?')
    .get(layerId, ty, tx)?.bytes ?? null;

export interface TilePlace {
  layerId: number;
  ty: number;
  tx: number;
}

export function writeModelTile(
  store: Store,
  { layerId, ty, tx }: TilePlace,
  bytes: Uint8Array | null,
  size: number,
): void {
  if (!bytes) {
    store.sql('delete from model_tile where layer_id = ? and ty = ? and tx = ?').run(layerId, ty, tx);
    return;
  }
  store
    .sql(
      `insert into model_tile (layer_id, ty, tx, pixels, bytes) values (?, ?, ?, ?, ?)
         on conflict do update set pixels = excluded.pixels, bytes = excluded.bytes`,
    )
    .run(layerId, ty, tx, onesIn(bytes, size), bytes);
}

/** @throws RangeError for bytes that are no tile of 0 and 1. */
export function onesIn(bytes: Uint8Array, size: number): number {
  let ones = 0;
  visitRuns(bytes, size, (value, start, end) => {
    if (value > 1) throw new RangeError(`value ${value} is neither 0 nor 1`);
    if (value === 1) ones += end - start;
  });
  return ones;
}

export interface TileChange {
  /** Stored labels; null: void. */
  before: Uint8Array | null;
  after: Uint8Array | null;
  /** Stored origin before the edit. */
  model: Uint8Array | null;
  width: number;
  height: number;
}

/** The stored origin after an edit; null: no pixel is a model's. */
export function originAfter(
  { before, after, model, width, height }: TileChange,
  change: OriginChange,
): Uint8Array | null {
  const byModel = change.kind === 'painted' && change.author === 'model';
  if (!after || (!model && !byModel)) return null;
  const size = width * height;
  const labels = unpacked(after, size);
  const old = unpacked(before, size);
  const origin = unpacked(model, size);
  let any = false;
  for (let i = 0; i < size; i++) {
    if (labels[i] === 0) origin[i] = 0;
    else if (change.kind === 'painted') {
      if (labels[i] !== old[i]) origin[i] = byModel ? 1 : 0;
    } else if (change.kind === 'confirmed') {
      const [x, y] = [i % width, Math.floor(i / width)];
      if (x >= change.x0 && x < change.x1 && y >= change.y0 && y < change.y1) origin[i] = 0;
    }
    any ||= origin[i] === 1;
  }
  return any ? packTile(origin) : null;
}

/** A run takes at most 6 bytes: see `decodeTile` of masks.ts. */
const unpacked = (bytes: Uint8Array | null, size: number): Uint8Array =>
  bytes ? decodeRuns(inflateRawSync(bytes, { maxOutputLength: size * 6 }), size) : new Uint8Array(size);

export interface ModelPixels {
  /** Of the labels that they belong to. */
  version: number;
  pixels: number;
  tiles: { ty: number; tx: number; bytes: Uint8Array }[];
}

/** @throws AppError('not-found') */
export function modelPixels(store: Store, imageId: number): ModelPixels {
  return store.transaction(() => {
    labelledImage(store, imageId);
    const layer = findLayer(store, imageId);
    const rows = layer
      ? store
          .sql<{ ty: number; tx: number; pixels: number; bytes: Uint8Array }>(
            'select ty, tx, pixels, bytes from model_tile where layer_id = ? order by ty, tx',
          )
          .all(layer.id)
      : [];
    return {
      version: layer?.version ?? 0,
      pixels: rows.reduce((sum, { pixels }) => sum + pixels, 0),
      tiles: rows.map(({ ty, tx, bytes }) => ({ ty, tx, bytes })),
    };
  });
}

/** Where a label map of an image is a model's: 1, row by row; null where it is nowhere. */
export function modelPlane(store: Store, imageId: number): Uint8Array | null {
  const { tiles } = modelPixels(store, imageId);
  if (tiles.length === 0) return null;
  const { width, height } = labelledImage(store, imageId);
  const plane = new Uint8Array(width * height);
  for (const { ty, tx, bytes } of tiles) {
    const rect = tileAt(width, height, ty, tx);
    visitRuns(bytes, rect.width * rect.height, (value, start, end) => {
      if (value === 0) return;
      for (let i = start; i < end; i++)
        plane[(rect.y + Math.floor(i / rect.width)) * width + rect.x + (i % rect.width)] = 1;
    });
  }
  return plane;
}

interface CountedTiles {
  version: number;
  pixelsByValue: number[];
}
/** Of layers by their id; counted again where their labels have changed. */
const counted = new WeakMap<Store, Map<number, CountedTiles>>();

/** Pixels of each label value that are a model's, by image id; images without any are missing. */
export function modelCounts(store: Store): Map<number, number[]> {
  let known = counted.get(store);
  if (!known) counted.set(store, (known = new Map()));
  const layers = store
    .sql<{ id: number; imageId: number; version: number; width: number; height: number }>(
      `select layer.id, image_id as imageId, version, width, height from layer join image on image.id = image_id
       where kind = 'semantic' and removed_by is null and layer.id in (select layer_id from model_tile)`,
    )
    .all();
  const answer = new Map<number, number[]>();
  for (const layer of layers) {
    let entry = known.get(layer.id);
    if (entry?.version !== layer.version) {
      entry = { version: layer.version, pixelsByValue: countedIn(store, layer) };
      known.set(layer.id, entry);
    }
    answer.set(layer.imageId, entry.pixelsByValue);
  }
  return answer;
}

function countedIn(
  store: Store,
  { id, width, height }: { id: number; width: number; height: number },
): number[] {
  const pixelsByValue = new Array<number>(256).fill(0);
  const tiles = store
    .sql<{ ty: number; tx: number; model: Uint8Array; labels: Uint8Array }>(
      `select ty, tx, model_tile.bytes as model, tile.bytes as labels from model_tile join tile using (layer_id, ty, tx)
       where layer_id = ?`,
    )
    .all(id);
  for (const { ty, tx, model, labels } of tiles) {
    const rect = tileAt(width, height, ty, tx);
    const origin = unpacked(model, rect.width * rect.height);
    visitRuns(labels, origin.length, (value, start, end) => {
      for (let i = start; i < end; i++) pixelsByValue[value]! += origin[i]!;
    });
  }
  return pixelsByValue;
}
