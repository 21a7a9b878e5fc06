/** Makes a project's database anew from what can still be read of it; the damaged one is kept beside it. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { AppError, isAppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listBackups, type BackupInfo } from './backup-files.js';
import { replaceDatabase } from './backup-restore.js';
import { MIGRATIONS } from './migrations.js';
import { DATABASE_FILE } from './open.js';
import { salvage } from './repair-salvage.js';

export interface Rebuilt {
  /** Sentences about what was done. */
  done: string[];
  /** The damaged file with all its companions. */
  kept: string | null;
}

const HEADER_BYTES = 100;
const MOST_FILLED_BYTES = 64e9;
const COMPANIONS = ['', '-wal', '-journal'];

/**
 * The project must be closed everywhere.
 * @throws AppError('bad-project') when nothing can be read and there is no backup; then nothing was changed
 */
export async function rebuildDatabase(
  folder: string,
  { now = new Date(), ...call }: { now?: Date } & Call<string> = {},
): Promise<Rebuilt> {
  const backup = listBackups(folder).find(isReadable) ?? null;
  const scratch = mkdtempSync(join(folder, '.brushfield-repair-'));
  try {
    const source = copyWithCompanions(join(folder, DATABASE_FILE), join(scratch, 'damaged.sqlite'));
    const target = join(scratch, 'mended.sqlite');
    try {
      const found = await salvage(source, target, {
        steps: MIGRATIONS,
        backup: backup?.path ?? null,
        ...call,
      });
      const kept = replaceDatabase(folder, target, now);
      return { kept, done: [...salvageSentences(found, backup)] };
    } catch (error) {
      if (!isAppError(error) || error.code !== 'bad-project') throw error;
      if (!backup)
        throw new AppError(
          'bad-project',
          `Nothing can be read from ${join(folder, DATABASE_FILE)} any more, and ${basename(folder)} has no backup; it was left as it is.`,
          { cause: error },
        );
      const kept = replaceDatabase(folder, backup.path, now);
      return {
        kept,
        done: [
          `Nothing could be read from ${DATABASE_FILE}, so the backup of ${backup.time} took its place: what was done since then is missing.`,
        ],
      };
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function* salvageSentences(
  { rows, incomplete, borrowed }: Awaited<ReturnType<typeof salvage>>,
  backup: BackupInfo | null,
): Generator<string> {
  const copied = Object.values(rows).reduce((sum, n) => sum + n, 0);
  yield `The database was made anew from the ${copied} rows that could be read.`;
  if (incomplete.length) yield `Some rows of ${incomplete.join(', ')} could not be read.`;
  for (const { table, image, rows: n } of borrowed)
    yield image === null
      ? `${n} of them (${table}) came from the backup of ${backup?.time ?? ''}.`
      : `${n} of them, labels of ${image}, came from the backup of ${backup?.time ?? ''}: look at it, since later changes are lost.`;
}

/** A file that was cut off is filled up with empty pages: SQLite reads nothing of one that is too short. */
function copyWithCompanions(file: string, copy: string): string {
  for (const ending of COMPANIONS)
    if (existsSync(`${file}${ending}`))
      copyFileSync(`${file}${ending}`, `${copy}${ending}`, constants.COPYFILE_FICLONE);
  const header = Buffer.alloc(HEADER_BYTES);
  const handle = openSync(copy, 'r');
  try {
    readSync(handle, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(handle);
  }
  // Bytes 16 and 28: page size (1 means 65536) and number of pages (sqlite.org/fileformat2.html).
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const wanted = pageSize * header.readUInt32BE(28);
  const { size } = statSync(copy);
  // A damaged number may say anything; empty pages take no space on most disks.
  if (pageSize >= 512 && wanted > size && wanted <= MOST_FILLED_BYTES) truncateSync(copy, wanted);
  return copy;
}

function isReadable({ path }: BackupInfo): boolean {
  try {
    const database = new SqliteDatabase(path, { readonly: true, fileMustExist: true });
    try {
      return database.pragma('quick_check(1)', { simple: true }) === 'ok';
    } finally {
      database.close();
    }
  } catch {
    return false;
  }
}
