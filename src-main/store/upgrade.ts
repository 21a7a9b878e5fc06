/** Brings a database up to date, with a copy kept of what it was. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { AppError } from '../shared/errors.js';
import { migrate } from './migrations.js';

/**
 * @param copyAt where the database is kept as it was, e.g. `project.v1.sqlite`; null keeps none
 * @throws AppError('bad-project') when rows of the result do not fit each other.
 */
export function bringUpToDate(
  database: Database,
  steps: readonly string[],
  copyAt: ((version: number) => string) | null,
): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version >= steps.length) return;
  if (version > 0 && copyAt) keepCopy(database, copyAt(version));
  // A step that rebuilds a table drops the old one, and with foreign keys on that would remove all that hangs on its
  // rows (sqlite.org/lang_altertable.html, section 7).
  database.pragma('foreign_keys = off');
  migrate(database, steps);
  if (version > 0 && (database.pragma('foreign_key_check') as unknown[]).length > 0)
    throw new AppError(
      'bad-project',
      `${database.name} could not be brought up to date, because its rows do not fit each other; "brushfield doctor PROJECT --repair" mends that.`,
    );
  database.pragma('foreign_keys = on');
  // The new number is in the file itself, where an older version looks before it opens it.
  database.pragma('wal_checkpoint(truncate)');
}

/** Whole or not there: the copy of a killed process would otherwise be taken for one. */
function keepCopy(database: Database, copy: string): void {
  const draft = `${copy}.tmp`;
  rmSync(draft, { force: true });
  database.prepare('vacuum into ?').run(draft);
  const handle = openSync(draft, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, copy);
}
