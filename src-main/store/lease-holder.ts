/** Who writes a project now: a small file beside the lock, read only to be told to people. */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';

export const HOLDER_FILE = 'lock.json';

export interface LeaseHolder {
  /** Random, one for each time that a project is opened for writing. */
  token: string;
  /** The program, as people know it: `Brushfield`, `brushfield import`. */
  as: string;
  pid: number;
  host: string;
  user: string;
  /** ISO 8601. For people: no decision rests on it. */
  since: string;
  /** It took over from a process that still has the lock, and gets that as soon as the other lets go. */
  waiting: boolean;
}

const HOLDER_BYTES = 4096;

export const newHolder = (as: string, waiting: boolean): LeaseHolder => ({
  token: randomBytes(12).toString('hex'),
  as,
  pid: process.pid,
  host: hostname(),
  user: userName(),
  since: new Date().toISOString(),
  waiting,
});

/** Null when nobody left a name, or half of one. */
export function readHolder(folder: string): LeaseHolder | null {
  try {
    const text = readFileSync(join(folder, HOLDER_FILE), 'utf8');
    if (text.length > HOLDER_BYTES) return null;
    const { token, as, pid, host, user, since, waiting } = JSON.parse(text) as Partial<LeaseHolder>;
    if (typeof token !== 'string' || typeof pid !== 'number' || typeof host !== 'string') return null;
    return {
      token,
      as: typeof as === 'string' ? as.slice(0, 100) : 'another program',
      pid,
      host: host.slice(0, 100),
      user: typeof user === 'string' ? user.slice(0, 100) : '',
      since: typeof since === 'string' ? since : '',
      waiting: waiting === true,
    };
  } catch {
    return null;
  }
}

/** Best effort: the lock holds without a name on it. */
export function writeHolder(folder: string, holder: LeaseHolder): void {
  const draft = join(folder, `.brushfield-${holder.token}.tmp`);
  try {
    writeFileSync(draft, `${JSON.stringify(holder)}\n`);
    renameSync(draft, join(folder, HOLDER_FILE));
  } catch {
    rmSync(draft, { force: true });
  }
}

export function removeHolder(folder: string, token: string): void {
  if (readHolder(folder)?.token !== token) return;
  try {
    rmSync(join(folder, HOLDER_FILE), { force: true });
  } catch {
    // A name that stays behind is told to nobody: the lock is free.
  }
}

/** `Brushfield (process 4711 on lab-pc, since 2026-11-22 14:03)` */
export function describeHolder(holder: LeaseHolder | null): string {
  if (!holder) return 'another program';
  const host = holder.host === hostname() ? '' : ` of ${holder.user} on ${holder.host}`;
  return `${holder.as} (process ${holder.pid}${host}${sinceOf(holder.since)})`;
}

/** Whether a holder of this machine still runs; one of another machine is taken to. */
export function isAlive({ pid, host }: LeaseHolder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but alive.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function sinceOf(since: string): string {
  const time = new Date(since);
  if (Number.isNaN(time.getTime())) return '';
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `, since ${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A process may run under a number that no name belongs to.
    return 'somebody';
  }
}
