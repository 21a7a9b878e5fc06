/** The curves of a run: loss and learning rate a step, held-out scores an epoch. */
import type { Scores } from '../shared/model.js';
import type { Store } from './open.js';

export interface StepMetric {
  kind: 'step';
  step: number;
  epoch: number;
  /** NaN and infinities come back as null: SQLite has no such numbers. */
  loss: number | null;
  learningRate: number;
}

export interface EpochMetric {
  kind: 'epoch';
  epoch: number;
  /** The epoch's last step. */
  step: number;
  /** Mean over the epoch's steps. */
  loss: number | null;
  learningRate: number;
  /** Null when nothing was evaluated. */
  val: Scores | null;
}

export type Metric = StepMetric | EpochMetric;

interface StoredMetric {
  kind: Metric['kind'];
  step: number;
  epoch: number;
  loss: number | null;
  learningRate: number;
  val: string | null;
}

/** Writes rows in one transaction; a row of the same kind and step replaces the earlier one. */
export function appendMetrics(store: Store, runId: number, rows: readonly Metric[]): void {
  const insert = store.sql(
    `insert or replace into metric (run_id, kind, step, epoch, loss, learning_rate, val) values (?, ?, ?, ?, ?, ?, ?)`,
  );
  store.transaction(() => {
    for (const row of rows) {
      const val = row.kind === 'epoch' && row.val ? JSON.stringify(row.val) : null;
      const loss = Number.isFinite(row.loss) ? row.loss : null;
      insert.run(runId, row.kind, row.step, row.epoch, loss, row.learningRate, val);
    }
  });
}

/** Forgets what came after `step`: training resumes from a checkpoint there and writes those steps again. */
export const truncateMetricsAfter = (store: Store, runId: number, step: number): void =>
  void store.sql('delete from metric where run_id = ? and step > ?').run(runId, step);

/** In order of steps. */
export function metricsOf(store: Store, runId: number): { steps: StepMetric[]; epochs: EpochMetric[] } {
  const steps: StepMetric[] = [];
  const epochs: EpochMetric[] = [];
  const rows = store
    .sql<StoredMetric>(
      `select kind, step, epoch, loss, learning_rate as learningRate, val from metric where run_id = ? order by step`,
    )
    .all(runId);
  for (const { kind, step, epoch, loss, learningRate, val } of rows) {
    if (kind === 'step') steps.push({ kind, step, epoch, loss, learningRate });
    else
      epochs.push({ kind, epoch, step, loss, learningRate, val: val ? (JSON.parse(val) as Scores) : null });
  }
  return { steps, epochs };
}
