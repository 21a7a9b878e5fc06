/** Strokes and other edits of one image's labels: saved, undone and redone, each in one transaction. */
import { AppError } from '../shared/errors.js';
import { tileAt } from '../shared/mask.js';
import {
  firstUndone,
  exchange,
  lastDone,
  writeEdit,
  type EditAuthor,
  type StoredEdit,
  type TileState,
} from './journal.js';
import { findLayer, labelledImage, tileBytes, type LabelledImage } from './layers.js';
import type { Store } from './open.js';
import { countTile } from './tile-runs.js';

export interface TileEdit {
  imageId: number;
  /** What the history calls it. */
  title: string;
  author: EditAuthor;
  /** The version of the labels that the edit was made on; left out: whatever is stored. */
  expectedVersion?: number;
  /** Stored bytes of tiles (raw deflate of the runs of `shared/mask.ts`); null: void everywhere. Each tile once. */
  tiles: readonly TileState[];
}

export interface SavedTiles {
  /** Null when nothing was changed, and nothing recorded. */
  editId: number | null;
  version: number;
  /** Pixels that carry a class, in the whole image. */
  labelledPixels: number;
}

export interface AppliedTiles {
  title: string;
  version: number;
  /** The tiles that changed, as they are now. */
  tiles: TileState[];
  labelledPixels: number;
}

export interface ImageHistory {
  /** What undo would take back; null: nothing, or a step that belongs to the project. */
  undo: string | null;
  redo: string | null;
  undoCount: number;
  redoCount: number;
  /** The project's step that stands in the way of undo or redo: `undoProject`, `redoProject` would take it. */
  undoInProject: string | null;
  redoInProject: string | null;
}

const MAX_TITLE_CHARS = 200;

/**
 * Makes an edit last: tiles, journal and counts together or nothing. Redo ends here.
 * @throws AppError('changed') when the labels are of another version than expected; 'bad-labels' for tiles outside the
 *   image, given twice, of another size, or with values that no class has; 'not-found'; 'bad-project' for damage.
 */
export function saveTiles(store: Store, edit: TileEdit): SavedTiles {
  if (edit.title.length > MAX_TITLE_CHARS)
    throw new AppError('usage', `The title of an edit may have ${MAX_TITLE_CHARS} characters.`);
  return store.transaction(() => {
    const image = labelledImage(store, edit.imageId);
    const layer = findLayer(store, image.id);
    const version = layer?.version ?? 0;
    if (edit.expectedVersion !== undefined && edit.expectedVersion !== version)
      throw new AppError(
        'changed',
        `The labels of ${image.name} were changed elsewhere in the meantime; open the image again.`,
      );
    const counts = new Float64Array(256);
    if (layer) counts.set(layer.pixelsByValue);
    else counts[0] = image.width * image.height;
    const classes = highestClass(store);
    const seen = new Set<string>();
    const changed: TileState[] = [];
    for (const { ty, tx, bytes } of edit.tiles) {
      const rect = rectOf(image, ty, tx);
      if (seen.size === seen.add(`${ty},${tx}`).size)
        throw new AppError('bad-labels', `Tile ${ty}, ${tx} of ${image.name} was given twice.`);
      const before = layer && tileBytes(store, layer.id, ty, tx);
      const after = countNew(image, rect, bytes, classes);
      // A tile that is void is not stored, however it was sent.
      const now = after[0] === rect.width * rect.height ? null : bytes;
      if (same(before, now)) continue;
      const old = countStored(image, rect, before);
      for (let value = 0; value < 256; value++) counts[value]! += after[value]! - old[value]!;
      changed.push({ ty, tx, bytes: now });
    }
    const pixelsByValue = trimmed(counts);
    const labelledPixels = labelledOf(pixelsByValue);
    if (!changed.length) return { editId: null, version, labelledPixels };
    const { imageId, title, author } = edit;
    return { ...writeEdit(store, { imageId, title, author, tiles: changed, pixelsByValue }), labelledPixels };
  });
}

/** Takes back the image's last edit. @returns null when there is none, or it belongs to a step of the project. */
export const undo = (store: Store, imageId: number): AppliedTiles | null => step(store, imageId, lastDone);

/** Makes the edit again that was undone last. @returns null as `undo`. */
export const redo = (store: Store, imageId: number): AppliedTiles | null => step(store, imageId, firstUndone);

function step(
  store: Store,
  imageId: number,
  next: (store: Store, layerId: number) => StoredEdit | null,
): AppliedTiles | null {
  return store.transaction(() => {
    const image = labelledImage(store, imageId);
    const layer = findLayer(store, imageId);
    const edit = layer && next(store, layer.id);
    if (!edit || edit.projectEditId !== null) return null;
    const pixelsByValue = JSON.parse(edit.pixelsByValue) as number[];
    if (pixelsByValue.length - 1 > highestClass(store))
      throw new AppError(
        'bad-labels',
        `"${edit.title}" on ${image.name} uses a class that is no longer in the list; add the class again first.`,
      );
    const applied = exchange(store, imageId, edit);
    return { title: edit.title, ...applied, labelledPixels: labelledOf(pixelsByValue) };
  });
}

/** @throws AppError('not-found') */
export function history(store: Store, imageId: number): ImageHistory {
  labelledImage(store, imageId);
  const layer = findLayer(store, imageId);
  const none = {
    undo: null,
    redo: null,
    undoCount: 0,
    redoCount: 0,
    undoInProject: null,
    redoInProject: null,
  };
  if (!layer) return none;
  const back = lastDone(store, layer.id);
  const forth = firstUndone(store, layer.id);
  // Those up to the next step of the project, which has to be taken first.
  const counts = store
    .sql<{ undoCount: number; redoCount: number }>(
      `select
         (select count(*) from edit where layer_id = @layer and undone = 0 and id >
           coalesce((select max(id) from edit where layer_id = @layer and undone = 0 and project_edit_id is not null), 0)
         ) as undoCount,
         (select count(*) from edit where layer_id = @layer and undone = 1 and id <
           coalesce((select min(id) from edit where layer_id = @layer and undone = 1 and project_edit_id is not null),
             9007199254740991)
         ) as redoCount`,
    )
    .get({ layer: layer.id })!;
  const own = (edit: StoredEdit | null) => (edit?.projectEditId === null ? edit.title : null);
  const projects = (edit: StoredEdit | null) => (edit && edit.projectEditId !== null ? edit.title : null);
  return {
    undo: own(back),
    redo: own(forth),
    ...counts,
    undoInProject: projects(back),
    redoInProject: projects(forth),
  };
}

type Rect = ReturnType<typeof tileAt>;

function rectOf(image: LabelledImage, ty: number, tx: number): Rect {
  try {
    if (Number.isInteger(ty) && Number.isInteger(tx)) return tileAt(image.width, image.height, ty, tx);
  } catch {
    // Said below.
  }
  throw new AppError(
    'bad-labels',
    `Tile ${ty}, ${tx} lies outside ${image.name}, which is ${image.width} × ${image.height} px.`,
  );
}

function countNew(image: LabelledImage, rect: Rect, bytes: Uint8Array | null, classes: number): Uint32Array {
  const counts = counted(rect, bytes);
  if (!counts)
    throw new AppError(
      'bad-labels',
      `What was sent for tile ${rect.ty}, ${rect.tx} of ${image.name} is no tile of ${rect.width} × ${rect.height} px.`,
    );
  const highest = counts.findLastIndex((pixels) => pixels > 0);
  if (highest > classes)
    throw new AppError(
      'bad-labels',
      `Tile ${rect.ty}, ${rect.tx} of ${image.name} uses the value ${highest}, which no class has.`,
    );
  return counts;
}

function countStored(image: LabelledImage, rect: Rect, bytes: Uint8Array | null): Uint32Array {
  const counts = counted(rect, bytes);
  if (!counts)
    throw new AppError(
      'bad-project',
      `The labels of ${image.name} are damaged at tile ${rect.ty}, ${rect.tx}; restore the project from a copy or import its labels again.`,
    );
  return counts;
}

function counted(rect: Rect, bytes: Uint8Array | null): Uint32Array | null {
  try {
    return countTile(bytes, rect);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const highestClass = (store: Store): number =>
  store.sql<{ value: number | null }>('select max(value) as value from class').get()?.value ?? 0;

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;

/** Without the zeros at the end; at least one. */
function trimmed(counts: Float64Array): number[] {
  const last = counts.findLastIndex((pixels) => pixels > 0);
  return Array.from(counts.subarray(0, Math.max(1, last + 1)));
}

const labelledOf = (pixelsByValue: readonly number[]): number =>
  pixelsByValue.reduce((sum, pixels, value) => (value > 0 ? sum + pixels : sum), 0);
