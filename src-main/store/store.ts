/** The database of one open project: prepared statements, and transactions that only the holder of the lease can write. */
import type { Database } from 'better-sqlite3';
import { AppError } from '../shared/errors.js';
import type { LeaseHolder } from './lease-holder.js';
import { generationOf, type Lease } from './lease.js';
import { guarded, sqliteError } from './sqlite-errors.js';

/** A prepared statement; parameters are positional, or one object for `@name`s. */
export interface Query<Row> {
  get(...parameters: unknown[]): Row | undefined;
  all(...parameters: unknown[]): Row[];
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
}

/** Functions of this folder take it as their first argument. */
export interface Store {
  /** The project's folder, absolute. */
  readonly folder: string;
  /** `write` turns into `read` when another process takes over. */
  readonly access: 'write' | 'read';
  /** The lease's, for a second connection of this process (beside.ts); null while nothing can be written. */
  readonly epoch: number | null;
  /** Why nothing can be written, as a sentence; null while it can. */
  readonly readOnlyReason: string | null;
  /** Who has the lease, where that is why nothing can be written; `true`: somebody without a name. */
  readonly heldBy: LeaseHolder | true | null;
  /** Sentences to be told once: a network share, a temporary copy. */
  readonly notices: readonly string[];
  /** A prepared statement, kept for the next call with the same text. A single write is a transaction of its own. */
  sql<Row>(text: string): Query<Row>;
  /** Runs `work` in a transaction (or inside the one under way): all of it lasts, or nothing. `work` must not wait. */
  transaction<T>(work: () => T): T;
  /** @throws AppError('exists') when another process has the lease or has taken it over, or 'disk'. */
  requireWritable(): void;
  /**
   * Copies the database as it is at the end into a new file while it stays in use, `pagesAtATime` pages in one go.
   * @returns the copy's generation: as long as the database has the same one, nothing has changed.
   */
  copyTo(path: string, options: CopyOptions): Promise<number | null>;
  /** When this process last wrote, by `performance.now()`; -Infinity if it never did. */
  wroteAtMs(): number;
  /** See `copyTo`; null where nobody ever counted. */
  generation(): number | null;
  close(): void;
}

export interface CopyOptions {
  pagesAtATime?: number;
  signal?: AbortSignal;
  /** Pages copied, and how many there are. */
  onEvent?: (done: number, total: number) => void;
}

export interface OpenDatabase {
  database: Database;
  folder: string;
  file: string;
  /** Missing: read-only from the start. */
  lease?: Lease;
  readOnlyReason?: string;
  heldBy?: LeaseHolder | true;
  notices: readonly string[];
  /** Called before each transaction that writes, while nothing is locked. */
  beforeWrite?(): void;
  /** Called after each commit. */
  wrote?(): void;
  close(): void;
}

/** 256 KiB: well under a millisecond between two strokes. */
const PAGES_AT_A_TIME = 64;

export function storeOf({ database, folder, file, lease, heldBy, notices, ...rest }: OpenDatabase): Store {
  const queries = new Map<string, Query<unknown>>();
  const reason = () =>
    lease ? lease.lost : (rest.readOnlyReason ?? 'The project is open for reading only.');

  let wroteAtMs = -Infinity;

  const requireWritable = () => {
    const why = reason();
    if (why !== null) throw new AppError(lease || heldBy ? 'exists' : 'disk', why);
  };

  const transaction = <T>(work: () => T): T => {
    if (database.inTransaction) return work();
    // Statements that write refuse by themselves.
    if (reason() !== null) return database.transaction(work).deferred();
    rest.beforeWrite?.();
    const result = database
      .transaction(() => {
        lease?.confirm();
        return work();
      })
      .immediate();
    lease?.committed();
    wroteAtMs = performance.now();
    rest.wrote?.();
    return result;
  };

  const prepared = (text: string): Query<unknown> => {
    const statement = guarded(file, () => database.prepare(text));
    const runs = <T>(work: () => T): T =>
      guarded(file, () => {
        if (statement.readonly) return work();
        requireWritable();
        return transaction(work);
      });
    return {
      get: (...parameters) => runs(() => statement.get(...parameters)),
      all: (...parameters) => runs(() => statement.all(...parameters)),
      run: (...parameters) => runs(() => statement.run(...parameters)),
    };
  };

  return {
    folder,
    get access() {
      return reason() === null ? 'write' : 'read';
    },
    get epoch() {
      return lease && reason() === null ? lease.epoch : null;
    },
    get readOnlyReason() {
      return reason();
    },
    heldBy: heldBy ?? null,
    notices,
    sql<Row>(text: string) {
      let query = queries.get(text);
      if (!query) queries.set(text, (query = prepared(text)));
      // The one place where what SQLite returns is given a row type.
      return query as Query<Row>;
    },
    transaction: (work) => guarded(file, () => transaction(work)),
    requireWritable,
    async copyTo(path, { pagesAtATime = PAGES_AT_A_TIME, signal, onEvent }) {
      try {
        await database.backup(path, {
          progress: ({ totalPages, remainingPages }) => {
            if (signal?.aborted) throw new AppError('stopped', 'The copy was stopped.');
            onEvent?.(totalPages - remainingPages, totalPages);
            return pagesAtATime;
          },
        });
      } catch (error) {
        throw sqliteError(error, file);
      }
      lease?.backedUp();
      return generationOf(database);
    },
    wroteAtMs: () => wroteAtMs,
    generation: () => guarded(file, () => generationOf(database)),
    close: rest.close,
  };
}
