// @ts-check
/**
 * One set-up at a time per name. The lock only saves double work: whatever is made under it is made in a folder
 * of its own and put in place by one rename, so that a lock lost to a crash can never damage anything.
 */
import { writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cacheFolder } from './places.mjs';

const HEARTBEAT_MS = 2_000;
/** Far above the heartbeat: a busy machine must not lose its lock. Another machine is known by its heartbeat alone. */
const SILENT_ELSEWHERE_MS = 60_000;
/** Here the process number tells, unless it has meanwhile been given to another process. */
const SILENT_HERE_MS = 600_000;
const POLL_MS = 250;

/**
 * Runs `work` while holding the named lock; waits for another holder, and takes over from a dead one.
 * @template T
 * @param {string} name file-name safe
 * @param {(keepFor: (pid: number) => void) => Promise<T>} work may name a child process that must end before anybody
 *   else begins, even if this process is killed
 * @param {{ folder?: string, onWait?: () => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(name, work, { folder = join(cacheFolder(), 'locks'), onWait } = {}) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  const owner = `${hostname()} ${process.pid}`;
  for (let waits = 0; !(await claim(path, owner)); waits++) {
    if (waits === 0) onWait?.();
    await removeIfDead(path);
    await pause(POLL_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  try {
    return await work((pid) => writeFileSync(path, `${owner} ${pid}`));
  } finally {
    clearInterval(heartbeat);
    if ((await ownerOf(path)).startsWith(owner)) await rm(path, { force: true });
  }
}

/** @param {string} path @param {string} owner */
async function claim(path, owner) {
  try {
    await writeFile(path, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path */
const ownerOf = (path) => readFile(path, 'utf8').catch(() => '');

/** @param {string} path */
async function removeIfDead(path) {
  const [host, ...pids] = (await ownerOf(path)).split(' ');
  const age = await stat(path).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  const here = host === hostname();
  const alive = here ? pids.some((pid) => isAlive(Number(pid))) : true;
  if (alive && age <= (here ? SILENT_HERE_MS : SILENT_ELSEWHERE_MS)) return;
  // Renaming lets exactly one of several waiters take the dead lock away.
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).then(
    () => rm(aside, { force: true }),
    () => {},
  );
}

/** @param {number} pid */
function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
