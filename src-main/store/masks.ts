/** The label map of each image, kept as compressed tiles; only tiles that changed are written. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '../shared/errors.js';
import { countValues, cutTile, decodeRuns, encodeRuns, pasteTile, tilesOf } from '../shared/mask.js';
import type { LabelMap } from '../shared/model.js';
import { imageById } from './images.js';
import type { Store } from './open.js';

/** A label map ready to be written. Void tiles are left out. */
export interface EncodedMask {
  width: number;
  height: number;
  tiles: { ty: number; tx: number; bytes: Uint8Array }[];
  /** Pixels of each label value from 0 on. */
  pixelsByValue: number[];
}

interface TileRow {
  ty: number;
  tx: number;
  bytes: Uint8Array;
}

interface LayerRow {
  id: number;
  version: number;
  pixelsByValue: string;
}

const SEMANTIC_LAYER = `select id, version, pixels_by_value as pixelsByValue from layer
  where image_id = ? and kind = 'semantic'`;

/** Cuts, run-length encodes and compresses; touches no database, so an import can prepare before it writes. */
export function encodeMask(map: LabelMap): EncodedMask {
  const tiles: EncodedMask['tiles'] = [];
  for (const rect of tilesOf(map.width, map.height)) {
    const values = cutTile(map, rect);
    if (values.some((value) => value !== 0))
      tiles.push({ ty: rect.ty, tx: rect.tx, bytes: deflateRawSync(encodeRuns(values), { level: 1 }) });
  }
  return { width: map.width, height: map.height, tiles, pixelsByValue: countValues(map.data) };
}

/** Replaces an image's label map. @returns how many tiles were written or removed. */
export const saveMask = (store: Store, imageId: number, map: LabelMap): number =>
  saveEncodedMask(store, imageId, encodeMask(map));

/** As `saveMask`. @throws AppError('bad-labels') when the map has another size than the image. */
export function saveEncodedMask(store: Store, imageId: number, mask: EncodedMask): number {
  return store.transaction(() => {
    const image = imageById(store, imageId);
    if (image.width !== mask.width || image.height !== mask.height)
      throw new AppError(
        'bad-labels',
        `The labels are ${mask.width} × ${mask.height} px and ${image.name} is ${image.width} × ${image.height}; they must be the same size.`,
      );
    const layer = layerOf(store, imageId);
    const version = layer.version + 1;
    const old = new Map(tileRows(store, layer.id).map((tile) => [`${tile.ty},${tile.tx}`, tile]));
    const write = store.sql(
      `insert into tile (layer_id, ty, tx, version, bytes) values (?, ?, ?, ?, ?)
       on conflict do update set version = excluded.version, bytes = excluded.bytes`,
    );
    let changed = 0;
    for (const { ty, tx, bytes } of mask.tiles) {
      const before = old.get(`${ty},${tx}`);
      old.delete(`${ty},${tx}`);
      if (before && Buffer.compare(before.bytes, bytes) === 0) continue;
      write.run(layer.id, ty, tx, version, bytes);
      changed++;
    }
    const remove = store.sql('delete from tile where layer_id = ? and ty = ? and tx = ?');
    for (const { ty, tx } of old.values()) {
      remove.run(layer.id, ty, tx);
      changed++;
    }
    if (changed || layer.version === 0)
      store
        .sql('update layer set version = ?, pixels_by_value = ? where id = ?')
        .run(version, JSON.stringify(mask.pixelsByValue), layer.id);
    return changed;
  });
}

/**
 * An image's label map, or null when nobody has labelled it.
 * @throws AppError('bad-project') when what is stored is damaged.
 */
export function loadMask(store: Store, imageId: number): LabelMap | null {
  const image = imageById(store, imageId);
  const layer = store.sql<LayerRow>(SEMANTIC_LAYER).get(imageId);
  if (!layer) return null;
  const { width, height } = image;
  const map: LabelMap = { width, height, data: new Uint8Array(width * height) };
  const rects = new Map(tilesOf(width, height).map((rect) => [`${rect.ty},${rect.tx}`, rect]));
  for (const tile of tileRows(store, layer.id)) {
    const rect = rects.get(`${tile.ty},${tile.tx}`);
    const values = rect && decodeTile(tile.bytes, rect.width * rect.height);
    if (!values)
      throw new AppError(
        'bad-project',
        `The labels of ${image.name} are damaged at tile ${tile.ty}, ${tile.tx}; restore the project from a copy or import its labels again.`,
      );
    pasteTile(map, rect, values);
  }
  return map;
}

/** Pixels of each label value by image id; images that were never labelled are missing. */
export function labelCounts(store: Store): Map<number, number[]> {
  const rows = store
    .sql<{ imageId: number; pixelsByValue: string }>(
      `select image_id as imageId, pixels_by_value as pixelsByValue from layer where kind = 'semantic'`,
    )
    .all();
  return new Map(rows.map((row) => [row.imageId, JSON.parse(row.pixelsByValue) as number[]]));
}

/** Whether any pixel of these counts has a class. */
export const hasLabels = (pixelsByValue: readonly number[] | undefined): boolean =>
  pixelsByValue?.some((pixels, value) => value > 0 && pixels > 0) ?? false;

/** Null when the bytes do not hold exactly `length` values. */
function decodeTile(bytes: Uint8Array, length: number): Uint8Array | null {
  try {
    // A run takes at most 6 bytes for uint8 values, and there are at most `length` of them: a bomb stops here.
    return decodeRuns(inflateRawSync(bytes, { maxOutputLength: length * 6 }), length);
  } catch {
    return null;
  }
}

const tileRows = (store: Store, layerId: number): TileRow[] =>
  store.sql<TileRow>('select ty, tx, bytes from tile where layer_id = ?').all(layerId);

/** The image's semantic layer, made when there is none. */
function layerOf(store: Store, imageId: number): LayerRow {
  store
    .sql(
      `insert into layer (image_id, kind, dtype, version, pixels_by_value) values (?, 'semantic', 'uint8', 0, '[]')
       on conflict do nothing`,
    )
    .run(imageId);
  return store.sql<LayerRow>(SEMANTIC_LAYER).get(imageId)!;
}
