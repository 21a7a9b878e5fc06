// @ts-check
/** Bundles the sources into out/ when they are not those it was made from. `node scripts/setup/build.mjs` does it alone. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256OfSources } from './hashes.mjs';
import { withLock } from './lock.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { checkout, checkoutKey } from './places.mjs';
import { inStep } from './progress.mjs';
import { runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';

const out = join(checkout, 'out');
const stampIn = (/** @type {string} */ folder) => join(folder, 'built-from');
const CONFIGS = ['electron.vite.config.ts', 'vite.electron.config.ts', 'svelte.config.js', 'tsconfig.json'];
const SOURCES = ['src-main', 'src-renderer', ...CONFIGS, 'package.json'];

const sourcesKey = () => sha256OfSources(checkout, [...SOURCES, 'package-lock.json']);

/** @param {string} [key] */
export const buildIsReady = (key = sourcesKey()) =>
  existsSync(stampIn(out)) && readFileSync(stampIn(out), 'utf8') === key;

/** @returns {Promise<void>} */
export async function ensureBuild() {
  if (buildIsReady()) return;
  await inStep('build', (say) =>
    withLock(
      `build-${checkoutKey}`,
      async () => {
        if (!buildIsReady()) await build();
      },
      { onWait: () => say('another set-up is at it: waiting') },
    ),
  );
}

/** Builds into a folder of its own first: a failed or interrupted build leaves the last one in use. */
async function build() {
  for (const name of await readdir(checkout))
    if (name.startsWith('out-')) await rm(join(checkout, name), { recursive: true, force: true });
  // Taken before the build: a file that changes meanwhile makes the next start build again.
  const key = sourcesKey();
  const draft = join(checkout, `out-${process.pid}`);
  const tools = join(checkout, 'node_modules');
  const quiet = ['build', '--logLevel', 'warn', '--outDir'];
  const runs = [
    [join(tools, 'electron-vite', 'bin', 'electron-vite.js'), ...quiet, draft, '--ignoreConfigWarning'],
    // CommonJS for an old Node, which electron-vite makes of neither.
    [
      join(tools, 'vite', 'bin', 'vite.js'),
      ...quiet,
      join(draft, 'electron'),
      '--config',
      'vite.electron.config.ts',
    ],
  ];
  for (const run of runs) {
    const outcome = await runCommand(nodeRuntime(), run, { cwd: checkout });
    if (outcome.code === 0) continue;
    await rm(draft, { recursive: true, force: true });
    throw new SetUpError(`The build failed:\n${outcome.stdout}${outcome.stderr}`.trimEnd());
  }
  await writeFile(stampIn(draft), key);
  const former = join(checkout, `out-${process.pid}-former`);
  if (existsSync(out)) await rename(out, former);
  await rename(draft, out);
  await rm(former, { recursive: true, force: true });
}

if (process.argv[1] && pathToFileURL(resolve(process.argv[1])).href === import.meta.url) {
  try {
    await ensureBuild();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
