/** What a trained model computes, for writers of other formats. */
import { AppError } from '../shared/errors.js';
import type { NetworkGraph } from '../shared/network-graph.js';
import { LIVE } from '../shared/settings.js';
import { Untraceable } from './compile/untraceable.js';
import { blurKernel } from './live/blur.js';
import { HIDDEN, MEMBERS } from './live/classifier-weights.js';
import { FEATURE_HALO, SCALES } from './live/features.js';
import { networkOf, readModelFile } from './model-file.js';
import { networkLayers } from './network-layers.js';
import { haloOf } from './receptive-field.js';

/** @param folder a run's. @throws AppError('bad-model') without a readable model, or one with a layer of unknown form. */
export function networkGraph(folder: string): NetworkGraph {
  const file = readModelFile(folder);
  if (file.network === LIVE) return pixelClassifier();
  const { model, multipleOf } = networkOf(file);
  try {
    return { ...networkLayers(model), multipleOf, margin: multipleOf, haloPx: haloOf(model, multipleOf) };
  } catch (error) {
    if (!(error instanceof Untraceable)) throw error;
    throw new AppError('bad-model', `The network cannot be written for other programs: ${error.message}.`, {
      cause: error,
    });
  } finally {
    model.dispose();
  }
}

const pixelClassifier = (): NetworkGraph => ({
  kind: 'pixel-classifier',
  scales: SCALES.map((sigmaPx) => ({ sigmaPx, blur: [...blurKernel(sigmaPx)] })),
  members: MEMBERS,
  hidden: HIDDEN,
  multipleOf: 1,
  margin: 0,
  haloPx: FEATURE_HALO,
});
