/** Which of the programs that the end-to-end tests drive are on this machine, and what is done where one is not. */
import { describe } from 'vitest';
import { electronForTests } from '../../../scripts/setup/electron-for-tests.mjs';
import { chromiumForTests, programOnPath } from '../../../scripts/setup/test-desktop.mjs';

/** Why the desktop app cannot be driven here; null when it can. */
export function noElectron(): string | null {
  if (!electronForTests()) return 'there is no Electron: run "node scripts/setup/electron-for-tests.mjs"';
  if (process.platform === 'linux' && !programOnPath('xvfb-run'))
    return 'there is no display for it: install xvfb and xauth';
  return null;
}

/** Why a browser cannot be driven here; null when it can. */
export const noChromium = (): string | null =>
  chromiumForTests() ? null : 'there is no Chromium: install it, or name it in BRUSHFIELD_CHROMIUM';

/** Continuous integration must not pass because nothing was run. */
const mustRun = process.env['CI'] === 'true' || process.env['BRUSHFIELD_E2E'] === '1';

/** `describe` for tests that drive the desktop app: skipped aloud where it cannot run, failed in CI. */
export const describeWithElectron = (title: string, suite: () => void): void =>
  describeUnless(noElectron(), title, suite);

/** `describe` for tests that drive the page in a browser: as `describeWithElectron`. */
export const describeWithChromium = (title: string, suite: () => void): void =>
  describeUnless(noChromium(), title, suite);

function describeUnless(problem: string | null, title: string, suite: () => void): void {
  if (problem === null) describe(title, suite);
  else if (mustRun)
    describe(title, () => {
      throw new Error(`These tests must run, but ${problem}.`);
    });
  else {
    process.stderr.write(`NOT TESTED, ${title}: ${problem}.\n`);
    describe.skip(title, suite);
  }
}
