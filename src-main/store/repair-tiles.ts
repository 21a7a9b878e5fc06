/** Where a tile that cannot be read may be had from: the newest backup that has it whole, or the edit journal. */
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { tileAt, type TileRect } from '../shared/mask.js';
import { listBackups } from './backup-files.js';
import type { Store } from './store.js';
import { countTile } from './tile-runs.js';

export interface FoundTile {
  bytes: Uint8Array;
  /** `the backup of 2026-11-22 14:03:55` */
  from: string;
}

export interface TileSource {
  /** Null when nobody has it whole. */
  find(layerId: number, ty: number, tx: number): FoundTile | null;
  close(): void;
}

interface ImageOfLayer {
  sha256: string;
  page: number;
  width: number;
  height: number;
}

/** Backups are opened when they are first asked for. */
export function damagedTileSource(store: Store): TileSource {
  const opened = new Map<string, Database | null>();
  const open = (path: string): Database | null => {
    let database = opened.get(path);
    if (database === undefined) opened.set(path, (database = openOrNull(path)));
    return database;
  };
  return {
    find(layerId, ty, tx) {
      const image = store
        .sql<ImageOfLayer>(
          'select sha256, page, width, height from layer join image on image.id = image_id where layer.id = ?',
        )
        .get(layerId);
      const rect = image && rectOf(image, ty, tx);
      if (!image || !rect) return null;
      for (const { path, time } of listBackups(store.folder)) {
        const found = tileIn(open(path), image, rect);
        if (found) return { ...found, from: `the backup of ${time}` };
      }
      const [latest] = store
        .sql<{ bytes: Uint8Array | null }>(
          `select edit_tile.bytes from edit_tile join edit on edit.id = edit_id
           where layer_id = ? and ty = ? and tx = ? and undone = 0 order by edit.id desc limit 1`,
        )
        .all(layerId, ty, tx);
      const bytes = latest?.bytes;
      return bytes && isWhole(bytes, rect) ? { bytes, from: 'the history, before its last change' } : null;
    },
    close() {
      for (const database of opened.values()) database?.close();
    },
  };
}

/** By the image's content: its id may be another's in an older copy. */
function tileIn(
  database: Database | null,
  image: ImageOfLayer,
  rect: TileRect,
): { bytes: Uint8Array } | null {
  if (!database) return null;
  try {
    const layer = database
      .prepare(
        `select layer.id from layer join image on image.id = image_id
         where sha256 = ? and page = ? and kind = 'semantic' order by layer.id desc`,
      )
      .pluck()
      .get(image.sha256, image.page);
    if (layer === undefined) return null;
    const bytes = database
      .prepare('select bytes from tile where layer_id = ? and ty = ? and tx = ?')
      .pluck()
      .get(layer, rect.ty, rect.tx) as Uint8Array | undefined;
    return bytes && isWhole(bytes, rect) ? { bytes } : null;
  } catch {
    // A backup that is damaged itself has nothing to give.
    return null;
  }
}

function openOrNull(path: string): Database | null {
  try {
    return new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  } catch {
    return null;
  }
}

function rectOf({ width, height }: ImageOfLayer, ty: number, tx: number): TileRect | null {
  try {
    return tileAt(width, height, ty, tx);
  } catch {
    return null;
  }
}

function isWhole(bytes: Uint8Array, rect: TileRect): boolean {
  try {
    countTile(bytes, rect);
    return true;
  } catch {
    return false;
  }
}
