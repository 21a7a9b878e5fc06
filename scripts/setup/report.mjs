// @ts-check
/** Prints, as one JSON object, what the set-up finds on this machine; changes nothing. `brushfield doctor` shows it. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { findCompiler, installedAddon, tryTensorFlow } from './addon.mjs';
import { freeBytes } from './disk-space.mjs';
import { pythons } from './find-python.mjs';
import { hasNvidiaDriver } from './gpu-driver.mjs';
import { cacheFolder } from './places.mjs';
import { damagedFiles } from './tensorflow-libraries.mjs';
import { tensorFlowIsReady } from './tensorflow.mjs';
import { readyTestPython } from './test-python.mjs';
import { TENSORFLOW_VERSION } from './wheels.mjs';

/**
 * @typedef {{
 *   cache: { folder: string, freeBytes: number },
 *   tensorflow: {
 *     wanted: string, ready: boolean, kind?: 'cpu' | 'gpu', libraries?: string, insteadOfGpu?: string,
 *     damaged: string[], trial?: { version: string, gpu: boolean }, problem?: string,
 *   },
 *   nvidiaDriver: boolean,
 *   python?: { executable: string, version: string, pip: boolean },
 *   compiler?: string,
 *   testPython?: string,
 * }} SetUpReport
 */

/** The nearest folder above that exists. @param {string} folder @returns {string} */
const existing = (folder) => (existsSync(folder) ? folder : existing(dirname(folder)));

async function tensorFlow() {
  const installed = installedAddon();
  const ready = tensorFlowIsReady();
  const damaged = ready && installed ? await damagedFiles(installed.libraries) : [];
  const state = {
    wanted: TENSORFLOW_VERSION,
    ready,
    damaged,
    ...(installed && { kind: installed.kind, libraries: installed.libraries }),
    ...(installed?.insteadOfGpu && { insteadOfGpu: installed.insteadOfGpu }),
  };
  if (!ready || damaged.length > 0) return state;
  try {
    return { ...state, trial: await tryTensorFlow() };
  } catch (error) {
    return { ...state, problem: /** @type {Error} */ (error).message };
  }
}

/** The first Python with pip, else the first. */
async function usablePython() {
  let first;
  for await (const python of pythons()) {
    if (python.pip) return python;
    first ??= python;
  }
  return first;
}

/** @returns {Promise<SetUpReport>} */
async function report() {
  const python = await usablePython();
  const compiler = await findCompiler().catch(() => undefined);
  const testPython = readyTestPython();
  return {
    cache: { folder: cacheFolder(), freeBytes: await freeBytes(existing(cacheFolder())) },
    tensorflow: await tensorFlow(),
    nvidiaDriver: hasNvidiaDriver(),
    ...(python && {
      python: { executable: python.executable, version: python.version.join('.'), pip: python.pip },
    }),
    ...(compiler && { compiler }),
    ...(testPython && { testPython }),
  };
}

process.stdout.write(`${JSON.stringify(await report())}\n`);
