/** Makes backups by itself while a project is open: when nobody has written for a while, and not too often. */
import { messageOf } from '../shared/errors.js';
import type { BackupInfo, BackupRules } from './backup-files.js';
import { backupStore } from './backup.js';
import type { Store } from './store.js';

export interface BackupSchedule {
  /** Quiet time before a backup starts; default 20 s. */
  idleMs?: number;
  /** Between two backups; default 10 min. */
  everyMs?: number;
  rules?: BackupRules;
  onBackup?: (backup: BackupInfo) => void;
  /** A sentence, told once until a backup succeeds again. */
  onProblem?: (sentence: string) => void;
}

const IDLE_MS = 20_000;
const EVERY_MS = 600_000;

/** @returns a function that ends it; a backup under way is given up and leaves nothing behind. */
export function startBackups(store: Store, schedule: BackupSchedule = {}): () => Promise<void> {
  const { idleMs = IDLE_MS, everyMs = EVERY_MS, rules, onBackup, onProblem } = schedule;
  const stop = new AbortController();
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;
  let told = false;
  // A clock that never goes back.
  let doneAt = -Infinity;

  const work = async () => {
    try {
      const backup = await backupStore(store, { signal: stop.signal, ...(rules && { rules }) });
      told = false;
      if (backup) onBackup?.(backup);
    } catch (error) {
      if (!stop.signal.aborted && !told) onProblem?.(messageOf(error));
      told = true;
    } finally {
      doneAt = performance.now();
      busy = false;
    }
  };
  const look = () => {
    if (busy || store.access !== 'write') return;
    const now = performance.now();
    if (now - doneAt < everyMs || now - store.wroteAtMs() < idleMs) return;
    busy = true;
    underWay = work();
  };
  const timer = setInterval(look, Math.min(idleMs, everyMs, 1000)).unref();
  return async () => {
    clearInterval(timer);
    stop.abort();
    await underWay;
  };
}
