/**
 * Files from which a run goes on exactly: weights, optimiser moments, averaged weights and counters in one safetensors
 * file. Written beside its place, flushed, then renamed, so that a kill leaves the old one or the new one whole.
 */
import { readFileSync } from 'node:fs';
import { writeFileThere } from '../disk/atomic-file.js';
import { AppError } from '../shared/errors.js';
import type { TrainResult } from '../shared/engine-api.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../shared/safetensors.js';
import type { Adam } from './optimiser.js';
import type { LayersModel } from './tensorflow.js';
import { readWeights, writeWeights } from './weights.js';

/** Where a run stands. */
export interface Progress {
  step: number;
  /** Epochs completed. */
  epoch: number;
  /** Step at which the epoch under way began. */
  epochStart: number;
  trainedS: number;
  /** `trainedS` when the epoch under way began. */
  epochStartS: number;
  /** Sums over the steps of the epoch under way. */
  lossSum: number;
  entropySum: number;
  best: TrainResult['best'];
  /** Evaluations since the best one. */
  sinceBest: number;
}

export const freshProgress = (): Progress => ({
  step: 0,
  epoch: 0,
  epochStart: 0,
  trainedS: 0,
  epochStartS: 0,
  lossSum: 0,
  entropySum: 0,
  best: null,
  sinceBest: 0,
});

/** Prefix of the optimiser's vectors; no layer name has a colon. */
const OPTIMISER = 'optimiser:';

/** @throws AppError('disk'). */
export async function saveCheckpoint(
  path: string,
  model: LayersModel,
  adam: Adam,
  progress: Progress,
): Promise<void> {
  const tensors = readWeights(model);
  const { step, first, second, average } = adam.state();
  const vector = (data: Float32Array): NamedTensor => ({ shape: [data.length], data });
  tensors.set(`${OPTIMISER}first`, vector(first));
  tensors.set(`${OPTIMISER}second`, vector(second));
  if (average) tensors.set(`${OPTIMISER}average`, vector(average));
  const metadata = { progress: JSON.stringify(progress), optimiserStep: String(step) };
  await writeFileThere(path, encodeSafetensors({ tensors, metadata }));
}

/** @throws AppError('bad-model') when there is no whole checkpoint at `path`. */
export function loadCheckpoint(path: string, model: LayersModel, adam: Adam): Progress {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw new AppError('bad-model', 'This run has no checkpoint to go on from; start a new one.', { cause });
  }
  const { tensors, metadata } = decodeSafetensors(file);
  const vector = (name: string) => tensors.get(OPTIMISER + name)?.data ?? null;
  const [first, second] = [vector('first'), vector('second')];
  if (!first || !second || !metadata['progress'])
    throw new AppError('bad-model', 'The checkpoint of this run is damaged; start a new one.');
  writeWeights(model, tensors);
  adam.restore({ step: Number(metadata['optimiserStep']), first, second, average: vector('average') });
  return JSON.parse(metadata['progress']) as Progress;
}

/** The weights as they stand, for prediction. @throws AppError('disk'). */
export const saveWeights = (
  path: string,
  model: LayersModel,
  metadata: Record<string, string>,
): Promise<void> => writeFileThere(path, encodeSafetensors({ tensors: readWeights(model), metadata }));
