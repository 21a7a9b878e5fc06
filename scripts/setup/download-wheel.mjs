// @ts-check
/** Fetches one pinned wheel by pip and checks it, byte for byte, before anybody sees it under its name. */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonWithPip } from './find-python.mjs';
import { sha256OfFile } from './hashes.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const POLL_MS = 500;

/** @typedef {import('./wheels.mjs').Wheel} Wheel */

/** @param {Wheel} wheel */
export const wheelFileName = ({ name, version, tag }) => `${name.replaceAll('-', '_')}-${version}-${tag}.whl`;

/**
 * @param {Wheel} wheel
 * @param {string} folder where finished downloads are kept
 * @param {(done: number) => void} onProgress share of the bytes, 0 to 1
 * @returns {Promise<string>} absolute path of the checked wheel
 */
export async function downloadWheel(wheel, folder, onProgress) {
  const path = join(folder, wheelFileName(wheel));
  if (await isIntact(path, wheel)) return path;
  const attempt = join(folder, `attempt-${process.pid}`);
  await rm(attempt, { recursive: true, force: true });
  await mkdir(attempt, { recursive: true });
  const watch = setInterval(
    () => void bytesBelow(attempt).then((bytes) => onProgress(Math.min(1, bytes / wheel.bytes))),
    POLL_MS,
  );
  try {
    const { executable } = await pythonWithPip();
    const outcome = await runCommand(executable, pipArguments(wheel, attempt), {
      // pip's own temporary folder may be a small one in memory.
      env: { ...process.env, TMPDIR: attempt, PIP_NO_INPUT: '1' },
    });
    const fetched = (await readdir(attempt)).find((name) => name.endsWith('.whl'));
    if (outcome.code !== 0 || !fetched)
      throw new SetUpError(
        `${wheel.name} ${wheel.version} could not be fetched by pip (${lastLine(outcome.stderr)}): check the network and run this again.`,
      );
    const draft = join(attempt, fetched);
    if (!(await isIntact(draft, wheel)))
      throw new SetUpError(
        `${wheel.name} ${wheel.version} came with other bytes than expected (SHA-256): run this again, and if it repeats, ask who runs your package mirror.`,
      );
    await rename(draft, path);
    return path;
  } finally {
    clearInterval(watch);
    await rm(attempt, { recursive: true, force: true });
  }
}

/**
 * @param {Wheel} wheel
 * @param {string} destination
 */
export function pipArguments({ name, version, tag }, destination) {
  const platforms = (tag.split('-')[2] ?? '').split('.');
  return [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-cache-dir'],
    ...[
      '--only-binary=:all:',
      '--implementation',
      'cp',
      '--python-version',
      '3.11',
      '--abi',
      'cp311',
      '--abi',
      'none',
    ],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    ...['--dest', destination, `${name}==${version}`],
  ];
}

/** @param {string} path @param {Wheel} wheel */
async function isIntact(path, { bytes, sha256 }) {
  const size = await stat(path).then(
    (found) => found.size,
    () => -1,
  );
  return size === bytes && (await sha256OfFile(path)) === sha256;
}

/**
 * @param {string} folder
 * @returns {Promise<number>}
 */
async function bytesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries)
    if (entry.isFile()) {
      // Files come and go while pip works.
      const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
      bytes = Math.max(bytes, found?.size ?? 0);
    }
  return bytes;
}
