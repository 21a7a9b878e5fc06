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

/**
 * @typedef {object} Environment
 * @property {string} home folder in the user's cache
 * @property {string} requirements file of pinned packages
 * @property {number} neededBytes
 * @property {string} title
 * @property {string} imports what must be there in the end
 * @property {string[]} [fromSource] packages of which there is no wheel
 */

/** @type {Environment} */
const JUDGES = {
  home: 'test-python',
  requirements: join(checkout, 'test', 'python', 'requirements.txt'),
  neededBytes: 3.5e9,
  title: 'Python environment of the tests (about 2 GB, once)',
  imports: 'import keras, h5py, skimage, sklearn, tifffile, cv2, safetensors, onnx, onnxruntime',
};

/** Runs the workflow in examples/; its packages want other versions than the judges. @type {Environment} */
const SNAKEMAKE = {
  home: 'test-snakemake',
  requirements: join(checkout, 'test', 'python', 'snakemake-requirements.txt'),
  neededBytes: 4e8,
  title: 'Snakemake for the tests (about 100 MB, once)',
  imports: 'import snakemake',
  fromSource: ['connection_pool'],
};

const QUIETLY = ['--disable-pip-version-check'];

/** @param {Environment} environment */
const homeOf = ({ home }) => join(cacheFolder(), home);

/** @param {string} text */
const keyOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** @param {Environment} environment */
const pointerPath = (environment) =>
  join(homeOf(environment), `${keyOf(readFileSync(environment.requirements, 'utf8'))}.json`);

/**
 * The interpreter of the complete environment, or undefined when it has not been made.
 * @returns {string | undefined}
 */
export const readyTestPython = () => ready(JUDGES);

/** @param {Environment} environment */
function ready(environment) {
  try {
    const { folder } = JSON.parse(readFileSync(pointerPath(environment), 'utf8'));
    const python = interpreterIn(join(homeOf(environment), folder));
    return existsSync(python) ? python : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the environment unless it is there.
 * @returns {Promise<string>} absolute path of its interpreter
 */
export const ensureTestPython = () => ensure(JUDGES);

/**
 * Makes Snakemake's environment unless it is there.
 * @returns {Promise<string>} absolute path of its interpreter
 */
export const ensureTestSnakemake = () => ensure(SNAKEMAKE);

/** @param {Environment} environment */
async function ensure(environment) {
  const found = ready(environment);
  if (found) return found;
  const python = await pythonForTests();
  const step = announce(environment.title);
  return withLock(
    environment.home,
    async () => {
      const made =
        ready(environment) ??
        (await extended(environment, step.say)) ??
        (await make(environment, python.executable, step.say));
      step.done();
      return made;
    },
    { onWait: () => step.say('another set-up is making it: waiting') },
  );
}

/**
 * Adds what is missing to an environment of other requirements that has all the rest in the wanted versions: packages of
 * two gigabytes are not installed again for one that is new. Checkouts with the other requirements go on using it.
 * @param {Environment} environment
 * @param {(text: string) => void} say
 * @returns {Promise<string | undefined>} undefined where there is none
 */
async function extended(environment, say) {
  const home = homeOf(environment);
  const wanted = pinsOf(readFileSync(environment.requirements, 'utf8'));
  for (const folder of await foldersInUse(home)) {
    const python = interpreterIn(join(home, folder));
    if (!existsSync(python)) continue;
    const listed = await runCommand(python, ['-m', 'pip', 'list', '--format=freeze', ...QUIETLY]);
    const installed = pinsOf(listed.stdout);
    const missing = [...wanted].filter(([name]) => !installed.has(name));
    const others = [...wanted].some(([name, version]) => (installed.get(name) ?? version) !== version);
    if (listed.code !== 0 || others || missing.length > wanted.size / 2) continue;
    if (missing.length)
      await install(
        python,
        missing.map(([name, version]) => `${name}==${version}`),
        environment,
        say,
      );
    return complete(environment, folder);
  }
  return undefined;
}

/**
 * Versions by package, names spelled as Python's packaging compares them.
 * @param {string} text lines NAME==VERSION
 * @returns {Map<string, string>}
 */
const pinsOf = (text) =>
  new Map(
    [...text.matchAll(/^([\w.-]+)==(\S+)$/gm)].map(([, name = '', version = '']) => [
      name.toLowerCase().replace(/[-_.]+/g, '-'),
      version,
    ]),
  );

/**
 * @param {string} home
 * @returns {Promise<string[]>} environments that were completed
 */
async function foldersInUse(home) {
  /** @type {string[]} */
  const names = await readdir(home).catch(() => []);
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => String(JSON.parse(readFileSync(join(home, name), 'utf8')).folder));
}

/**
 * @param {Environment} environment
 * @param {string} python
 * @param {(text: string) => void} say
 */
async function make(environment, python, say) {
  const { requirements, neededBytes } = environment;
  const home = homeOf(environment);
  await mkdir(home, { recursive: true });
  const key = keyOf(readFileSync(requirements, 'utf8'));
  // What an interrupted attempt left behind; the packages it had downloaded are in pip's own cache.
  const inUse = await foldersInUse(home);
  for (const name of await readdir(home))
    if (name.startsWith(`${key}-`) && !inUse.includes(name))
      await rm(join(home, name), { recursive: true, force: true });
  await requireFreeSpace(home, neededBytes, 'the Python environment of the tests');
  const folder = `${key}-${randomBytes(4).toString('hex')}`;
  const venv = join(home, folder);
  await attempt(python, ['-m', 'venv', venv]);
  await install(interpreterIn(venv), ['-r', requirements], environment, say);
  return complete(environment, folder);
}

/**
 * @param {string} python
 * @param {string[]} packages as pip takes them
 * @param {Environment} environment
 * @param {(text: string) => void} say
 */
const install = (python, packages, { fromSource = [] }, say) =>
  attempt(
    python,
    [
      ...['-m', 'pip', 'install', '--no-deps', '--only-binary=:all:'],
      ...fromSource.map((name) => `--no-binary=${name}`),
      ...QUIETLY,
      ...packages,
    ],
    (text) => {
      const name = /^(?:Collecting|Installing collected packages)[: ]+(\S+)/m.exec(text)?.[1];
      if (name) say(name.replace(/,$/, ''));
    },
  );

/**
 * Tries the environment and says that it is there.
 * @param {Environment} environment
 * @param {string} folder
 */
async function complete(environment, folder) {
  const python = interpreterIn(join(homeOf(environment), folder));
  await attempt(python, ['-c', environment.imports]);
  const pointer = pointerPath(environment);
  const draft = `${pointer}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ folder }));
  await rename(draft, pointer);
  return python;
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
