/** Which process writes results into a folder now, so that two never write the same ones. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { diskError } from '../disk/atomic-file.js';
import { AppError } from '../shared/errors.js';
import { livingProcess } from './run-lock.js';

/** A machine that died, or lost its way to the share, does not keep a folder for longer than this. */
const SILENT_MS = 120_000;
const SIGN_MS = 20_000;
/** Locks of the dead that are found one after the other. */
const MOST_TRIES = 20;

/** Locks of this process. */
const held = new Set<string>();

export interface OutputLock {
  /** Whether it is still there and ours: not where the folder is gone, or is another one in the same place. */
  holds(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Keeps `manifest` of a folder, which is made, for this process. Parts of a run (shards) have a manifest each and go on
 * beside each other. Folders lie on shares too, where one machine cannot ask for another's processes: such a lock counts
 * while it gives signs of life.
 * @throws AppError('exists') while another process writes there, 'disk' when the folder cannot be written to.
 */
export async function lockOutput(folder: string, manifest: string): Promise<OutputLock> {
  const file = join(folder, `.${manifest}.lock`);
  const token = randomUUID();
  const own = JSON.stringify({ host: hostname(), pid: process.pid, token });
  held.add(token);
  let made: string | undefined;
  try {
    await requireFree(file, folder);
    made = await mkdir(folder, { recursive: true });
    await take(file, folder, own);
  } catch (error) {
    held.delete(token);
    throw diskError(error, file);
  }
  const sign = setInterval(() => {
    const now = new Date();
    // A folder that is gone is told by the next result that has to be written.
    utimes(file, now, now).catch(() => undefined);
  }, SIGN_MS).unref();
  const holds = async () => (await textOf(file)) === own;
  return {
    holds,
    async release() {
      clearInterval(sign);
      held.delete(token);
      if (await holds()) await rm(file, { force: true }).catch(() => undefined);
      // Nothing came of it.
      if (made !== undefined) await rmdir(folder).catch(() => undefined);
    },
  };
}

const textOf = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null);
const temporaryIn = (folder: string): string =>
  join(folder, `.brushfield-${randomBytes(6).toString('hex')}.tmp`);

/** @returns the lock of somebody who is gone, or null for none. @throws AppError('exists') */
async function requireFree(file: string, folder: string): Promise<string | null> {
  const text = await textOf(file);
  const owner = text === null ? null : await ownerOf(file, text);
  if (owner === null) return text;
  throw new AppError(
    'exists',
    `${owner} writes results into ${folder} just now; wait for its end, or choose another folder. (If that is wrong, remove ${file}.)`,
  );
}

/** @throws AppError('exists') where somebody who lives has it, or takes it over just now. */
async function take(file: string, folder: string, own: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (await put(folder, file, own)) return;
    const found = await requireFree(file, folder);
    if (found !== null && (await takeOver(file, folder, found, own))) return;
  }
  throw new AppError('disk', `${file} could not be replaced; remove it.`);
}

/**
 * Replaces the lock that says `found`, of somebody who is gone. Only who holds the claim on this very lock does so, or
 * else of two that have both read it the slower one would take away the lock of the faster. A claim is a lock itself,
 * and is taken over like one.
 * @returns false where it says something else by now.
 */
async function takeOver(file: string, folder: string, found: string, own: string): Promise<boolean> {
  const claim = `${file}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`;
  const temporary = temporaryIn(folder);
  await take(claim, folder, own);
  try {
    if ((await textOf(file)) !== found) return false;
    await writeFile(temporary, own, { flag: 'wx' });
    await rename(temporary, file);
    return true;
  } finally {
    for (const name of [temporary, claim]) await rm(name, { force: true }).catch(() => undefined);
  }
}

/** Whole under its name at once. False where a lock is there already, of whomever. */
async function put(folder: string, file: string, text: string): Promise<boolean> {
  const temporary = temporaryIn(folder);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    try {
      await link(temporary, file);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw error;
      // Disks without hard links; whoever looks now may see it empty.
      await writeFile(file, text, { flag: 'wx' });
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;

/** Null where nobody who lives has it. */
async function ownerOf(file: string, text: string): Promise<string | null> {
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
