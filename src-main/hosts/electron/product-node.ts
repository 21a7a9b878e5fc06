/** The Node that the program brings along: core and engine run on it, never on Electron's own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';

/**
 * Absolute path. `BRUSHFIELD_NODE`, which scripts/start.mjs sets, comes first: there are platforms for which no package
 * brings a Node.
 * @throws AppError('set-up') when there is none.
 */
export function productNode(): string {
  const given = process.env['BRUSHFIELD_NODE'];
  if (given && existsSync(given)) return given;
  const windows = process.platform === 'win32';
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const path = join(packageRoot(), 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  throw new AppError('set-up', `Node is missing at ${path}; run "npm run setup" in ${packageRoot()}.`);
}
