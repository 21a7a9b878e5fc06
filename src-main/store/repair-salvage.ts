/** Copies every row that can still be read out of a damaged database into a new one of the same schema. */
import { setImmediate } from 'node:timers/promises';
import SqliteDatabase, { type Database } from 'better-sqlite3';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { APPLICATION_ID } from './file-header.js';
import { migrate } from './migrations.js';
import { rowsFromBackup, type BorrowedRows, type UnreadIds } from './repair-backup-rows.js';
import { codeOf } from './sqlite-errors.js';

export interface Salvage {
  /** Rows that were copied, by table. */
  rows: Record<string, number>;
  /** Tables in which something could not be read. */
  incomplete: string[];
  /** Rows that could not be read and were taken from a backup. */
  borrowed: BorrowedRows[];
}

/** Gaps between readable rows are probed row by row up to as many ids. */
const MOST_PROBES = 2_000_000;
const MOST_MISSES = 5000;
const PROBES_AT_A_TIME = 5000;

type Row = Record<string, unknown>;

/**
 * @param source a damaged database; it is only read, but must lie where its companions may be made
 * @param target a file that is not there yet
 * @throws AppError('bad-project') when not even its list of tables can be read, 'stopped'
 */
export async function salvage(
  source: string,
  target: string,
  { steps, backup, signal, onEvent }: { steps: readonly string[]; backup: string | null } & Call<string>,
): Promise<Salvage> {
  const from = new SqliteDatabase(source, { fileMustExist: true });
  const to = new SqliteDatabase(target);
  try {
    const version = readableVersion(from, source, steps.length);
    // Everything is written at the end; a half-made target is thrown away.
    to.pragma('journal_mode = off');
    to.pragma('synchronous = off');
    to.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(to, steps.slice(0, version));
    // Rows arrive in the order of their tables' names, not of their references.
    to.pragma('foreign_keys = off');
    const triggers = takeTriggers(to);
    const found: Salvage = { rows: {}, incomplete: [], borrowed: [] };
    for (const table of tablesOf(to)) {
      onEvent?.(`Reading ${table}`);
      const { rows, whole, unread } = await copyTable(from, to, table, signal);
      found.rows[table] = rows;
      if (whole) continue;
      found.incomplete.push(table);
      if (backup !== null && unread) found.borrowed.push(...rowsFromBackup(to, backup, table, unread));
    }
    keepSequences(from, to);
    for (const trigger of triggers) to.exec(trigger);
    to.pragma('journal_mode = delete');
    return found;
  } finally {
    from.close();
    to.close();
  }
}

function readableVersion(database: Database, source: string, known: number): number {
  try {
    const version = database.pragma('user_version', { simple: true }) as number;
    const tables = new Set(tablesOf(database));
    if (version >= 1 && version <= known && tables.has('image') && tables.has('layer')) return version;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  throw new AppError('bad-project', `Nothing can be read from ${source} any more.`);
}

/** They would count again what is copied with the counts. */
function takeTriggers(database: Database): string[] {
  const triggers = database.prepare(`select name, sql from sqlite_master where type = 'trigger'`).all() as {
    name: string;
    sql: string;
  }[];
  for (const { name } of triggers) database.exec(`drop trigger "${name}"`);
  return triggers.map(({ sql }) => sql);
}

const tablesOf = (database: Database): string[] =>
  database
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by rowid`,
    )
    .pluck()
    .all() as string[];

async function copyTable(
  from: Database,
  to: Database,
  table: string,
  signal: AbortSignal | undefined,
): Promise<{ rows: number; whole: boolean; unread: UnreadIds | null }> {
  // Without generated columns, which cannot be written.
  const columns = (to.pragma(`table_info('${table}')`) as { name: string; pk: number }[]).map(
    ({ name }) => `"${name}"`,
  );
  const insert = to.prepare(
    `insert or replace into "${table}" (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  );
  const keep = (row: Row): boolean => {
    try {
      insert.run(...Object.values(row).slice(0, columns.length));
      return true;
    } catch (error) {
      // A value that the schema forbids is damage, too.
      if (!/^SQLITE_(CONSTRAINT|MISMATCH)/.test(codeOf(error))) throw error;
      refused++;
      return false;
    }
  };
  let refused = 0;
  let unread: UnreadIds | null = null;
  const rowid = hasRowid(from, table);
  const list = columns.join(', ') + (rowid ? ', rowid as "_rowid"' : '');
  const key = rowid
    ? 'rowid'
    : (to.pragma(`table_info('${table}')`) as { name: string; pk: number }[])
        .filter(({ pk }) => pk > 0)
        .toSorted((a, b) => a.pk - b.pk)
        .map(({ name }) => `"${name}"`);
  const order = (direction: string) =>
    (Array.isArray(key) ? key : [key]).map((column) => `${column} ${direction}`).join(', ');

  to.exec('begin');
  try {
    const forward = scan(from, `select ${list} from "${table}" order by ${order('asc')}`, keep);
    if (!forward.whole) {
      const backward = scan(from, `select ${list} from "${table}" order by ${order('desc')}`, keep);
      if (rowid)
        unread = await probe(from, {
          table,
          list,
          after: forward.last,
          before: backward.last,
          signal,
          keep,
        });
    }
    to.exec('commit');
    const rows = to.prepare(`select count(*) from "${table}"`).pluck().get() as number;
    return { rows, whole: forward.whole && refused === 0, unread };
  } catch (error) {
    if (to.inTransaction) to.exec('rollback');
    throw error;
  }
}

const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(codeOf(error));

/** Reads until the first damaged page. `last`: the id of the last row that was read. */
function scan(
  from: Database,
  text: string,
  keep: (row: Row) => boolean,
): { whole: boolean; last: number | null } {
  let last: number | null = null;
  try {
    for (const row of from.prepare(text).iterate() as Iterable<Row>) {
      // A row that goes on in a damaged page comes with nothing in it, its id neither.
      if (keep(row) && typeof row['_rowid'] === 'number') last = row['_rowid'];
    }
    return { whole: true, last };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { whole: false, last };
  }
}

interface Probing {
  table: string;
  list: string;
  after: number | null;
  before: number | null;
  signal: AbortSignal | undefined;
  /** False for a row that the schema forbids. */
  keep: (row: Row) => boolean;
}

/** Asks for each id between the two ends. @returns those on damaged pages, rows or not. */
async function probe(
  from: Database,
  { table, list, after, before, signal, keep }: Probing,
): Promise<UnreadIds> {
  const first = (after ?? 0) + 1;
  const end = Math.min(before ?? sequenceOf(from, table) + 1, first + MOST_PROBES);
  let misses = 0;
  const one = from.prepare(`select ${list} from "${table}" where rowid = ?`);
  const unreadable: number[] = [];
  /** A row that goes on in a damaged page is sometimes not found by its id: those next to the damage may be there. */
  let atDamage = true;
  for (let id = first; id < end; id++) {
    // With both ends known every id is asked for; otherwise a table whose root is gone would be asked for ever.
    if (before === null && misses > MOST_MISSES) return { ids: unreadable, after: id - 1 };
    if (id % PROBES_AT_A_TIME === 0) {
      await setImmediate();
      if (signal?.aborted) throw new AppError('stopped', 'The repair was stopped; nothing was changed.');
    }
    try {
      const row = one.get(id) as Row | undefined;
      if (row ? !keep(row) : atDamage) unreadable.push(id);
      if (row) atDamage = false;
      misses = row ? 0 : misses + 1;
    } catch (error) {
      if (!isDamage(error)) throw error;
      unreadable.push(id);
      atDamage = false;
      misses++;
    }
  }
  return { ids: unreadable, after: before === null ? end - 1 : null };
}

/** The largest id that a table ever had, as far as anybody knows. */
function sequenceOf(from: Database, table: string): number {
  for (const text of [
    `select seq from sqlite_sequence where name = '${table}'`,
    `select max(rowid) from "${table}"`,
  ])
    try {
      const largest = from.prepare(text).pluck().get();
      if (typeof largest === 'number') return largest;
    } catch (error) {
      if (!isDamage(error) && codeOf(error) !== 'SQLITE_ERROR') throw error;
    }
  return MOST_PROBES;
}

/** Ids are never used again, those of rows that are gone included. */
function keepSequences(from: Database, to: Database): void {
  try {
    const sequences = from.prepare('select name, seq from sqlite_sequence').all() as {
      name: string;
      seq: number;
    }[];
    const raise = to.prepare('update sqlite_sequence set seq = max(seq, ?) where name = ?');
    const add = to.prepare(
      'insert into sqlite_sequence (name, seq) select ?, ? where not exists (select 1 from sqlite_sequence where name = ?)',
    );
    for (const { name, seq } of sequences) {
      raise.run(seq, name);
      add.run(name, seq, name);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

function hasRowid(database: Database, table: string): boolean {
  try {
    database.prepare(`select rowid from "${table}" limit 0`).all();
    return true;
  } catch (error) {
    if (isDamage(error)) return true;
    return false;
  }
}
