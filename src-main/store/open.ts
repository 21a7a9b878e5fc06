/** Opens `project.sqlite` in a project's folder: checked, migrated, and with the guarantees labels need. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError, isAppError, messageOf } from '../shared/errors.js';
import { APPLICATION_ID, checkHeader, rememberOpen, requireKnownVersion } from './file-header.js';
import { checkpointWhenIdle } from './idle-checkpoint.js';
import { describeHolder, type LeaseHolder } from './lease-holder.js';
import { requestLease } from './lease.js';
import { MIGRATIONS } from './migrations.js';
import { isNetworkShare, type FileSystemType } from './network-share.js';
import { openForReading } from './readonly-database.js';
import { codeOf, guarded } from './sqlite-errors.js';
import { storeOf, type Store } from './store.js';
import { bringUpToDate } from './upgrade.js';

export type { Query, Store } from './store.js';

export const DATABASE_FILE = 'project.sqlite';

export interface OpenOptions {
  /** Make the file; it must not exist. Otherwise it must. */
  create?: boolean;
  /**
   * `write` (default) takes the lease, or opens for reading and says why where it cannot; `read` needs no lease and
   * waits for nobody.
   */
  access?: 'write' | 'read';
  /** Take the lease from a living process that has it; that one can write no more. */
  takeOver?: boolean;
  /** What others are told who has the project open; default `Brushfield`. */
  as?: string;
  /** Called once, within about a second, when another process has taken over. */
  onLost?: (by: LeaseHolder | null) => void;
  /** Schema steps; those of this version unless a test says otherwise. */
  steps?: readonly string[];
  /** As statfs(2) would say; for tests. */
  fileSystemType?: FileSystemType;
}

/**
 * Where the project cannot be written (no permission, read-only or full disk, or another process has the lease) the
 * store is read-only and says so in `readOnlyReason`: look at `access`, or call `requireWritable`.
 * @throws AppError('bad-project') for a file that is damaged, foreign, or of a newer version (which is left untouched);
 *   'not-found' and 'exists'; 'disk' when the file cannot even be read.
 */
export function openStore(folder: string, options: OpenOptions = {}): Store {
  const { create = false, access = 'write', steps = MIGRATIONS } = options;
  const file = join(folder, DATABASE_FILE);
  if (create && existsSync(file)) throw new AppError('exists', `There is already a project at ${folder}.`);
  const version = create ? 0 : checkHeader(file, steps.length);
  return guarded(file, () => {
    if (create) return openForWriting(file, folder, options) as Store;
    if (access === 'read') {
      if (version < steps.length) upgrade(file, folder, options);
      return readStore(file, folder, steps, { reason: `${basename(folder)} is open for reading only.` });
    }
    const obstacle = obstacleTo(file, folder);
    if (obstacle !== null) return readStore(file, folder, steps, { reason: obstacle });
    try {
      const store = openForWriting(file, folder, options);
      if (!('holder' in store)) return store;
      const reason = `${basename(folder)} is open in ${describeHolder(store.holder)}, so it is open for reading only here.`;
      return readStore(file, folder, steps, { reason, heldBy: store.holder ?? true });
    } catch (error) {
      if (isAppError(error) || !/^(SQLITE_(READONLY|CANTOPEN|FULL|IOERR)|E[A-Z]+$)/.test(codeOf(error)))
        throw error;
      const full = /^(SQLITE_FULL|ENOSPC)/.test(codeOf(error));
      const why = full ? 'the disk is full' : messageOf(error);
      const reason = `${basename(folder)} cannot be written (${why}), so it is open for reading only.`;
      return readStore(file, folder, steps, { reason });
    }
  });
}

function openForWriting(
  file: string,
  folder: string,
  options: OpenOptions,
): Store | { holder: LeaseHolder | null } {
  const { create = false, steps = MIGRATIONS, as = 'Brushfield', takeOver = false, onLost } = options;
  const request = requestLease({ folder, as, takeOver });
  if ('holder' in request) return request;
  let database: Database | null = null;
  let forget = () => {};
  try {
    database = new SqliteDatabase(file, { fileMustExist: !create, timeout: 5000 });
    forget = rememberOpen(file);
    // Before WAL, so that the mark is in the file itself even if the process dies before the first checkpoint.
    if (create) database.pragma(`application_id = ${APPLICATION_ID}`);
    const share = isNetworkShare(folder, options.fileSystemType);
    prepare(database, share);
    requireKnownVersion(database.pragma('user_version', { simple: true }) as number, steps.length, file);
    const lease = request.claim(database, (by) => onLost?.(by));
    bringUpToDate(database, steps, (version) => file.replace(/\.sqlite$/, `.v${version}.sqlite`));
    const checkpoints = share ? null : checkpointWhenIdle(database);
    return storeOf({
      database,
      folder,
      file,
      lease,
      notices: share ? [shareNotice(folder)] : [],
      ...(checkpoints && { wrote: checkpoints.wrote }),
      close: closing(database, share, () => {
        checkpoints?.stop();
        forget();
        lease.release();
      }),
    });
  } catch (error) {
    database?.close();
    forget();
    request.release();
    throw error;
  }
}

/** Once and for all where that is possible; otherwise the reader makes a copy for itself. */
function upgrade(file: string, folder: string, options: OpenOptions): void {
  if (obstacleTo(file, folder) !== null) return;
  const store = openForWriting(file, folder, { ...options, takeOver: false });
  if (!('holder' in store)) store.close();
}

interface ReadingBecause {
  reason: string;
  heldBy?: LeaseHolder | true;
}

function readStore(
  file: string,
  folder: string,
  steps: readonly string[],
  { reason, heldBy }: ReadingBecause,
): Store {
  const { database, notice, close } = openForReading(file, steps);
  return storeOf({
    database,
    folder,
    file,
    readOnlyReason: reason,
    ...(heldBy !== undefined && { heldBy }),
    notices: notice === null ? [] : [notice],
    close,
  });
}

/**
 * Labels are somebody's hours: every commit reaches the disk (FULL), readers never block a writer (WAL). On a share WAL
 * cannot work (sqlite.org/wal.html: all processes must share memory): there it is a rollback journal.
 */
function prepare(database: Database, share: boolean): void {
  if (share) {
    // Leaves WAL, if the file was in it, without shared memory.
    database.pragma('locking_mode = exclusive');
    database.pragma('journal_mode = delete');
    database.pragma('locking_mode = normal');
    database.pragma('synchronous = extra');
    database.prepare('select count(*) from sqlite_master').get();
  } else {
    database.pragma('journal_mode = wal');
    database.pragma('synchronous = full');
  }
  database.pragma('foreign_keys = on');
}

const shareNotice = (folder: string): string =>
  `${basename(folder)} lies on a network share: saving is a little slower there, and only one computer can write at a time.`;

/** A file at rest is no WAL file: it can then be read where nothing can be written, and copied as one file. */
function closing(database: Database, share: boolean, after: () => void): () => void {
  return () => {
    if (!database.open) return;
    try {
      database.pragma('busy_timeout = 0');
      if (!share) database.pragma('journal_mode = delete');
    } catch {
      // Others read it now, or the disk is full; nothing is lost by staying as it is.
    }
    database.close();
    after();
  };
}

/** Why nothing can be written, or null when nothing speaks against it yet. */
function obstacleTo(file: string, folder: string): string | null {
  for (const path of [file, folder])
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      const why =
        codeOf(error) === 'EROFS'
          ? 'the disk is read-only'
          : path === file
            ? `the file ${DATABASE_FILE} is write-protected`
            : 'its folder is write-protected';
      return `${basename(folder)} cannot be written, because ${why}, so it is open for reading only.`;
    }
  return null;
}
