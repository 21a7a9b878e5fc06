/** Runs taken out of a project with all their rows, and put back as they were. */
import { AppError } from '../shared/errors.js';
import { appendMetrics, metricsOf, type EpochMetric, type StepMetric } from './metrics.js';
import type { Store } from './open.js';
import { runById, type RunRow } from './runs.js';

/** A run as it was in the project. Its predictions are not kept: they can be made again. */
export interface RunCopy {
  run: RunRow;
  metrics: { steps: StepMetric[]; epochs: EpochMetric[] };
}

/** @throws AppError('not-found') */
export const copyRun = (store: Store, id: number): RunCopy => ({
  run: runById(store, id),
  metrics: metricsOf(store, id),
});

export const removeRun = (store: Store, id: number): void =>
  void store.transaction(() => store.sql('delete from run where id = ?').run(id));

/** Under its own number, which is never used again meanwhile. @throws AppError('exists') when its name was taken. */
export function putRunBack(store: Store, { run, metrics }: RunCopy): void {
  store.transaction(() => {
    if (store.sql('select 1 from run where id = ?').get(run.id)) return;
    if (store.sql('select 1 from run where name = ?').get(run.name))
      throw new AppError('exists', `There is another run named ${run.name} now; rename that one first.`);
    store
      .sql(
        `insert into run (id, name, state, folder, settings, created_at, ended_at, result, best_score)
           values (@id, @name, @state, @folder, @settings, @createdAt, @endedAt, @result, @bestScore)`,
      )
      .run({
        ...run,
        settings: JSON.stringify(run.settings),
        result: run.result === null ? null : JSON.stringify(run.result),
      });
    appendMetrics(store, run.id, [...metrics.steps, ...metrics.epochs]);
  });
}

/** @throws AppError('exists' | 'usage') for a name that another run has or that a command line could not tell apart. */
export function renameRun(store: Store, id: number, given: string): RunRow {
  const name = given.trim();
  if (!name || /[\\/:\n\r\t]/.test(name) || name === 'last')
    throw new AppError('usage', 'A run may have any name without slashes and colons, except "last".');
  return store.transaction(() => {
    const other = store.sql<{ id: number }>('select id from run where name = ?').get(name);
    if (other && other.id !== id) throw new AppError('exists', `There is another run named ${name} already.`);
    store.sql('update run set name = ? where id = ?').run(name, id);
    return runById(store, id);
  });
}
