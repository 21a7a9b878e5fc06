/**
 * The right to write a project, held by one process at a time. Two parts: an operating-system lock that dies with its
 * process says whether somebody writes, and an epoch in the database itself, checked inside every write transaction,
 * says who. A process that was taken over from can therefore never write again, even if it was asleep meanwhile.
 */
import { basename, join } from 'node:path';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError } from '../shared/errors.js';
import {
  describeHolder,
  isAlive,
  newHolder,
  readHolder,
  removeHolder,
  writeHolder,
  type LeaseHolder,
} from './lease-holder.js';

/** Empty; only SQLite's lock on it matters, which works wherever SQLite's locks on the project do. */
export const LOCK_FILE = 'lock.sqlite';

/** A holder that was taken over from knows within this time, or at its next write. */
const POLL_MS = 1000;

/** Made by no migration: the lease must be there before the first migration may run. */
const TABLE = `create table if not exists lease (
  id integer primary key check (id = 1),
  epoch integer not null,
  generation integer not null
) strict`;

/** Drawn and not counted: a backup that was put back would count to numbers that other backups have. */
const ANY_NUMBER = `(abs(random() % ${2 ** 52}))`;

export interface LeaseRequest {
  folder: string;
  /** Who asks, for the sentence that others are told. */
  as: string;
  /** Take it from a living holder. */
  takeOver: boolean;
}

/** Held on the folder; `claim` makes it the right to write a database. */
export interface PendingLease {
  claim(database: Database, onLost: (by: LeaseHolder | null) => void): Lease;
  release(): void;
}

export interface Lease {
  /** What the database names as its writer while this is held. */
  readonly epoch: number;
  /** Null while it is held; the sentence to show afterwards. */
  readonly lost: string | null;
  /** Called inside a write transaction. @throws AppError('exists') when another process has taken over. */
  confirm(): void;
  /** Called after the commit of a transaction that was confirmed. */
  committed(): void;
  /** The next write is the first since a backup and counts as a new generation. */
  backedUp(): void;
  release(): void;
}

/** The lease of a folder, or who has it (null: somebody without a name). @throws what SQLite throws on a full disk. */
export function requestLease(request: LeaseRequest): PendingLease | { holder: LeaseHolder | null } {
  const { folder, as, takeOver } = request;
  const path = join(folder, LOCK_FILE);
  let lock = lockFile(path);
  const other = readHolder(folder);
  if (lock && !takeOver && other?.waiting && isAlive(other)) {
    // The one who took over has not got the lock yet; it is the writer all the same.
    lock.close();
    lock = null;
  }
  if (!lock && !takeOver) return { holder: other };
  const holder = newHolder(as, lock === null);
  const release = () => {
    removeHolder(folder, holder.token);
    lock?.close();
    lock = null;
  };
  return {
    release,
    claim(database, onLost) {
      const epoch = claimEpoch(database);
      writeHolder(folder, holder);
      const read = database.prepare('select epoch from lease').pluck();
      const mark = database.prepare(`update lease set generation = ${ANY_NUMBER}`);
      let lost: string | null = null;
      let marked = false;

      const lose = () => {
        clearInterval(timer);
        lock?.close();
        lock = null;
        const by = readHolder(folder);
        lost = `${basename(folder)} was taken over by ${describeHolder(by)}, so nothing more can be written here; open it again to go on.`;
        onLost(by);
        return lost;
      };
      const poll = () => {
        try {
          if (read.get() !== epoch) return void lose();
          if (lock === null && (lock = lockFile(path))) writeHolder(folder, { ...holder, waiting: false });
        } catch {
          // Whatever is wrong with the file or its folder is told by the next call that needs them.
        }
      };
      const timer = setInterval(poll, POLL_MS).unref();

      return {
        epoch,
        get lost() {
          return lost;
        },
        confirm() {
          if (lost !== null || read.get() !== epoch) throw new AppError('exists', lost ?? lose());
          // Within the first transaction since the last backup, so that no backup is thought newer than it is.
          if (!marked) mark.run();
        },
        committed: () => void (marked = true),
        backedUp: () => void (marked = false),
        release() {
          clearInterval(timer);
          if (lost === null) release();
        },
      };
    },
  };
}

/**
 * The right of a second connection of the process that holds the lease. Each of its transactions counts as a new
 * generation: it does not know of backups.
 */
export function sharedLease(database: Database, epoch: number, folder: string): Lease {
  const read = database.prepare('select epoch from lease').pluck();
  const mark = database.prepare(`update lease set generation = ${ANY_NUMBER}`);
  return {
    epoch,
    lost: null,
    confirm() {
      if (read.get() !== epoch)
        throw new AppError('exists', `${basename(folder)} was taken over meanwhile, so nothing was changed.`);
      mark.run();
    },
    committed: () => undefined,
    backedUp: () => undefined,
    release: () => undefined,
  };
}

/** Another number with the first write after an opening or a backup, so that equal numbers mean equal contents. */
export function generationOf(database: Database): number | null {
  const there = database.prepare(`select 1 from sqlite_master where type = 'table' and name = 'lease'`).get();
  return there ? (database.prepare('select generation from lease').pluck().get() as number) : null;
}

function claimEpoch(database: Database): number {
  return database
    .transaction(() => {
      database.exec(TABLE);
      return database
        .prepare(
          `insert into lease (id, epoch, generation) values (1, 1, ${ANY_NUMBER})
           on conflict do update set epoch = epoch + 1 returning epoch`,
        )
        .pluck()
        .get() as number;
    })
    .immediate();
}

/** Null when another connection has it, of this process or of any other. */
function lockFile(path: string): Database | null {
  const lock = new SqliteDatabase(path, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (/^SQLITE_BUSY/.test(String((error as { code?: unknown }).code))) return null;
    throw error;
  }
}
