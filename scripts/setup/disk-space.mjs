// @ts-check
/** Asks for room before a large download, so that it cannot end in a half-written file. */
import { mkdir, statfs } from 'node:fs/promises';
import { SetUpError } from './set-up-error.mjs';

/**
 * Free bytes for this user on the disk that holds a folder.
 * @param {string} folder must exist
 */
export async function freeBytes(folder) {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** @param {number} bytes */
export const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * @param {string} folder made if it is missing
 * @param {number} needed bytes
 * @param {string} purpose completes "… is needed for"
 * @throws {SetUpError} when there is less
 */
export async function requireFreeSpace(folder, needed, purpose) {
  await mkdir(folder, { recursive: true });
  const free = await freeBytes(folder);
  if (free >= needed) return;
  throw new SetUpError(
    `${gigabytes(needed)} of free disk space is needed for ${purpose} but ${folder} has ${gigabytes(free)}: free some space, or set BRUSHFIELD_CACHE to a folder on a larger disk.`,
  );
}
