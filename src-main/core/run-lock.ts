/** Which process trains a run now, so that none is trained twice and a run whose process died is told apart. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '../shared/errors.js';
import type { Store } from '../store/open.js';
import { listRuns, updateRun, type RunRow } from '../store/runs.js';
import { diskError } from '../disk/atomic-file.js';

const LOCK_FILE = 'training.pid';

/** An engine whose parent was killed ends when its batch does; longer than this it is somebody's running training. */
const ORPHAN_MS = 15_000;
const POLL_MS = 100;

/**
 * Marks the run as trained by this process and its engine until the returned function is called. Waits for the engine
 * of a killed process to end: two of them must not write the same checkpoint.
 * @throws AppError('exists') when another living process trains it.
 */
export async function lockRun(
  folder: string,
  run: string,
  enginePid: number | undefined,
): Promise<() => void> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const { core, engine } = livingOwners(folder);
    if (core === null && engine === null) break;
    if (core !== null || waitedMs >= ORPHAN_MS)
      throw new AppError(
        'exists',
        `The run ${run} is being trained by process ${core ?? engine}; stop that first.`,
      );
    await setTimeout(POLL_MS);
  }
  const file = join(folder, LOCK_FILE);
  const token = randomUUID();
  try {
    writeFileSync(file, `${process.pid}\n${enginePid ?? ''}\n${token}\n`);
  } catch (error) {
    throw diskError(error, file);
  }
  held.add(token);
  return () => {
    held.delete(token);
    try {
      rmSync(file, { force: true });
    } catch {
      // Moved, or closed to writing: what is left says nothing, once its token is not held.
    }
  };
}

/** Locks of this process, which may live on after a file that could not be removed. */
const held = new Set<string>();

/** Whether a living process trains it. */
export const isRunning = (store: Store, run: RunRow): boolean =>
  livingOwners(join(store.folder, run.folder)).core !== null;

/** Runs that say `running` although their process is gone. */
export const deadRuns = (store: Store): RunRow[] =>
  listRuns(store).filter((run) => run.state === 'running' && !isRunning(store, run));

/** They (killed, power loss) become `failed` and can be resumed. */
export function settleDeadRuns(store: Store): RunRow[] {
  return deadRuns(store).map((run) =>
    updateRun(store, run.id, {
      state: 'failed',
      endedAt: new Date().toISOString(),
      result: { error: 'Its process ended before the training did.' },
    }),
  );
}

/** Process ids in the lock file, null for those that are gone. */
function livingOwners(folder: string): { core: number | null; engine: number | null } {
  let text: string;
  try {
    text = readFileSync(join(folder, LOCK_FILE), 'utf8');
  } catch {
    return { core: null, engine: null };
  }
  const [core, engine, token = ''] = text.split('\n');
  const pids = [core, engine].map((line) => Number.parseInt(line ?? '', 10));
  const leftOver = pids[0] === process.pid && !held.has(token);
  return { core: leftOver ? null : livingProcess(pids[0]), engine: livingProcess(pids[1]) };
}

/** Its id, null for one that is gone. */
export function livingProcess(pid: number | undefined): number | null {
  if (!pid || !(pid > 0)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // Not ours to signal, but alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}
