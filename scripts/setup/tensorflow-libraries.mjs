// @ts-check
/**
 * TensorFlow's libraries and headers in the user's cache, shared by every checkout. A folder there is complete or
 * absent: it is made under another name and renamed once its manifest, which lists every file, is written.
 */
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireFreeSpace } from './disk-space.mjs';
import { downloadWheel, wheelFileName } from './download-wheel.mjs';
import { pythonWithPip } from './find-python.mjs';
import { sha256, sha256OfFile } from './hashes.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder } from './places.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';
import { KEPT_MEMBERS, TENSORFLOW_VERSION, wheelsFor } from './wheels.mjs';

/**
 * @typedef {{ path: string, bytes: number, sha256: string }} ManifestFile path relative to the folder
 * @typedef {{ version: string, kind: Kind, files: ManifestFile[] }} Manifest
 * @typedef {import('./wheels.mjs').Kind} Kind
 * @typedef {import('./wheels.mjs').Wheel} Wheel
 */

const MANIFEST = 'manifest.json';
/** Bytes on disk at the peak (downloads and what is unpacked from them) over bytes downloaded, measured. */
const GROWTH = { cpu: 4.2, gpu: 3.4 };

const homeOfAll = () => join(cacheFolder(), 'tensorflow');

/**
 * Where the libraries of one kind lie, or will lie, on this machine.
 * @param {Kind} kind
 */
export function librariesFolder(kind) {
  const pins = wheelsFor(kind).map((wheel) => wheel.sha256);
  const key = sha256(JSON.stringify([pins, KEPT_MEMBERS])).slice(0, 12);
  return join(homeOfAll(), `${TENSORFLOW_VERSION}-${kind}-${key}`);
}

/**
 * The manifest of a folder.
 * @param {string} folder
 * @returns {Manifest | undefined} undefined when there is no complete folder
 */
export function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The cheap check of every start: the manifest is there and each file has its size.
 * @param {string} folder
 */
export function librariesAreReady(folder) {
  const manifest = readManifest(folder);
  if (!manifest) return false;
  return manifest.files.every(({ path, bytes }) => {
    const found = statSync(join(folder, path), { throwIfNoEntry: false });
    return found?.size === bytes;
  });
}

/**
 * The thorough check: reads every byte.
 * @param {string} folder
 * @returns {Promise<string[]>} the files that are missing or damaged
 */
export async function damagedFiles(folder) {
  const manifest = readManifest(folder);
  if (!manifest) return [MANIFEST];
  const damaged = [];
  for (const file of manifest.files) {
    const actual = await sha256OfFile(join(folder, file.path)).catch(() => '');
    if (actual !== file.sha256) damaged.push(file.path);
  }
  return damaged;
}

/**
 * Fetches and unpacks the libraries unless they are there and intact.
 * @param {Kind} kind
 * @param {(detail: string) => void} say
 * @returns {Promise<string>} their folder
 */
export async function ensureLibraries(kind, say) {
  const folder = librariesFolder(kind);
  if (librariesAreReady(folder)) return folder;
  const wheels = wheelsFor(kind);
  if (wheels.length === 0)
    throw new SetUpError(
      `There is no TensorFlow ${TENSORFLOW_VERSION} (${kind}) for ${process.platform}-${process.arch}; use Linux x64 or arm64, or macOS arm64.`,
    );
  await withLock(
    'tensorflow',
    async () => {
      if (!librariesAreReady(folder))
        await installLibraries({ folder, kind, wheels, say, fetchWheel: downloadWheel });
    },
    { onWait: () => say('another set-up is fetching it: waiting') },
  );
  return folder;
}

/**
 * @param {{
 *   folder: string, kind: Kind, wheels: readonly Wheel[], say: (detail: string) => void,
 *   fetchWheel: typeof downloadWheel,
 * }} options
 */
export async function installLibraries({ folder, kind, wheels, say, fetchWheel }) {
  const home = join(folder, '..');
  const downloads = join(home, 'downloads');
  const attempt = `${folder}.attempt-${process.pid}`;
  await mkdir(downloads, { recursive: true });
  await removeAttempts(home);
  await removeAttempts(downloads);
  const total = wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
  await requireFreeSpace(home, total * GROWTH[kind], `TensorFlow (${kind})`);

  /** @type {string[]} */
  const paths = [];
  let before = 0;
  for (const wheel of wheels) {
    const start = before;
    const percent = (/** @type {number} */ share) =>
      say(`fetching ${wheel.name}: ${Math.floor((100 * (start + share * wheel.bytes)) / total)} %`);
    percent(0);
    paths.push(await fetchWheel(wheel, downloads, percent));
    before += wheel.bytes;
  }

  try {
    /** @type {ManifestFile[]} */
    const files = [];
    for (const path of paths) files.push(...(await unpack(path, attempt, say)));
    /** @type {Manifest} */
    const manifest = { version: TENSORFLOW_VERSION, kind, files };
    await writeFile(join(attempt, MANIFEST), JSON.stringify(manifest));
    // A folder that failed its check stands in the way.
    await rm(folder, { recursive: true, force: true });
    await rename(attempt, folder);
  } finally {
    await rm(attempt, { recursive: true, force: true });
  }
  for (const wheel of wheels) await rm(join(downloads, wheelFileName(wheel)), { force: true });
}

/** What an interrupted run left behind. @param {string} folder */
async function removeAttempts(folder) {
  for (const name of await readdir(folder))
    if (name.includes('attempt-')) await rm(join(folder, name), { recursive: true, force: true });
}

/**
 * @param {string} wheel
 * @param {string} destination
 * @param {(detail: string) => void} say
 * @returns {Promise<ManifestFile[]>}
 */
async function unpack(wheel, destination, say) {
  say('unpacking');
  const { executable } = await pythonWithPip();
  const script = join(import.meta.dirname, 'unpack_wheel.py');
  const outcome = await runCommand(executable, [script, wheel, destination, ...KEPT_MEMBERS]);
  if (outcome.code !== 0)
    throw new SetUpError(
      `TensorFlow could not be unpacked (${lastLine(outcome.stderr)}): check the disk and run this again.`,
    );
  return outcome.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
