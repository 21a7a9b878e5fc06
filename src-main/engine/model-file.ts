/** A trained model's folder: what it takes to rebuild the network and to feed it as it was fed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES, type ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { networkShapeOf } from '../shared/network-shape.js';
import { decodeSafetensors, type TensorFile } from '../shared/safetensors.js';
import { LIVE, type NetworkName, type Settings } from '../shared/settings.js';
import type { Snapshot, SnapshotImage } from '../shared/snapshot.js';
import { LivePixels } from './live/live-pixels.js';
import { buildNetwork } from './models/build.js';
import type { Network } from './models/network.js';
import { networkPixels, type PixelModel } from './pixel-model.js';
import { writeWeights } from './weights.js';

export const modelFileFor = (
  snapshot: Snapshot,
  settings: Settings,
  input: ModelFile['input'],
): ModelFile => ({
  version: 1,
  network: settings.network,
  classes: snapshot.classes,
  input,
  scaleMode: settings.scaleMode,
  size: settings.size,
  padding: settings.padding,
  settings: { ...settings },
});

/** A network as `model.json` describes it, with fresh weights. */
export function networkOf(model: ModelFile): Network {
  const settings = model.settings as Settings;
  return buildNetwork({
    // Models of before these settings have neither width nor depth.
    ...networkShapeOf(model.settings),
    network: model.network as NetworkName,
    classes: model.classes.length,
    channels: model.input.count,
    seed: settings.seed,
    padding: model.padding,
    dropout: settings.dropout,
    bnMomentum: settings.bnMomentum,
    freezeEncoder: settings.freezeEncoder,
  });
}

/** @throws AppError('bad-model') when the file is missing, damaged or of a newer version. */
export function readModelFile(folder: string): ModelFile {
  const path = join(folder, RUN_FILES.model);
  let model: ModelFile;
  try {
    model = JSON.parse(readFileSync(path, 'utf8')) as ModelFile;
  } catch (cause) {
    throw new AppError('bad-model', `There is no readable model in ${folder}; name a run that was trained.`, {
      cause,
    });
  }
  if (model.version !== 1)
    throw new AppError('bad-model', `The model in ${folder} was made by a newer version; update Brushfield.`);
  return model;
}

/** A model with its best weights; disposed as a whole. @throws AppError('bad-model'). */
export function loadBest(folder: string): { model: ModelFile; pixels: PixelModel } {
  const model = readModelFile(folder);
  const weights = readBest(folder);
  if (model.network === LIVE) return { model, pixels: LivePixels.from(weights, model) };
  const network = networkOf(model);
  writeWeights(network.model, weights.tensors);
  const pixels = networkPixels(network, model);
  const dispose = () => {
    pixels.dispose();
    network.model.dispose();
  };
  return { model, pixels: { ...pixels, dispose } };
}

function readBest(folder: string): TensorFile {
  let file: Uint8Array;
  try {
    file = readFileSync(join(folder, RUN_FILES.best));
  } catch (cause) {
    throw new AppError('bad-model', `The run in ${folder} has no finished model yet; train it further.`, {
      cause,
    });
  }
  return decodeSafetensors(file);
}

/** Labelled pixels of each class over images, in class order. */
export function pixelsByClass(snapshot: Snapshot, images: readonly SnapshotImage[]): number[] {
  return snapshot.classes.map(({ value }) =>
    images.reduce((sum, image) => sum + (image.pixelsByValue[value] ?? 0), 0),
  );
}
