/** The backups of a project: files `backups/project-YYYYMMDD-HHMMSS.sqlite`, and which of them are kept. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const BACKUP_FOLDER = 'backups';

export interface BackupInfo {
  /** `project-20261122-140355.sqlite` */
  name: string;
  /** Absolute. */
  path: string;
  /** Local time in the name: `2026-11-22 14:03:55`. Names only ever grow, even when the clock is set back. */
  time: string;
  sizeBytes: number;
}

export interface BackupRules {
  /** The newest ones that are kept whatever their age. */
  last: number;
  /** Then one a day for so many days, and one a week for so many weeks, counted from the newest backup. */
  days: number;
  weeks: number;
  /** All together; the newest one stays even if it alone is larger. */
  budgetBytes: number;
}

export const BACKUP_RULES: BackupRules = { last: 3, days: 7, weeks: 4, budgetBytes: 4e9 };

const NAME = /^project-(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})\.sqlite$/;
const DAY_MS = 86_400_000;

/** Newest first. */
export function listBackups(folder: string): BackupInfo[] {
  const backups: BackupInfo[] = [];
  for (const name of namesIn(join(folder, BACKUP_FOLDER))) {
    const parts = NAME.exec(name);
    const path = join(folder, BACKUP_FOLDER, name);
    const stats = parts && statSync(path, { throwIfNoEntry: false });
    if (!parts || !stats?.isFile()) continue;
    const [, year, month, day, hour, minute, second] = parts;
    backups.push({
      name,
      path,
      time: `${year}-${month}-${day} ${hour}:${minute}:${second}`,
      sizeBytes: stats.size,
    });
  }
  return backups.toSorted((a, b) => (a.name < b.name ? 1 : -1));
}

export const newestBackup = (folder: string): BackupInfo | null => listBackups(folder)[0] ?? null;

/** A name after all that are there: a clock that was set back must not make a new backup look old. */
export function nextBackupName(folder: string, now: Date): string {
  const newest = newestBackup(folder);
  const wanted = nameOf(now);
  return !newest || wanted > newest.name ? wanted : nameOf(new Date(timeMs(newest) + 1000));
}

/** Those that the rules no longer keep. @param backups newest first */
export function supersededBackups(backups: readonly BackupInfo[], rules: BackupRules): BackupInfo[] {
  const newest = backups[0];
  if (!newest) return [];
  const keep = new Set(backups.slice(0, rules.last));
  const oncePer = (unitDays: number, count: number) => {
    const seen = new Set<number>();
    for (const backup of backups) {
      const age = Math.floor((dayOf(newest) - dayOf(backup)) / unitDays);
      if (age >= count || seen.has(age)) continue;
      seen.add(age);
      keep.add(backup);
    }
  };
  oncePer(1, rules.days);
  oncePer(7, rules.weeks);
  let bytes = 0;
  return backups.filter((backup) => {
    if (!keep.has(backup)) return true;
    bytes += backup.sizeBytes;
    return backup !== newest && bytes > rules.budgetBytes;
  });
}

/** Best effort: what cannot be removed now is tried again after the next backup. */
export function pruneBackups(folder: string, rules: BackupRules = BACKUP_RULES): void {
  for (const { path } of supersededBackups(listBackups(folder), rules))
    try {
      rmSync(path, { force: true });
    } catch {
      // See above.
    }
}

const timeMs = ({ time }: BackupInfo): number => new Date(time.replace(' ', 'T')).getTime();

const dayOf = ({ time }: BackupInfo): number => Date.parse(time.slice(0, 10)) / DAY_MS;

function nameOf(time: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `project-${day}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}.sqlite`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
