/** Puts a backup in a project's place; what was there is kept beside it. */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { AppError } from '../shared/errors.js';
import { listBackups, type BackupInfo } from './backup-files.js';
import { isOpenHere } from './file-header.js';
import { describeHolder } from './lease-holder.js';
import { requestLease } from './lease.js';
import { DATABASE_FILE } from './open.js';
import { guarded } from './sqlite-errors.js';

export interface RestoredBackup {
  backup: BackupInfo;
  /** The project's file as it was, with its companions; null when there was none. */
  kept: string | null;
}

/** The files that belong to a database and are kept with it. */
const COMPANIONS = ['', '-wal', '-journal'];

/**
 * Nothing is overwritten: the present file becomes `project.damaged-DATE.sqlite`. The project must be closed.
 * @param name of a backup; the newest one when it is missing
 * @throws AppError('not-found'), 'exists' when the project is open somewhere, 'disk'.
 */
export function restoreBackup(
  folder: string,
  { name, now = new Date() }: { name?: string; now?: Date } = {},
): RestoredBackup {
  const backups = listBackups(folder);
  const backup = name === undefined ? backups[0] : backups.find((other) => other.name === name);
  if (!backup)
    throw new AppError(
      'not-found',
      backups.length
        ? `${basename(folder)} has no backup ${name}; it has ${backups.map((other) => other.name).join(', ')}.`
        : `${basename(folder)} has no backups.`,
    );
  const kept = replaceDatabase(folder, backup.path, now);
  return { backup, kept };
}

/**
 * Copies `source` into the project's place under the lease.
 * @returns where the file is that was there; see `restoreBackup`.
 */
export function replaceDatabase(folder: string, source: string, now: Date): string | null {
  const file = join(folder, DATABASE_FILE);
  if (isOpenHere(file))
    throw new AppError('exists', `${basename(folder)} is open in this program; close it first.`);
  return guarded(file, () => {
    const lease = requestLease({ folder, as: 'brushfield doctor', takeOver: false });
    if ('holder' in lease)
      throw new AppError(
        'exists',
        `${basename(folder)} is open in ${describeHolder(lease.holder)}; close it there first.`,
      );
    const draft = join(folder, `.brushfield-restore-${process.pid}.tmp`);
    try {
      copyFileSync(source, draft, constants.COPYFILE_FICLONE);
      const handle = openSync(draft, 'r+');
      fsyncSync(handle);
      closeSync(handle);
      const kept = setAside(file, now);
      renameSync(draft, file);
      return kept;
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    } finally {
      lease.release();
    }
  });
}

/** A name beside the project's file that is not taken: `project.damaged-20261122-140355.sqlite`. */
export function damagedName(file: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const base = file.replace(/\.sqlite$/, `.damaged-${stamp}`);
  let name = `${base}.sqlite`;
  for (let n = 2; existsSync(name); n++) name = `${base}-${n}.sqlite`;
  return name;
}

/** Moves a database and its companions to `project.damaged-DATE.sqlite`. Shared memory belongs to nobody's data. */
function setAside(file: string, now: Date): string | null {
  const target = damagedName(file, now);
  let moved: string | null = null;
  // The file first: killed in between, there is no project rather than one without its latest transactions.
  for (const ending of COMPANIONS)
    if (existsSync(`${file}${ending}`)) {
      renameSync(`${file}${ending}`, `${target}${ending}`);
      moved = target;
    }
  rmSync(`${file}-shm`, { force: true });
  return moved;
}
