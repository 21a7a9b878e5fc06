/** SQLite's and the disk's complaints as sentences that say what to do. */
import { dirname } from 'node:path';
import { AppError, messageOf } from '../shared/errors.js';
import { newestBackup } from './backup-files.js';

/** Runs `work` on a database file; anything that is no complaint about the file is a bug and passes through. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteError(error, file);
  }
}

/** The error as a sentence where it is a known complaint; otherwise the error itself. */
export function sqliteError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code))
    return new AppError('bad-project', `${file} is damaged; ${remedy(dirname(file))}.`, { cause: error });
  if (/^SQLITE_BUSY/.test(code))
    return new AppError('disk', `${file} is in use by another program; close that and try again.`, {
      cause: error,
    });
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return new AppError(
      'disk',
      `The disk is full, so ${file} could not be written; what was saved before is whole; free some space and try again.`,
      { cause: error },
    );
  if (/^(SQLITE_(IOERR|READONLY|CANTOPEN)|E[A-Z]+$)/.test(code))
    return new AppError(
      'disk',
      `${file} cannot be read or written (${messageOf(error)}); check free space and permissions.`,
      { cause: error },
    );
  return error;
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** What to do about a damaged project, with the newest backup by name where there is one. */
export function remedy(folder: string): string {
  const backup = newestBackup(folder);
  const repair = `"Check and repair…" in the window, or "brushfield doctor ${folder} --repair" mends what can be mended`;
  return backup ? `${repair}, also with the backup of ${backup.time} (${backup.path})` : repair;
}
