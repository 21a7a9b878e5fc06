/**
 * A second connection of the process that writes a project, for a thread that makes a large change while the first
 * connection goes on reading. In WAL mode readers are never held up; writers are, so the first one has to wait its turn.
 */
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { sharedLease } from './lease.js';
import { DATABASE_FILE, type Store } from './open.js';
import { guarded } from './sqlite-errors.js';
import { storeOf } from './store.js';

export interface BesideRight {
  /** The project's folder, absolute. */
  folder: string;
  epoch: number;
}

/** What another thread needs to write beside this store; null where only one connection can be in use. */
export function rightBeside(store: Store): BesideRight | null {
  const { folder, epoch } = store;
  const mode = store.sql<{ journal_mode: string }>('pragma journal_mode').get()?.journal_mode;
  return epoch !== null && mode === 'wal' ? { folder, epoch } : null;
}

/** How long a transaction waits for one of the other connection. */
const PATIENCE_MS = 10_000;

/** @param beforeWrite called before each transaction that writes @throws AppError('bad-project' | 'disk') */
export function openBeside({ folder, epoch }: BesideRight, beforeWrite: () => void): Store {
  const file = join(folder, DATABASE_FILE);
  return guarded(file, () => {
    const database = new SqliteDatabase(file, { fileMustExist: true, timeout: PATIENCE_MS });
    database.pragma('synchronous = full');
    database.pragma('foreign_keys = on');
    return storeOf({
      database,
      folder,
      file,
      lease: sharedLease(database, epoch, folder),
      notices: [],
      beforeWrite,
      close: () => void database.close(),
    });
  });
}

/** Stores that another connection of this process writes, and when that ends. */
const written = new WeakMap<Store, Promise<void>>();

/** Resolves when the other connection has committed; null while there is none. Until then a write would hold up this thread. */
export const writtenBeside = (store: Store): Promise<void> | null => written.get(store) ?? null;

export function setWrittenBeside(store: Store, until: Promise<void> | null): void {
  if (until) written.set(store, until);
  else written.delete(store);
}
