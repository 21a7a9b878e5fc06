/** Which process writes results into a folder now, so that two never write the same ones. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { diskError } from '../disk/atomic-file.js';
import { AppError } from '../shared/errors.js';
import { livingProcess } from './run-lock.js';

/** A machine that died, or lost its way to the share, does not keep a folder for longer than this. */
const SILENT_MS = 120_000;
const SIGN_MS = 20_000;

/** Locks of this process. */
const held = new Set<string>();

/**
 * Keeps `manifest` of a folder for this process until the returned function is called. Parts of a run (shards) have a
 * manifest each and go on beside each other. Folders lie on shares too, where one machine cannot ask for another's
 * processes: such a lock counts while it gives signs of life.
 * @throws AppError('exists') while another process writes there, 'disk' when the folder cannot be written to.
 */
export async function lockOutput(folder: string, manifest: string): Promise<() => Promise<void>> {
  const file = join(folder, `.${manifest}.lock`);
  const owner = await ownerOf(file);
  if (owner !== null)
    throw new AppError(
      'exists',
      `${owner} writes results into ${folder} just now; wait for its end, or choose another folder. (If that is wrong, remove ${file}.)`,
    );
  const token = randomUUID();
  let made: string | undefined;
  try {
    made = await mkdir(folder, { recursive: true });
    await writeFile(file, JSON.stringify({ host: hostname(), pid: process.pid, token }));
  } catch (error) {
    throw diskError(error, file);
  }
  held.add(token);
  const sign = setInterval(() => {
    const now = new Date();
    // A folder that is gone is told by the next result that has to be written.
    utimes(file, now, now).catch(() => undefined);
  }, SIGN_MS).unref();
  return async () => {
    clearInterval(sign);
    held.delete(token);
    await rm(file, { force: true }).catch(() => undefined);
    // Nothing came of it.
    if (made !== undefined) await rmdir(folder).catch(() => undefined);
  };
}

/** Null where nobody who lives has it. */
async function ownerOf(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  let lock: { host?: unknown; pid?: unknown; token?: unknown };
  try {
    lock = JSON.parse(text) as typeof lock;
  } catch {
    // Of a process that was killed while it wrote it.
    return null;
  }
  const { host, pid, token } = lock;
  if (host === hostname()) {
    if (pid === process.pid) return held.has(String(token)) ? 'This program' : null;
    return livingProcess(Number(pid)) === null ? null : `Process ${String(pid)}`;
  }
  const info = await stat(file).catch(() => null);
  return info && Date.now() - info.mtimeMs < SILENT_MS ? `A process on ${String(host)}` : null;
}
