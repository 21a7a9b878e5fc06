// @ts-check
/** Where the set-up reads and writes: the checkout it belongs to and the user's cache, which every checkout shares. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Absolute path of the checkout. */
export const checkout = resolve(import.meta.dirname, '../..');

/**
 * The folder for what can be made again: TensorFlow, the tests' Python. `BRUSHFIELD_CACHE` moves it.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {string}
 */
export function cacheFolder(env = process.env, platform = process.platform) {
  if (env['BRUSHFIELD_CACHE']) return resolve(env['BRUSHFIELD_CACHE']);
  // The XDG specification asks to ignore relative paths.
  if (env['XDG_CACHE_HOME']?.startsWith('/')) return join(env['XDG_CACHE_HOME'], 'brushfield');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'brushfield');
  if (platform === 'win32' && env['LOCALAPPDATA']) return join(env['LOCALAPPDATA'], 'brushfield', 'cache');
  return join(homedir(), '.cache', 'brushfield');
}

/** Short name for this checkout, for locks that concern it alone. */
export const checkoutKey = createHash('sha256').update(checkout).digest('hex').slice(0, 12);
