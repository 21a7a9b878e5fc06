// @ts-check
/**
 * What the end-to-end tests need besides Electron: a display that nobody sees, and Chromium. On Debian and Ubuntu, as
 * root, they are installed; elsewhere a sentence says what is missing.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inStep } from './progress.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

/** What Electron 22 and current Electrons load, and the programs the tests start them with. */
const LIBRARIES = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libnotify4',
  'libsecret-1-0',
];
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @param {string} name @returns {string | undefined} absolute path */
export function programOnPath(name) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The Chromium the tests run: `BRUSHFIELD_CHROMIUM`, or what is on the PATH. */
export function chromiumForTests() {
  const given = process.env['BRUSHFIELD_CHROMIUM'];
  if (given && existsSync(given)) return given;
  return CHROMIUM_NAMES.map(programOnPath).find((path) => path !== undefined);
}

const isRoot = () => process.getuid?.() === 0;
const missingPrograms = () => [
  ...(process.platform === 'linux' && !(programOnPath('xvfb-run') && programOnPath('Xvfb'))
    ? ['xvfb', 'xauth']
    : []),
  ...(chromiumForTests() ? [] : ['chromium']),
];

/** @throws {SetUpError} one sentence about what to install */
export async function ensureTestDesktop() {
  const libraries = await missingLibraries();
  const missing = [...missingPrograms(), ...libraries];
  if (missing.length === 0) return;
  const list = missing.join(' ');
  if (!isRoot() || !programOnPath('apt-get'))
    throw new SetUpError(
      process.platform === 'linux'
        ? `The end-to-end tests need ${list}: install them (Debian, Ubuntu: sudo apt-get install ${list}).`
        : 'The end-to-end tests need Chromium or Chrome: install it, or name it in BRUSHFIELD_CHROMIUM.',
    );
  await inStep(`packages for the end-to-end tests (${list})`, async (say) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    say('asking for the list of packages');
    await runCommand('apt-get', ['update', '-qq'], { env });
    say('installing');
    const outcome = await runCommand(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...missing],
      { env },
    );
    if (outcome.code !== 0 || missingPrograms().length > 0)
      throw new SetUpError(
        `The end-to-end tests need ${list}, and apt-get could not install them (${lastLine(outcome.stderr)}).`,
      );
  });
}

/** Debian's names, also where a later release has renamed one; none where dpkg is not there to ask. */
async function missingLibraries() {
  if (process.platform !== 'linux' || !programOnPath('dpkg-query')) return [];
  const outcome = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${Status}\\n']);
  const installed = outcome.stdout
    .split('\n')
    .filter((line) => line.endsWith(' installed'))
    .map((line) => line.split(' ')[0]);
  return LIBRARIES.filter((name) => !installed.includes(name) && !installed.includes(`${name}t64`));
}
