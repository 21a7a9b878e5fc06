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
  /** Of a few training images; null when none was scored. */
  train: Scores | null;
}

export type Metric = StepMetric | EpochMetric;

interface StoredMetric {
  kind: Metric['kind'];
  step: number;
  epoch: number;
  loss: number | null;
  learningRate: number;
  val: string | null;
  train: string | null;
}

/** Writes rows in one transaction; a row of the same kind and step replaces the earlier one. */
export function appendMetrics(store: Store, runId: number, rows: readonly Metric[]): void {
  const insert = store.sql(
    `insert or replace into metric (run_id, kind, step, epoch, loss, learning_rate, val, train)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  store.transaction(() => {
    for (const row of rows) {
      const [val, train] = row.kind === 'epoch' ? [json(row.val), json(row.train)] : [null, null];
      const loss = Number.isFinite(row.loss) ? row.loss : null;
      insert.run(runId, row.kind, row.step, row.epoch, loss, row.learningRate, val, train);
    }
  });
}

const json = (scores: Scores | null): string | null => (scores ? JSON.stringify(scores) : null);

/** Forgets what came after `step`: training resumes from a checkpoint there and writes those steps again. */
export const truncateMetricsAfter = (store: Store, runId: number, step: number): void =>
  void store.sql('delete from metric where run_id = ? and step > ?').run(runId, step);

/** In order of steps. */
export function metricsOf(store: Store, runId: number): { steps: StepMetric[]; epochs: EpochMetric[] } {
  const steps: StepMetric[] = [];
  const epochs: EpochMetric[] = [];
  const rows = store.sql<StoredMetric>(`${SELECT} order by step`).all(runId);
  for (const row of rows) {
    const { kind, step, epoch, loss, learningRate } = row;
    if (kind === 'step') steps.push({ kind, step, epoch, loss, learningRate });
    else epochs.push(epochOf(row));
  }
  return { steps, epochs };
}

/** Without the steps, of which there may be very many. */
export const epochsOf = (store: Store, runId: number): EpochMetric[] =>
  store.sql<StoredMetric>(`${SELECT} and kind = 'epoch' order by step`).all(runId).map(epochOf);

const SELECT = `select kind, step, epoch, loss, learning_rate as learningRate, val, train from metric where run_id = ?`;

const epochOf = ({ epoch, step, loss, learningRate, val, train }: StoredMetric): EpochMetric => ({
  kind: 'epoch',
  epoch,
  step,
  loss,
  learningRate,
  val: val ? (JSON.parse(val) as Scores) : null,
  train: train ? (JSON.parse(train) as Scores) : null,
});
