/** Which process trains a run now, so that none is trained twice and a run whose process died is told apart. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { Store } from '../store/open.js';
import { listRuns, updateRun, type RunRow } from '../store/runs.js';
import { diskError } from './atomic-file.js';

const LOCK_FILE = 'training.pid';

/**
 * Marks the run as trained by this process until the returned function is called.
 * @throws AppError('exists') when another living process trains it.
 */
export function lockRun(folder: string, run: string): () => void {
  const owner = livingOwner(folder);
  if (owner !== null)
    throw new AppError('exists', `The run ${run} is being trained by process ${owner}; stop that first.`);
  const file = join(folder, LOCK_FILE);
  try {
    writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    throw diskError(error, file);
  }
  return () => rmSync(file, { force: true });
}

/** Runs that say `running` although their process is gone (killed, power loss) become `failed`; they can be resumed. */
export function settleDeadRuns(store: Store): RunRow[] {
  return listRuns(store)
    .filter((run) => run.state === 'running' && livingOwner(join(store.folder, run.folder)) === null)
    .map((run) =>
      updateRun(store, run.id, {
        state: 'failed',
        endedAt: new Date().toISOString(),
        result: { error: 'Its process ended before the training did.' },
      }),
    );
}

function livingOwner(folder: string): number | null {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(join(folder, LOCK_FILE), 'utf8'), 10);
  } catch {
    return null;
  }
  if (!(pid > 0)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Not ours to signal, but alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}
