/** Opens `project.sqlite` in a project's folder: checked, migrated, and with the guarantees labels need. */
import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError, messageOf } from '../shared/errors.js';
import { migrate, MIGRATIONS } from './migrations.js';

export const DATABASE_FILE = 'project.sqlite';

/** Tells our files from other programs' SQLite files: "BRSH". */
const APPLICATION_ID = 0x42525348;

/** A prepared statement; parameters are positional, or one object for `@name`s. */
export interface Query<Row> {
  get(...parameters: unknown[]): Row | undefined;
  all(...parameters: unknown[]): Row[];
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
}

/** The database of one open project. Functions of this folder take it as their first argument. */
export interface Store {
  /** The project's folder, absolute. */
  readonly folder: string;
  /** A prepared statement, kept for the next call with the same text. */
  sql<Row>(text: string): Query<Row>;
  /** Runs `work` in a transaction (or inside the one under way): all of it lasts, or nothing. `work` must not wait. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export interface OpenOptions {
  /** Make the file; it must not exist. Otherwise it must. */
  create?: boolean;
  /** Schema steps; those of this version unless a test says otherwise. */
  steps?: readonly string[];
}

/**
 * @throws AppError('bad-project') for a file that is damaged, foreign, or of a newer version (which is left untouched);
 *   'not-found' and 'exists'; 'disk' when the file cannot be opened for writing.
 */
export function openStore(folder: string, options: OpenOptions = {}): Store {
  const { create = false, steps = MIGRATIONS } = options;
  const file = join(folder, DATABASE_FILE);
  if (create && existsSync(file)) throw new AppError('exists', `There is already a project at ${folder}.`);
  if (!create) checkHeader(file, folder, steps.length);
  return guarded(file, () => {
    const database = new SqliteDatabase(file, { fileMustExist: !create, timeout: 5000 });
    try {
      // Before WAL, so that the mark is in the file itself even if the process dies before the first checkpoint.
      if (create) database.pragma(`application_id = ${APPLICATION_ID}`);
      prepare(database, file, steps);
    } catch (error) {
      database.close();
      throw error;
    }
    return storeOf(database, folder, file);
  });
}

function storeOf(database: Database, folder: string, file: string): Store {
  const queries = new Map<string, Query<unknown>>();
  const prepared = (text: string): Query<unknown> => {
    const statement = guarded(file, () => database.prepare(text));
    return {
      get: (...parameters) => guarded(file, () => statement.get(...parameters)),
      all: (...parameters) => guarded(file, () => statement.all(...parameters)),
      run: (...parameters) => guarded(file, () => statement.run(...parameters)),
    };
  };
  return {
    folder,
    sql<Row>(text: string) {
      let query = queries.get(text);
      if (!query) queries.set(text, (query = prepared(text)));
      // The one place where what SQLite returns is given a row type.
      return query as Query<Row>;
    },
    transaction: (work) =>
      guarded(file, () => (database.inTransaction ? work() : database.transaction(work).immediate())),
    close: () => void database.close(),
  };
}

/** Labels are somebody's hours: every commit reaches the disk (FULL), readers never block a writer (WAL). */
function prepare(database: Database, file: string, steps: readonly string[]): void {
  database.pragma('journal_mode = wal');
  database.pragma('synchronous = full');
  database.pragma('foreign_keys = on');
  const version = database.pragma('user_version', { simple: true }) as number;
  requireKnownVersion(version, steps.length, file);
  if (version > 0 && version < steps.length) keepCopy(database, file, version);
  migrate(database, steps);
}

/** The file as it was, beside it, so that a migration can always be gone back on. */
function keepCopy(database: Database, file: string, version: number): void {
  const copy = file.replace(/\.sqlite$/, `.v${version}.sqlite`);
  rmSync(copy, { force: true });
  database.prepare('vacuum into ?').run(copy);
}

/** Looks at the first 100 bytes before SQLite does, since opening alone may already change a file. */
function checkHeader(file: string, folder: string, known: number): void {
  if (!existsSync(file))
    throw new AppError('not-found', `There is no project at ${folder}: it has no ${DATABASE_FILE}.`);
  const header = Buffer.alloc(100);
  const read = guarded(file, () => {
    const handle = openSync(file, 'r');
    try {
      return readSync(handle, header, 0, 100, 0);
    } finally {
      closeSync(handle);
    }
  });
  const foreign = read < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0';
  if (foreign || header.readUInt32BE(68) !== APPLICATION_ID)
    throw new AppError(
      'bad-project',
      `${file} is not a Brushfield project or is damaged; restore it from a copy.`,
    );
  requireKnownVersion(header.readUInt32BE(60), known, file);
}

function requireKnownVersion(version: number, known: number, file: string): void {
  if (version > known)
    throw new AppError(
      'bad-project',
      `${file} was written by a newer version of Brushfield (schema ${version}, this one knows ${known}); update Brushfield to open it.`,
    );
}

/** SQLite's and the disk's complaints as sentences; anything else is a bug and passes through. */
function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
      throw new AppError('bad-project', `${file} is damaged; restore it from a copy.`, { cause: error });
    if (/^SQLITE_BUSY/.test(code))
      throw new AppError('disk', `${file} is in use by another program; close that and try again.`, {
        cause: error,
      });
    if (/^(SQLITE_(FULL|IOERR|READONLY|CANTOPEN)|E[A-Z]+$)/.test(code))
      throw new AppError(
        'disk',
        `${file} cannot be read or written (${messageOf(error)}); check free space and permissions.`,
        { cause: error },
      );
    throw error;
  }
}
