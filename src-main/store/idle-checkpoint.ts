/**
 * Moves what was written from the WAL into the database while nobody waits for it. SQLite's own checkpoint comes in
 * the middle of a commit, every 1000 pages: with strokes of some 40 pages that is every 25th stroke, and it takes as long as
 * ten of them.
 */
import type { Database } from 'better-sqlite3';

/** 32 MB: a person who paints without a pause for this long meets one slow stroke. */
const PAGES = 8192;
const IDLE_MS = 1500;

/** @returns `wrote`, to be called after each commit, and `stop`, before closing. */
export function checkpointWhenIdle(database: Database): { wrote(): void; stop(): void } {
  database.pragma(`wal_autocheckpoint = ${PAGES}`);
  let timer: NodeJS.Timeout | undefined;
  const checkpoint = () => {
    timer = undefined;
    if (!database.open || database.inTransaction) return;
    try {
      // Passive: neither waits for readers nor makes a writer wait.
      database.pragma('wal_checkpoint(passive)');
    } catch {
      // A full disk is met, and said, by the next commit.
    }
  };
  return {
    wrote() {
      if (timer) timer.refresh();
      else timer = setTimeout(checkpoint, IDLE_MS).unref();
    },
    stop: () => clearTimeout(timer),
  };
}
