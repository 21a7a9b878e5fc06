// @ts-check
/** The Node that everything runs on: 24, brought by an npm package where there is one for this platform. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './places.mjs';
import { SetUpError } from './set-up-error.mjs';

export const NODE_MAJOR = 24;

/**
 * Absolute path of a Node of at least version 24.
 * @param {string} [root] checkout
 * @throws {SetUpError} on a platform without a package, when the Node in use is older
 */
export function nodeRuntime(root = checkout) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const home = join(root, 'node_modules', `node-${platform}-${process.arch}`);
  const binary = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(binary) && majorOf(packageVersion(home)) >= NODE_MAJOR) return binary;
  if (majorOf(process.versions.node) >= NODE_MAJOR) return process.execPath;
  throw new SetUpError(
    `Node ${NODE_MAJOR} is needed and no package brings it for ${process.platform}-${process.arch}: install Node ${NODE_MAJOR} or newer and run this again.`,
  );
}

/** @param {string} home */
function packageVersion(home) {
  try {
    return /** @type {string} */ (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version);
  } catch {
    return '0';
  }
}

/** @param {string} version */
const majorOf = (version) => Number.parseInt(version, 10);
