/** The label map of each image, kept as compressed tiles; only tiles that changed are written. */
import { inflateRawSync } from 'node:zlib';
import { AppError } from '../shared/errors.js';
import { countValues, cutTile, decodeRuns, pasteTile, tilesOf } from '../shared/mask.js';
import type { LabelMap } from '../shared/model.js';
import { writeEdit, type EditAuthor, type TileState } from './journal.js';
import { findLayer, labelledImage, requireLayer, writeLayer } from './layers.js';
import type { Store } from './open.js';
import { packTile } from './tile-runs.js';

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

/** Cuts, run-length encodes and compresses; touches no database, so an import can prepare before it writes. */
export function encodeMask(map: LabelMap): EncodedMask {
  const tiles: EncodedMask['tiles'] = [];
  for (const rect of tilesOf(map.width, map.height)) {
    const values = cutTile(map, rect);
    if (values.some((value) => value !== 0))
      tiles.push({ ty: rect.ty, tx: rect.tx, bytes: packTile(values) });
  }
  return { width: map.width, height: map.height, tiles, pixelsByValue: countValues(map.data) };
}

export interface MaskEdit {
  /** What the history calls it. */
  title?: string;
  author?: EditAuthor;
  /** The step of the project that it is a part of. */
  projectEditId?: number;
}

/** Replaces an image's label map, as one edit that can be undone. @returns how many tiles were written or removed. */
export const saveMask = (store: Store, imageId: number, map: LabelMap, edit?: MaskEdit): number =>
  saveEncodedMask(store, imageId, encodeMask(map), edit);

/** As `saveMask`. @throws AppError('bad-labels') when the map has another size than the image. */
export function saveEncodedMask(
  store: Store,
  imageId: number,
  mask: EncodedMask,
  { title = 'Import labels', author = 'import', projectEditId }: MaskEdit = {},
): number {
  return store.transaction(() => {
    const image = labelledImage(store, imageId);
    if (image.width !== mask.width || image.height !== mask.height)
      throw new AppError(
        'bad-labels',
        `The labels are ${mask.width} × ${mask.height} px and ${image.name} is ${image.width} × ${image.height}; they must be the same size.`,
      );
    const layer = requireLayer(store, imageId);
    const old = new Map(tileRows(store, layer.id).map((tile) => [`${tile.ty},${tile.tx}`, tile]));
    const tiles: TileState[] = [];
    for (const tile of mask.tiles) {
      const key = `${tile.ty},${tile.tx}`;
      const before = old.get(key);
      old.delete(key);
      if (!before || Buffer.compare(before.bytes, tile.bytes) !== 0) tiles.push(tile);
    }
    for (const { ty, tx } of old.values()) tiles.push({ ty, tx, bytes: null });
    const { pixelsByValue } = mask;
    if (tiles.length)
      writeEdit(store, {
        imageId,
        title,
        author,
        tiles,
        pixelsByValue,
        ...(projectEditId !== undefined && { projectEditId }),
      });
    else if (layer.version === 0) writeLayer(store, { id: layer.id, version: 1, pixelsByValue });
    return tiles.length;
  });
}

/**
 * An image's label map, or null when nobody has labelled it.
 * @throws AppError('bad-project') when what is stored is damaged.
 */
export function loadMask(store: Store, imageId: number): LabelMap | null {
  const image = labelledImage(store, imageId);
  const layer = findLayer(store, imageId);
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
      `select image_id as imageId, pixels_by_value as pixelsByValue from layer join image on image.id = image_id
       where kind = 'semantic' and removed_by is null`,
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
