// @ts-check
/** The npm packages of this checkout: `npm ci` when what is installed is not what package-lock.json says. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { sha256 } from './hashes.mjs';
import { withLock } from './lock.mjs';
import { checkout, checkoutKey } from './places.mjs';
import { inStep } from './progress.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const lockfile = join(checkout, 'package-lock.json');
const installedLockfile = join(checkout, 'node_modules', '.package-lock.json');
const stamp = join(checkout, 'node_modules', '.brushfield-packages');

/** True when the packages are those of package-lock.json. */
export function packagesAreReady() {
  const wanted = readIfThere(lockfile);
  const key = sha256(wanted);
  if (readIfThere(stamp) === key) return true;
  // After `npm install` by hand there is no stamp of ours; npm's own record, written last, says what is there.
  if (!lockfilesAgree(wanted, readIfThere(installedLockfile))) return false;
  writeStamp(key);
  return true;
}

/** @returns {Promise<void>} */
export async function ensurePackages() {
  if (packagesAreReady()) return;
  await inStep('packages (npm ci)', (say) =>
    withLock(`packages-${checkoutKey}`, install, {
      onWait: () => say('another set-up is at it: waiting'),
    }),
  );
}

/** @param {(pid: number) => void} keepLockFor */
async function install(keepLockFor) {
  if (packagesAreReady()) return;
  // Neither record may survive an interrupted installation.
  rmSync(stamp, { force: true });
  rmSync(installedLockfile, { force: true });
  // No package needs its install script here, and TensorFlow's would fetch a library of 2022.
  const outcome = await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: checkout,
    env: { ...process.env, PATH: pathWithoutOwnNode() },
    // An npm that outlives this process, when that is killed, must not meet a second one in the same folder.
    onStart: keepLockFor,
  });
  if (outcome.missing)
    throw new SetUpError('npm is needed: install Node.js 20 or newer together with npm and run this again.');
  if (outcome.code !== 0) {
    const reason = outcome.stderr.split('\n').find((line) => /error/i.test(line)) ?? lastLine(outcome.stderr);
    throw new SetUpError(
      `The packages could not be installed (${reason.trim()}): check the network and the disk, and run this again.`,
    );
  }
  writeStamp(sha256(readFileSync(lockfile)));
}

/** npm must not run on the Node it is about to replace. */
const pathWithoutOwnNode = () =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(checkout, 'node_modules') + sep))
    .join(delimiter);

/** @param {string} key */
function writeStamp(key) {
  const draft = `${stamp}.${process.pid}`;
  writeFileSync(draft, key);
  renameSync(draft, stamp);
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Whether npm's record of an installation holds exactly the packages a lockfile asks for; optional ones may be absent.
 * @param {string} wanted content of package-lock.json
 * @param {string} installed content of node_modules/.package-lock.json, empty when there is none
 */
export function lockfilesAgree(wanted, installed) {
  if (!wanted || !installed) return false;
  const expected = packagesOf(wanted);
  const actual = packagesOf(installed);
  for (const [path, entry] of Object.entries(expected)) {
    const found = actual[path];
    if (path === '' || (!found && entry.optional)) continue;
    if (!found || found.version !== entry.version || found.integrity !== entry.integrity) return false;
  }
  return Object.keys(actual).every((path) => path in expected);
}

/**
 * @param {string} text
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>}
 */
const packagesOf = (text) => JSON.parse(text).packages ?? {};
