/**
 * Opens a project's database for reading, also where nothing can be written. SQLite cannot read a file that was left in
 * write-ahead mode, or in the middle of a transaction, in a folder where it may not make files; such a file, and one of
 * an older schema, is read through a temporary copy.
 */
import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError } from '../shared/errors.js';
import { isOpenHere, rememberOpen, requireKnownVersion } from './file-header.js';
import { codeOf } from './sqlite-errors.js';
import { bringUpToDate } from './upgrade.js';

export interface ReadDatabase {
  database: Database;
  /** Said once, where there is something to say. */
  notice: string | null;
  close(): void;
}

/** The files that belong to a database; its shared memory is made anew. */
const COMPANIONS = ['', '-wal', '-journal'];

/** @throws what SQLite throws; AppError('bad-project') for a newer schema. */
export function openForReading(file: string, steps: readonly string[]): ReadDatabase {
  const direct = openDirectly(file);
  if (direct) {
    const version = direct.pragma('user_version', { simple: true }) as number;
    if (version === steps.length) {
      const forget = rememberOpen(file);
      const close = () => {
        direct.close();
        forget();
      };
      return { database: direct, notice: null, close };
    }
    direct.close();
    requireKnownVersion(version, steps.length, file);
  }
  return openCopy(file, steps);
}

/** Null when SQLite would have to write for it. */
function openDirectly(file: string): Database | null {
  for (const attempt of [1, 2]) {
    const database = new SqliteDatabase(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      // The first read takes the lock and finds what a crash left behind.
      database.pragma('user_version');
      database.prepare('select count(*) from sqlite_master').get();
      return database;
    } catch (error) {
      database.close();
      if (!/^SQLITE_(READONLY|CANTOPEN)/.test(codeOf(error))) throw error;
      if (attempt === 1 && !settle(file)) return null;
    }
  }
  return null;
}

/** Rolls back or forward what a crash left behind, as any opening for writing does. @returns whether it could. */
function settle(file: string): boolean {
  try {
    const database = new SqliteDatabase(file, { fileMustExist: true, timeout: 5000 });
    try {
      database.prepare('select count(*) from sqlite_master').get();
      return true;
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}

function openCopy(file: string, steps: readonly string[]): ReadDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'brushfield-project-'));
  try {
    const copy = join(folder, 'project.sqlite');
    copyDatabase(file, copy);
    const database = new SqliteDatabase(copy, { fileMustExist: true });
    const version = database.pragma('user_version', { simple: true }) as number;
    requireKnownVersion(version, steps.length, file);
    bringUpToDate(database, steps, null);
    return {
      database,
      notice: `${dirname(file)} is read through a temporary copy, because it ${version < steps.length ? 'was made by an older version of Brushfield' : 'was not closed properly'} and cannot be changed.`,
      close: () => {
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function copyDatabase(file: string, copy: string): void {
  if (isOpenHere(file))
    throw new AppError('disk', `${file} is being brought up to date in this program; try again in a moment.`);
  for (const ending of COMPANIONS) {
    if (!existsSync(`${file}${ending}`)) continue;
    copyFileSync(`${file}${ending}`, `${copy}${ending}`, constants.COPYFILE_FICLONE);
    // Not with the rights of what it is a copy of, which may have none.
    chmodSync(`${copy}${ending}`, 0o600);
  }
}
