/**
 * The edit journal. Of every edit it holds the state that is not in the image now: the one before it, and after undo
 * the one it made. Going back or forth exchanges the two, so that each state is stored once. In a layer all edits that
 * are undone are younger than those that are not: the order of ids is the order of the history.
 */
import { tileAt, type TileRect } from '../shared/mask.js';
import { forgetRedo, trimJournal } from './journal-budget.js';
import {
  findLayer,
  labelledImage,
  requireLayer,
  tileBytes,
  writeLayer,
  writeTile,
  type Layer,
} from './layers.js';
import { modelTile, originAfter, writeModelTile, type OriginChange } from './model-pixels.js';
import type { Store } from './open.js';

export type EditAuthor = 'person' | 'model' | 'import';

/** A tile's stored bytes; null: void everywhere. */
export interface TileState {
  ty: number;
  tx: number;
  bytes: Uint8Array | null;
}

/** An edit that was checked: its tiles fit the image and differ from what is stored, its counts are true. */
export interface CheckedEdit {
  imageId: number;
  title: string;
  author: EditAuthor;
  tiles: readonly TileState[];
  /** Of the whole label map once the edit is made. */
  pixelsByValue: readonly number[];
  /** The step of the project that it is a part of. */
  projectEditId?: number;
  /** Whose the pixels of a tile are afterwards; missing: those that change are the author's. */
  origin?: (tile: TileRect) => OriginChange;
}

/** What a row takes beside its blob, about. */
const ROW_BYTES = 64;

/** Writes an edit and its journal; what could be redone is forgotten. */
export function writeEdit(store: Store, edit: CheckedEdit): { editId: number; version: number } {
  return store.transaction(() => {
    const layer = requireLayer(store, edit.imageId);
    forgetRedo(store, layer.id);
    const version = layer.version + 1;
    const editId = Number(
      store
        .sql(
          `insert into edit (layer_id, project_edit_id, title, author, pixels_by_value) values (?, ?, ?, ?, ?)`,
        )
        .run(
          layer.id,
          edit.projectEditId ?? null,
          edit.title,
          edit.author,
          JSON.stringify(layer.pixelsByValue),
        ).lastInsertRowid,
    );
    const keep = store.sql(
      'insert into edit_tile (edit_id, ty, tx, bytes, model_bytes) values (?, ?, ?, ?, ?)',
    );
    let bytes = ROW_BYTES;
    for (const tile of edit.tiles) {
      const before = tileBytes(store, layer.id, tile.ty, tile.tx);
      const model = modelTile(store, layer.id, tile.ty, tile.tx);
      keep.run(editId, tile.ty, tile.tx, before, model);
      bytes += ROW_BYTES + (before?.length ?? 0) + (model?.length ?? 0);
      writeTile(store, { layerId: layer.id, version, ...tile });
      if (model || edit.author === 'model') writeOrigin(store, layer.id, edit, { ...tile, before, model });
    }
    store.sql('update edit set bytes = ? where id = ?').run(bytes, editId);
    writeLayer(store, { id: layer.id, version, pixelsByValue: [...edit.pixelsByValue] });
    trimJournal(store);
    return { editId, version };
  });
}

function writeOrigin(
  store: Store,
  layerId: number,
  { imageId, author, origin }: CheckedEdit,
  { ty, tx, bytes, before, model }: TileState & { before: Uint8Array | null; model: Uint8Array | null },
): void {
  const image = labelledImage(store, imageId);
  const rect = tileAt(image.width, image.height, ty, tx);
  const { width, height } = rect;
  const change = origin?.(rect) ?? { kind: 'painted', author };
  const after = originAfter({ before, after: bytes, model, width, height }, change);
  writeModelTile(store, { layerId, ty, tx }, after, width * height);
}

export interface StoredEdit {
  id: number;
  layerId: number;
  projectEditId: number | null;
  title: string;
  undone: 0 | 1;
  pixelsByValue: string;
}

const EDIT = `select id, layer_id as layerId, project_edit_id as projectEditId, title, undone,
  pixels_by_value as pixelsByValue from edit`;

/** The edit that undo would take back. */
export const lastDone = (store: Store, layerId: number): StoredEdit | null =>
  store.sql<StoredEdit>(`${EDIT} where layer_id = ? and undone = 0 order by id desc limit 1`).get(layerId) ??
  null;

/** The edit that redo would make again. */
export const firstUndone = (store: Store, layerId: number): StoredEdit | null =>
  store.sql<StoredEdit>(`${EDIT} where layer_id = ? and undone = 1 order by id limit 1`).get(layerId) ?? null;

/** The parts of a project's step, one a layer. */
export const editsOfStep = (store: Store, projectEditId: number): (StoredEdit & { imageId: number })[] =>
  store
    .sql<StoredEdit & { imageId: number }>(
      `select edit.id, layer_id as layerId, project_edit_id as projectEditId, title, undone,
         edit.pixels_by_value as pixelsByValue, image_id as imageId
       from edit join layer on layer.id = layer_id where project_edit_id = ? order by edit.id`,
    )
    .all(projectEditId);

/** Exchanges what the journal holds of an edit with what is in the image. @returns the tiles as they are now. */
export function exchange(
  store: Store,
  imageId: number,
  edit: StoredEdit,
): { tiles: TileState[]; version: number } {
  return store.transaction(() => {
    const layer = findLayer(store, imageId)!;
    const version = layer.version + 1;
    const image = labelledImage(store, imageId);
    const rows = store
      .sql<TileState & { model: Uint8Array | null }>(
        'select ty, tx, bytes, model_bytes as model from edit_tile where edit_id = ? order by ty, tx',
      )
      .all(edit.id);
    const keep = store.sql(
      'update edit_tile set bytes = ?, model_bytes = ? where edit_id = ? and ty = ? and tx = ?',
    );
    const tiles: TileState[] = [];
    let written = ROW_BYTES;
    for (const { model, ...tile } of rows) {
      const { ty, tx } = tile;
      const other = tileBytes(store, layer.id, ty, tx);
      const otherModel = modelTile(store, layer.id, ty, tx);
      keep.run(other, otherModel, edit.id, ty, tx);
      written += ROW_BYTES + (other?.length ?? 0) + (otherModel?.length ?? 0);
      writeTile(store, { layerId: layer.id, version, ...tile });
      if (model || otherModel) {
        const { width, height } = tileAt(image.width, image.height, ty, tx);
        writeModelTile(store, { layerId: layer.id, ty, tx }, model, width * height);
      }
      tiles.push(tile);
    }
    store
      .sql('update edit set undone = 1 - undone, pixels_by_value = ?, bytes = ? where id = ?')
      .run(JSON.stringify(layer.pixelsByValue), written, edit.id);
    const now: Layer = { id: layer.id, version, pixelsByValue: JSON.parse(edit.pixelsByValue) as number[] };
    writeLayer(store, now);
    return { tiles, version };
  });
}
