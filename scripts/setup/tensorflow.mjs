// @ts-check
/** TensorFlow for this checkout: which kind, its libraries, the addon, and the proof that it computes. */
import { rm } from 'node:fs/promises';
import {
  addonIsReady,
  addonMustBeCompiled,
  addonPath,
  findCompiler,
  installAddon,
  installedAddon,
  tryTensorFlow,
} from './addon.mjs';
import { pythonWithPip } from './find-python.mjs';
import { hasNvidiaDriver } from './gpu-driver.mjs';
import { withLock } from './lock.mjs';
import { checkoutKey } from './places.mjs';
import { inStep } from './progress.mjs';
import { SetUpError } from './set-up-error.mjs';
import {
  damagedFiles,
  ensureLibraries,
  librariesAreReady,
  librariesFolder,
} from './tensorflow-libraries.mjs';
import { TENSORFLOW_VERSION, wheelsFor } from './wheels.mjs';

/** @typedef {import('./wheels.mjs').Kind} Kind */

/**
 * The kind that is asked for, or fits this machine, or is there already.
 * @param {Kind | undefined} asked
 * @returns {Kind}
 */
function chooseKind(asked) {
  if (asked) return asked;
  const installed = installedAddon();
  // A person who once asked for the GPU kind keeps it, and one for whom it failed is not made to wait each time.
  if (installed && (installed.kind === 'gpu' || installed.insteadOfGpu)) return installed.kind;
  return wheelsFor('gpu').length > 0 && hasNvidiaDriver() ? 'gpu' : 'cpu';
}

/** The check of every start; some milliseconds. @param {Kind} [asked] */
export function tensorFlowIsReady(asked) {
  const kind = chooseKind(asked);
  return addonIsReady(kind) && librariesAreReady(librariesFolder(kind));
}

/**
 * @param {{ kind?: Kind | undefined, verify?: boolean }} [options] `verify` reads every byte of the libraries
 * @returns {Promise<void>}
 */
export async function ensureTensorFlow({ kind: asked, verify = false } = {}) {
  if (verify) await removeDamaged(chooseKind(asked));
  if (tensorFlowIsReady(asked)) return;
  const kind = chooseKind(asked);
  if (kind === 'cpu') return install('cpu');
  try {
    await install('gpu');
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(
      `set-up: TensorFlow for the GPU is not to be had, so the CPU will be used: ${error.message}\n`,
    );
    await install('cpu', error.message);
  }
}

/**
 * @param {Kind} kind
 * @param {string} [insteadOfGpu]
 */
const install = (kind, insteadOfGpu) =>
  inStep(
    `TensorFlow ${TENSORFLOW_VERSION} (${kind}, about ${kind === 'gpu' ? '6.5' : '0.9'} GB, once)`,
    async (say) => {
      // Ask for what the last steps need before the first one downloads anything.
      if (!librariesAreReady(librariesFolder(kind))) await pythonWithPip();
      if (addonMustBeCompiled(kind)) await findCompiler();
      await ensureLibraries(kind, say);
      await withLock(`addon-${checkoutKey}`, async () => {
        // The reason is kept with the addon, so that the GPU is not tried again at every start.
        if (!addonIsReady(kind) || insteadOfGpu) await installAddon(kind, say, insteadOfGpu);
        say('trying it');
        await tryTensorFlow().catch(async (error) => {
          await rm(addonPath, { force: true });
          throw error;
        });
      });
    },
  );

/** @param {Kind} kind */
async function removeDamaged(kind) {
  const folder = librariesFolder(kind);
  const damaged = await damagedFiles(folder);
  if (damaged.length === 0) return;
  process.stderr.write(`set-up: ${damaged[0]} in ${folder} is missing or damaged: making it again\n`);
  await withLock('tensorflow', () => rm(folder, { recursive: true, force: true }));
}
