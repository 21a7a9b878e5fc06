/** What the first bytes of a project's file say, looked at before SQLite may change a byte of it. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../shared/errors.js';
import { guarded, remedy } from './sqlite-errors.js';

/** Tells our files from other programs' SQLite files: "BRSH". */
export const APPLICATION_ID = 0x42525348;

const HEADER_BYTES = 100;

/**
 * Files that this process has open, by device and inode. Closing any descriptor of a file drops all locks that the
 * process has on it (fcntl(2)), those of SQLite too, so such a file must never be opened beside SQLite.
 */
const openFiles = new Map<string, number>();

const keyOf = (file: string): string => {
  const { dev, ino } = statSync(file, { bigint: true });
  return `${dev}:${ino}`;
};

/** Remembers a file as open until the returned function is called. */
export function rememberOpen(file: string): () => void {
  const key = keyOf(file);
  openFiles.set(key, (openFiles.get(key) ?? 0) + 1);
  return () => {
    const left = (openFiles.get(key) ?? 1) - 1;
    if (left > 0) openFiles.set(key, left);
    else openFiles.delete(key);
  };
}

export const isOpenHere = (file: string): boolean => existsSync(file) && openFiles.has(keyOf(file));

/**
 * @param known the newest schema that this version knows
 * @returns the schema's number; the newest one for a file that this process has open
 * @throws AppError('not-found'), or 'bad-project' for a file that is foreign, damaged or newer
 */
export function checkHeader(file: string, known: number): number {
  if (!existsSync(file))
    throw new AppError(
      'not-found',
      `There is no project at ${dirname(file)}: it has no ${file.slice(dirname(file).length + 1)}.`,
    );
  // It was looked at when it was opened.
  if (isOpenHere(file)) return known;
  const header = Buffer.alloc(HEADER_BYTES);
  const read = guarded(file, () => {
    const handle = openSync(file, 'r');
    try {
      return readSync(handle, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(handle);
    }
  });
  const foreign = read < HEADER_BYTES || header.toString('latin1', 0, 16) !== 'SQLite format 3\0';
  if (foreign || header.readUInt32BE(68) !== APPLICATION_ID)
    throw new AppError(
      'bad-project',
      `${file} is not a Brushfield project or is damaged; if it was one, ${remedy(dirname(file))}.`,
    );
  const version = header.readUInt32BE(60);
  requireKnownVersion(version, known, file);
  return version;
}

/** @throws AppError('bad-project') for a schema of a newer version. */
export function requireKnownVersion(version: number, known: number, file: string): void {
  if (version > known)
    throw new AppError(
      'bad-project',
      `${file} was written by a newer version of Brushfield (schema ${version}, this one knows ${known}); update Brushfield to open it.`,
    );
}

/** Whether the file says of itself, in a whole header, that a newer version wrote it. */
export function isNewer(file: string, known: number): boolean {
  try {
    return !isOpenHere(file) && checkHeader(file, Infinity) > known;
  } catch {
    return false;
  }
}
