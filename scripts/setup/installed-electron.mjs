// @ts-check
/** Electron's program, where npm's package has brought it: it does so by a download of its own, not with the package. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeRuntime } from './node-runtime.mjs';
import { checkout } from './places.mjs';
import { inStep } from './progress.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const home = join(checkout, 'node_modules', 'electron');

/** Absolute path of the program, or undefined when it is not there. */
export function installedElectron() {
  try {
    const wanted = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version;
    const found = readFileSync(join(home, 'dist', 'version'), 'utf8')
      .replace(/^v/, '')
      .trim();
    const program = join(home, 'dist', readFileSync(join(home, 'path.txt'), 'utf8'));
    return found === wanted && existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fetches the program, or takes it from the cache where Electron's downloads are kept; checked against the hashes in
 * npm's package.
 * @returns {Promise<string>} its absolute path
 * @throws {SetUpError} when it cannot be had
 */
export async function ensureElectron() {
  const installed = installedElectron();
  if (installed) return installed;
  return inStep('Electron (about 110 MB, once)', async () => {
    const outcome = await runCommand(nodeRuntime(), [join(home, 'install.js')]);
    const program = installedElectron();
    if (program) return program;
    const reason = outcome.stderr.split('\n').find((line) => /error/i.test(line)) ?? lastLine(outcome.stderr);
    throw new SetUpError(`Electron could not be fetched (${reason.trim()})`);
  });
}
