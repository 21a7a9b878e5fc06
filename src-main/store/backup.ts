/** Backups of an open project: made while it stays in use, whole or not at all, and checked before older ones go. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { AppError, messageOf } from '../shared/errors.js';
import {
  BACKUP_FOLDER,
  BACKUP_RULES,
  newestBackup,
  nextBackupName,
  pruneBackups,
  type BackupInfo,
  type BackupRules,
} from './backup-files.js';
import { generationOf } from './lease.js';
import { remedy, sqliteError } from './sqlite-errors.js';
import type { Store } from './store.js';

export interface BackupOptions {
  /** Gives the backup its name, and nothing else. */
  now?: Date;
  rules?: BackupRules;
  signal?: AbortSignal;
  /** Share of the work that is done, 0 … 1. */
  onEvent?: (done: number) => void;
}

/** Half-made backups; removed by the next one. */
const DRAFT = /^\.brushfield-.*\.tmp(-journal|-wal|-shm)?$/;
/** Reading the copy back stops for others after as many rows, or sooner at large ones. */
const ROWS_AT_A_TIME = 200;
const BYTES_AT_A_TIME = 4e6;

/**
 * Writes a backup unless nothing changed since the newest one, then removes those that the rules no longer keep.
 * @returns null when there was nothing to do.
 * @throws AppError('bad-project') when what was copied cannot be read: no older backup is removed then; 'disk', 'stopped'.
 */
export async function backupStore(store: Store, options: BackupOptions = {}): Promise<BackupInfo | null> {
  const { now = new Date(), rules = BACKUP_RULES, signal, onEvent } = options;
  const newest = newestBackup(store.folder);
  if (newest && isCurrent(store, newest)) return null;
  const folder = join(store.folder, BACKUP_FOLDER);
  const draft = join(folder, `.brushfield-${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    removeDrafts(folder);
    await store.copyTo(draft, {
      ...(signal && { signal }),
      onEvent: (done, total) => onEvent?.((0.7 * done) / total),
    });
    leaveWal(draft);
    await readBack(draft, store.folder, {
      ...(signal && { signal }),
      onEvent: (done) => onEvent?.(0.7 + 0.3 * done),
    });
    const file = await open(draft, 'r+');
    try {
      // Without it a power loss may leave a renamed but empty file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, nextBackupName(store.folder, now)));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw sqliteError(error, draft);
  }
  pruneBackups(store.folder, rules);
  return newestBackup(store.folder);
}

/** A backup that cannot be read is none. */
function isCurrent(store: Store, backup: BackupInfo): boolean {
  try {
    const database = new SqliteDatabase(backup.path, { readonly: true, fileMustExist: true });
    try {
      const generation = generationOf(database);
      return generation !== null && generation === store.generation();
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

/** The copy of a WAL file is one; at rest it is to be one file that opens anywhere. */
function leaveWal(path: string): void {
  const database = new SqliteDatabase(path, { fileMustExist: true });
  try {
    database.pragma('journal_mode = delete');
  } finally {
    database.close();
  }
}

/** Reads every row: a copy of a damaged project must not push out the good ones. */
async function readBack(
  path: string,
  folder: string,
  { signal, onEvent }: { signal?: AbortSignal; onEvent: (done: number) => void },
): Promise<void> {
  const database = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
  try {
    const tables = database
      .prepare(
        `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name`,
      )
      .pluck()
      .all() as string[];
    for (const [n, table] of tables.entries()) {
      onEvent(n / tables.length);
      let [rows, bytes] = [0, 0];
      for (const row of database.prepare(`select * from "${table}"`).raw().iterate() as Iterable<unknown[]>) {
        for (const value of row) if (value instanceof Uint8Array) bytes += value.length;
        if (++rows < ROWS_AT_A_TIME && bytes < BYTES_AT_A_TIME) continue;
        [rows, bytes] = [0, 0];
        await setImmediate();
        if (signal?.aborted) throw new AppError('stopped', 'The backup was stopped.');
      }
    }
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { code?: unknown }).code))) throw error;
    throw new AppError(
      'bad-project',
      `The project ${folder} is damaged (${messageOf(error)}), so no backup was made of it; ${remedy(folder)}.`,
      { cause: error },
    );
  } finally {
    database.close();
  }
}

function removeDrafts(folder: string): void {
  for (const name of readdirSync(folder)) if (DRAFT.test(name)) rmSync(join(folder, name), { force: true });
}
