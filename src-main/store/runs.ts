/** Training runs: what was asked for, how it ended, and where its weights are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { Store } from './open.js';

export type RunState = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed';

export interface RunRow {
  id: number;
  /** `2026-11-22-1857-unet-quick`: local time and network, unique in the project. */
  name: string;
  state: RunState;
  /** From the project's folder: `models/NAME`. */
  folder: string;
  settings: Record<string, string | number | boolean>;
  /** ISO 8601. */
  createdAt: string;
  endedAt: string | null;
  /** What the training reported at its end, as JSON. */
  result: unknown;
  /** Mean IoU on the held-out images at the best step; higher is better. Null before the first evaluation. */
  bestScore: number | null;
}

export type RunPatch = Partial<Pick<RunRow, 'state' | 'endedAt' | 'result' | 'bestScore' | 'settings'>>;

type StoredRun = Omit<RunRow, 'settings' | 'result'> & { settings: string; result: string | null };

const COLUMNS = `id, name, state, folder, settings, created_at as createdAt, ended_at as endedAt, result,
  best_score as bestScore`;

const rowOf = (stored: StoredRun): RunRow => ({
  ...stored,
  settings: JSON.parse(stored.settings) as RunRow['settings'],
  result: stored.result === null ? null : (JSON.parse(stored.result) as unknown),
});

export interface NewRun {
  network: string;
  settings: RunRow['settings'];
  /** When the run was asked for; gives its name. */
  now: Date;
}

/** Records a waiting run under a name that neither the database nor `models/` has yet. The folder is not made. */
export function createRun(store: Store, { network, settings, now }: NewRun): RunRow {
  return store.transaction(() => {
    const taken = (name: string) =>
      store.sql('select 1 from run where name = ?').get(name) !== undefined ||
      existsSync(join(store.folder, 'models', name));
    const wanted = `${stampOf(now)}-${network}`;
    let name = wanted;
    for (let n = 2; taken(name); n++) name = `${wanted}-${n}`;
    store
      .sql(`insert into run (name, state, folder, settings, created_at) values (?, 'waiting', ?, ?, ?)`)
      .run(name, `models/${name}`, JSON.stringify(settings), now.toISOString());
    return runByName(store, name);
  });
}

/** @returns the run as it is now. */
export function updateRun(store: Store, id: number, patch: RunPatch): RunRow {
  return store.transaction(() => {
    const run = { ...runById(store, id), ...patch };
    store
      .sql(
        `update run set state = @state, ended_at = @endedAt, result = @result, best_score = @bestScore,
           settings = @settings where id = @id`,
      )
      .run({
        id,
        state: run.state,
        endedAt: run.endedAt,
        result: run.result === null ? null : JSON.stringify(run.result),
        bestScore: run.bestScore,
        settings: JSON.stringify(run.settings),
      });
    return run;
  });
}

/** Oldest first. */
export const listRuns = (store: Store): RunRow[] =>
  store.sql<StoredRun>(`select ${COLUMNS} from run order by id`).all().map(rowOf);

/** @throws AppError('not-found') */
export function runById(store: Store, id: number): RunRow {
  const stored = store.sql<StoredRun>(`select ${COLUMNS} from run where id = ?`).get(id);
  if (!stored) throw new AppError('not-found', `There is no run ${id} in the project.`);
  return rowOf(stored);
}

/** @throws AppError('not-found') naming the runs there are. */
export function runByName(store: Store, name: string): RunRow {
  const stored = store.sql<StoredRun>(`select ${COLUMNS} from run where name = ?`).get(name);
  if (stored) return rowOf(stored);
  const names = listRuns(store).map((run) => run.name);
  const known = names.length ? `it has ${names.join(', ')}` : 'it has none yet';
  throw new AppError('not-found', `There is no run "${name}" in the project; ${known}.`);
}

/** The run with the best held-out score; without any score the latest that ended; null without one. */
export function bestRun(store: Store): RunRow | null {
  const stored = store
    .sql<StoredRun>(
      `select ${COLUMNS} from run where best_score is not null or state in ('finished', 'stopped')
       order by best_score is null, best_score desc, id desc limit 1`,
    )
    .get();
  return stored ? rowOf(stored) : null;
}

/** `2026-11-22-1857`, local time. */
function stampOf(now: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}`;
}
