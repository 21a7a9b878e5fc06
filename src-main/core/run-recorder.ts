/** Keeps a run's curves in the project while it trains: in batches, and never behind a checkpoint. */
import type { TrainEvent } from '../shared/engine-api.js';
import { writtenBeside } from '../store/beside.js';
import { appendMetrics, truncateMetricsAfter, type Metric } from '../store/metrics.js';
import type { Store } from '../store/open.js';
import { updateRun } from '../store/runs.js';

const FLUSH_MS = 1000;

export interface RunRecorder {
  record(event: TrainEvent): void;
  /** Writes what is still held back. */
  flush(): void;
}

/** @param now milliseconds of a clock that never goes back */
export function createRunRecorder(store: Store, runId: number, now = () => performance.now()): RunRecorder {
  let rows: Metric[] = [];
  let bestScore: number | null = null;
  let flushedAt = now();

  const flush = () => {
    flushedAt = now();
    if (!rows.length && bestScore === null) return;
    store.transaction(() => {
      appendMetrics(store, runId, rows);
      if (bestScore !== null) updateRun(store, runId, { bestScore });
    });
    rows = [];
    bestScore = null;
  };

  return {
    flush,
    record(event) {
      switch (event.kind) {
        case 'started':
          // A resumed run goes on from its checkpoint: what was recorded after that is about to happen again.
          rows = [];
          truncateMetricsAfter(store, runId, event.step);
          break;
        case 'step': {
          const { kind, step, epoch, loss, learningRate } = event;
          rows.push({ kind, step, epoch, loss, learningRate });
          if (now() - flushedAt >= FLUSH_MS && !writtenBeside(store)) flush();
          break;
        }
        case 'epoch': {
          const { kind, step, epoch, loss, learningRate, val, train, best } = event;
          rows.push({ kind, step, epoch, loss, learningRate, val, train });
          if (best && val) bestScore = val.meanIoU;
          // Now and not later: a run that is resumed goes on behind this epoch and does not report it again.
          flush();
          break;
        }
        case 'checkpoint':
          flush();
          break;
        default:
      }
    },
  };
}
