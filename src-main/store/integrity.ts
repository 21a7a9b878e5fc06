/** Whether everything in a project's database can be read and agrees with itself. Changes nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { checkJournal } from './integrity-journal.js';
import { checkLabels } from './integrity-labels.js';
import type { Store } from './store.js';

export type IntegrityProblem =
  /** The file's own structure: pages, rows, indices. */
  | { kind: 'file'; sentence: string }
  /** Rows that belong to a row that is not there. */
  | { kind: 'orphans'; sentence: string; table: string }
  /** A tile that does not decode to its size, or lies outside its image. */
  | { kind: 'tile'; sentence: string; layerId: number; ty: number; tx: number }
  /** Numbers that disagree with the tiles they count. */
  | { kind: 'counts'; sentence: string; layerId: number; pixelsByValue: number[]; version: number }
  /** What is kept of where a tile's labels came from. */
  | { kind: 'origin'; sentence: string; layerId: number; ty: number; tx: number }
  | { kind: 'journal'; sentence: string; layerId: number | null }
  /** A run whose folder or weights are gone: nothing here can bring them back. */
  | { kind: 'run'; sentence: string };

export interface IntegrityReport {
  ok: boolean;
  problems: IntegrityProblem[];
  checked: { images: number; tiles: number; edits: number; runs: number };
}

export interface IntegrityProgress {
  /** Share of the work that is done, 0 … 1. */
  done: number;
  text: string;
}

/** Given to each part of the check: lets others work now and then, and tells how far it is. */
export type Step = (done: number, text: string) => Promise<void>;

/** Longest time without letting others work. */
const SLICE_MS = 40;
/** SQLite stops listing after as many errors; one is enough to rebuild. */
const MOST_ERRORS = 20;

/** @throws AppError('stopped'), and 'bad-project' when not even the list of tables can be read. */
export async function checkIntegrity(
  store: Store,
  { signal, onEvent }: Call<IntegrityProgress> = {},
): Promise<IntegrityReport> {
  let slice = performance.now();
  const step: Step = async (done, text) => {
    if (performance.now() - slice < SLICE_MS) return;
    onEvent?.({ done, text });
    await setImmediate();
    if (signal?.aborted) throw new AppError('stopped', 'The check was stopped.');
    slice = performance.now();
  };
  const checked = { images: 0, tiles: 0, edits: 0, runs: 0 };
  const problems = await checkFile(store, step);
  // What lies on damaged pages cannot be asked any further.
  if (problems.length === 0) {
    checked.images = store.sql<{ n: number }>('select count(*) as n from image').get()!.n;
    problems.push(...checkReferences(store));
    const labels = await checkLabels(store, (done, text) => step(0.3 + 0.5 * done, text));
    const journal = await checkJournal(store, (done, text) => step(0.8 + 0.2 * done, text));
    const runs = checkRuns(store);
    checked.tiles = labels.tiles;
    checked.edits = journal.edits;
    checked.runs = runs.runs;
    problems.push(...labels.problems, ...journal.problems, ...runs.problems);
  }
  return { ok: problems.length === 0, problems, checked };
}

/** Table by table, so that it can be stopped in between; then what belongs to none (the list of free pages). */
async function checkFile(store: Store, step: Step): Promise<IntegrityProblem[]> {
  const tables = store
    .sql<{ name: string }>(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
    .all();
  const errors: string[] = [];
  for (const [n, { name }] of tables.entries()) {
    await step((0.2 * n) / tables.length, `Checking ${name}`);
    errors.push(...structureErrors(store, `integrity_check('${name}')`));
  }
  if (errors.length === 0) {
    await step(0.2, 'Checking pages');
    errors.push(...structureErrors(store, `quick_check(${MOST_ERRORS})`));
  }
  return errors.slice(0, MOST_ERRORS).map((error) => ({
    kind: 'file',
    sentence: `The database file is damaged: ${error}.`,
  }));
}

function structureErrors(store: Store, pragma: string): string[] {
  try {
    return store
      .sql<Record<string, string>>(`pragma ${pragma}`)
      .all()
      .flatMap((row) => Object.values(row))
      .filter((text) => text !== 'ok')
      .map((text) => text.replace(/\s*\n\s*/g, ' '));
  } catch (error) {
    const { cause, message } = error as Error;
    return [cause instanceof Error ? cause.message : message];
  }
}

function checkReferences(store: Store): IntegrityProblem[] {
  const counts = new Map<string, number>();
  for (const { table } of store.sql<{ table: string }>('pragma foreign_key_check').all())
    counts.set(table, (counts.get(table) ?? 0) + 1);
  return [...counts].map(([table, rows]) => ({
    kind: 'orphans',
    table,
    sentence: `${rows} ${rows === 1 ? 'row' : 'rows'} of ${table} ${rows === 1 ? 'belongs' : 'belong'} to nothing that is there.`,
  }));
}

function checkRuns(store: Store): { problems: IntegrityProblem[]; runs: number } {
  const runs = store
    .sql<{ name: string; folder: string; state: string }>('select name, folder, state from run')
    .all();
  const problems = runs
    .filter(
      ({ folder, state }) =>
        ['finished', 'stopped'].includes(state) && !existsSync(join(store.folder, folder)),
    )
    .map(({ name, folder }): IntegrityProblem => ({
      kind: 'run',
      sentence: `The folder ${folder} of the run ${name} is missing, so its model cannot be used; put it back from a copy.`,
    }));
  return { problems, runs: runs.length };
}
