// @ts-check
/**
 * The addon between Node and TensorFlow, compiled from the npm package's own sources and our functions for whole graphs
 * against the libraries in the cache. It is kept beside them, so that another checkout only copies it.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256, sha256OfSources } from './hashes.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { checkout } from './places.mjs';
import { runCommand } from './run-command.mjs';
import { SetUpError } from './set-up-error.mjs';
import { librariesFolder } from './tensorflow-libraries.mjs';

/** @typedef {import('./wheels.mjs').Kind} Kind */

const tfjsPackage = join(checkout, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
const nodeHeaders = join(checkout, 'node_modules', 'node-api-headers', 'include');

/** Where tfjs-node looks for it. */
export const addonPath = join(tfjsPackage, 'lib', 'napi-v8', 'tfjs_binding.node');
const stampPath = join(tfjsPackage, 'lib', 'napi-v8', 'installed.json');

const COMPILERS = ['c++', 'g++', 'clang++'];
const ours = join(checkout, 'scripts', 'setup', 'addon');
// graph_functions.cc includes the package's tfjs_binding.cc, to add to its table of functions.
const SOURCES = [join(ours, 'graph_functions.cc'), join(tfjsPackage, 'binding', 'tfjs_backend.cc')];

/**
 * What decides the result, apart from the sources.
 * @param {string} libraries folder of TensorFlow's libraries
 */
function compilerFlags(libraries) {
  const tensorflow = join(libraries, 'tensorflow');
  const linked =
    process.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-ltensorflow_cc.2', '-ltensorflow_framework.2']
      : ['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  return [
    ...['-std=c++17', '-O2', '-shared', '-fPIC'],
    ...['-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
    ...['-I', join(tensorflow, 'include'), '-L', tensorflow, ...linked, `-Wl,-rpath,${tensorflow}`],
  ];
}

/** Changes with the sources, the flags and the place of the libraries, not with the checkout. @param {Kind} kind */
function addonKey(kind) {
  const sources = [sha256OfSources(tfjsPackage, ['binding']), sha256OfSources(ours, ['graph_functions.cc'])];
  return sha256(JSON.stringify([sources, compilerFlags(librariesFolder(kind))])).slice(0, 12);
}

/**
 * @typedef {{ key: string, kind: Kind, libraries: string, bytes: number, insteadOfGpu?: string }} Installed
 * `insteadOfGpu`: why the CPU kind is there although a GPU was asked for
 */

/**
 * What was installed in this checkout.
 * @returns {Installed | undefined}
 */
export function installedAddon() {
  try {
    return JSON.parse(readFileSync(stampPath, 'utf8'));
  } catch {
    return undefined;
  }
}

/** True when the addon of this checkout is the one for these sources and libraries. @param {Kind} kind */
export function addonIsReady(kind) {
  const installed = installedAddon();
  const found = statSync(addonPath, { throwIfNoEntry: false });
  return installed?.kind === kind && installed.bytes === found?.size && installed.key === addonKey(kind);
}

/**
 * A C++ compiler, or a sentence.
 * @returns {Promise<string>}
 */
export async function findCompiler() {
  for (const name of COMPILERS) if ((await runCommand(name, ['--version'])).code === 0) return name;
  throw new SetUpError(
    process.platform === 'darwin'
      ? 'A C++ compiler is needed: run xcode-select --install, then this again.'
      : 'A C++ compiler is needed to connect TensorFlow: install g++ (Debian, Ubuntu: apt install g++) and run this again.',
  );
}

/** Whether the addon must be compiled, for which a compiler is needed. @param {Kind} kind */
export const addonMustBeCompiled = (kind) => !existsSync(keptAddon(kind));

/** @param {Kind} kind */
const keptAddon = (kind) => join(librariesFolder(kind), `addon-${addonKey(kind)}.node`);

/**
 * @param {Kind} kind
 * @param {(detail: string) => void} say
 * @param {string} [insteadOfGpu]
 */
export async function installAddon(kind, say, insteadOfGpu) {
  const kept = keptAddon(kind);
  if (!existsSync(kept)) {
    say('compiling the addon');
    await compile(librariesFolder(kind), kept);
  }
  await mkdir(dirname(addonPath), { recursive: true });
  // Without its stamp, what is being replaced counts as not installed.
  await rm(stampPath, { force: true });
  const draft = `${addonPath}.${process.pid}`;
  await copyFile(kept, draft);
  await rename(draft, addonPath);
  /** @type {Installed} */
  const installed = {
    key: addonKey(kind),
    kind,
    libraries: librariesFolder(kind),
    bytes: statSync(addonPath).size,
    ...(insteadOfGpu ? { insteadOfGpu } : {}),
  };
  const stampDraft = `${stampPath}.${process.pid}`;
  await writeFile(stampDraft, JSON.stringify(installed));
  await rename(stampDraft, stampPath);
}

/**
 * @param {string} libraries
 * @param {string} target
 */
async function compile(libraries, target) {
  const draft = `${target}.${process.pid}`;
  const outcome = await runCommand(await findCompiler(), [
    // Sources first: the linker looks for what they need in the libraries that follow.
    ...['-I', nodeHeaders, '-I', tfjsPackage, '-I', join(tfjsPackage, 'binding'), ...SOURCES],
    ...compilerFlags(libraries),
    ...['-o', draft],
  ]);
  if (outcome.code !== 0) {
    await rm(draft, { force: true });
    const reason = outcome.stderr.split('\n').find((line) => /error|cannot/i.test(line)) ?? 'no message';
    throw new SetUpError(
      `TensorFlow's addon could not be compiled (${reason.trim()}): check that g++ 9 or newer and its standard library are installed.`,
    );
  }
  await rename(draft, target);
}

const PROBE = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value == null;
util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node-gpu');
const product = tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
if (product[0] !== 3) throw new Error('a product of matrices came out wrong');
console.log(JSON.stringify({ version: tf.backend().binding.TF_Version, gpu: tf.backend().isUsingGpuDevice }));`;

/**
 * Loads the installed TensorFlow in a process of its own and computes with it.
 * @returns {Promise<{ version: string, gpu: boolean }>}
 * @throws {SetUpError} when it does not load or compute
 */
export async function tryTensorFlow() {
  const outcome = await runCommand(nodeRuntime(), ['-e', PROBE], {
    cwd: checkout,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
  });
  const answer = outcome.stdout.split('\n').find((line) => line.startsWith('{'));
  if (outcome.code === 0 && answer) return JSON.parse(answer);
  const reason =
    outcome.stderr.split('\n').find((line) => /Error/.test(line)) ?? `exit ${outcome.code ?? outcome.signal}`;
  throw new SetUpError(`TensorFlow was installed but does not run on this machine (${reason.trim()}).`);
}
