// @ts-check
/**
 * Brings everything this checkout needs: packages, Node 24, TensorFlow, the build. Runs on plain Node 20 before any
 * package is there; each step looks first and does nothing when nothing is to do.
 *
 *   node scripts/setup.mjs [--gpu | --cpu] [--verify] [--tests]
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuild } from './setup/build.mjs';
import { nodeRuntime } from './setup/node-runtime.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { SetUpError } from './setup/set-up-error.mjs';
import { ensureTensorFlow } from './setup/tensorflow.mjs';
import { ensureTestPython } from './setup/test-python.mjs';

/**
 * @typedef {{
 *   kind?: import('./setup/wheels.mjs').Kind | undefined,
 *   verify?: boolean,
 *   tensorflow?: boolean,
 *   testPython?: boolean,
 *   build?: boolean,
 * }} SetUpOptions
 * `kind`: TensorFlow's, by default what fits the machine; `verify`: read every byte of it; the others say what to
 * bring besides packages and Node, by default all but the tests' Python
 */

/**
 * @param {SetUpOptions} [options]
 * @returns {Promise<{ node: string }>} the Node to run everything on
 * @throws {SetUpError} one sentence about what is missing
 */
export async function setUp({
  kind,
  verify = false,
  tensorflow = true,
  testPython = false,
  build = true,
} = {}) {
  await ensurePackages();
  const node = nodeRuntime();
  if (tensorflow) await ensureTensorFlow({ kind, verify });
  if (testPython) await ensureTestPython();
  if (build) await ensureBuild();
  return { node };
}

/**
 * @param {readonly string[]} args
 * @returns {SetUpOptions}
 */
function optionsFrom(args) {
  const known = ['--gpu', '--cpu', '--verify', '--tests'];
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown) throw new SetUpError(`Unknown option ${unknown}: use ${known.join(', ')}.`);
  return {
    kind: args.includes('--gpu') ? 'gpu' : args.includes('--cpu') ? 'cpu' : undefined,
    verify: args.includes('--verify'),
    testPython: args.includes('--tests'),
  };
}

if (process.argv[1] && pathToFileURL(resolve(process.argv[1])).href === import.meta.url) {
  try {
    await setUp(optionsFrom(process.argv.slice(2)));
    process.stderr.write('set-up: everything is there\n');
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
