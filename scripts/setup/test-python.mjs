// @ts-check
/**
 * The tests' own Python environment (Keras, scikit-image, tifffile … as independent judges), in the user's cache,
 * keyed by the pinned requirements. `node scripts/setup/test-python.mjs` makes it and prints its interpreter.
 *
 * A virtual environment cannot be renamed (its scripts hold absolute paths), so each attempt gets a folder of its
 * own, and a small pointer file, put in place by one rename, says which one is complete.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireFreeSpace } from './disk-space.mjs';
import { pythonForTests } from './find-python.mjs';
import { withLock } from './lock.mjs';
import { cacheFolder, checkout } from './places.mjs';
import { announce } from './progress.mjs';
import { lastLine, runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const REQUIREMENTS = join(checkout, 'test', 'python', 'requirements.txt');
const NEEDED_BYTES = 3.5e9;

const homeOfAll = () => join(cacheFolder(), 'test-python');

/** @param {string} text */
const keyOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

const pointerPath = () => join(homeOfAll(), `${keyOf(readFileSync(REQUIREMENTS, 'utf8'))}.json`);

/**
 * The interpreter of the complete environment, or undefined when it has not been made.
 * @returns {string | undefined}
 */
export function readyTestPython() {
  try {
    const { folder } = JSON.parse(readFileSync(pointerPath(), 'utf8'));
    const python = interpreterIn(join(homeOfAll(), folder));
    return existsSync(python) ? python : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the environment unless it is there.
 * @returns {Promise<string>} absolute path of its interpreter
 */
export async function ensureTestPython() {
  const ready = readyTestPython();
  if (ready) return ready;
  const python = await pythonForTests();
  const step = announce('Python environment of the tests (about 2 GB, once)');
  return withLock(
    'test-python',
    async () => {
      const made = readyTestPython() ?? (await make(python.executable, step.say));
      step.done();
      return made;
    },
    { onWait: () => step.say('another set-up is making it: waiting') },
  );
}

/**
 * @param {string} python
 * @param {(text: string) => void} say
 */
async function make(python, say) {
  const home = homeOfAll();
  await mkdir(home, { recursive: true });
  const pointer = pointerPath();
  const key = keyOf(readFileSync(REQUIREMENTS, 'utf8'));
  // What an interrupted attempt left behind; the packages it had downloaded are in pip's own cache.
  for (const name of await readdir(home))
    if (name.startsWith(`${key}-`)) await rm(join(home, name), { recursive: true, force: true });
  await requireFreeSpace(home, NEEDED_BYTES, 'the Python environment of the tests');
  const folder = `${key}-${randomBytes(4).toString('hex')}`;
  const venv = join(home, folder);
  await attempt(python, ['-m', 'venv', venv]);
  await attempt(
    interpreterIn(venv),
    [
      '-m',
      'pip',
      'install',
      '--no-deps',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '-r',
      REQUIREMENTS,
    ],
    (text) => {
      const name = /^(?:Collecting|Installing collected packages)[: ]+(\S+)/m.exec(text)?.[1];
      if (name) say(name.replace(/,$/, ''));
    },
  );
  await attempt(interpreterIn(venv), [
    '-c',
    'import keras, h5py, skimage, sklearn, tifffile, cv2, safetensors',
  ]);
  const draft = `${pointer}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ folder }));
  await rename(draft, pointer);
  return interpreterIn(venv);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {(text: string) => void} [onOutput]
 */
async function attempt(command, args, onOutput) {
  const outcome = await runCommand(command, args, onOutput ? { onOutput } : {});
  if (outcome.code === 0) return;
  throw new SetUpError(
    `The Python environment of the tests could not be made: ${lastLine(outcome.stderr || outcome.stdout)}`,
  );
}

/** @param {string} venv */
const interpreterIn = (venv) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');

if (process.argv[1] && pathToFileURL(resolve(process.argv[1])).href === import.meta.url) {
  try {
    process.stdout.write(`${await ensureTestPython()}\n`);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
