/** Everything a run needs before its first step: what `auto` means for these images, network, loader, loss. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, type ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Settings } from '../shared/settings.js';
import type { Snapshot, SnapshotImage } from '../shared/snapshot.js';
import type { AugmentSettings } from './augment.js';
import type { HeldOut } from './evaluate.js';
import { padValueOf } from './intensity.js';
import { classWeightsOf, type LossOptions } from './losses.js';
import { decideInput, inputFacts, modelFileFor, pixelsByClass, type InputFacts } from './model-file.js';
import type { SampleConfig } from './samples.js';
import { readImage, readLabels, readSnapshot } from './sources.js';

export interface TrainingSetUp {
  settings: Settings;
  model: ModelFile;
  samples: SampleConfig;
  loss: LossOptions;
  heldOut: HeldOut[];
  /** Held-out images in all; more than `heldOut` when there are very many. */
  heldOutImages: number;
  /** Training images, for the length of an epoch. */
  trainImages: number;
}

/** Images looked at to decide what `auto` means. */
const MAX_LOOKED_AT = 12;
/** Held-out images, and pixels of them, that are scored again and again while training. */
const MAX_HELD_OUT = 64;
const MAX_HELD_OUT_PIXELS = 64e6;
/** Jitter of brightness and contrast where few pixels are labelled; found by measurement, see docs/engine.md. */
const SPARSE_JITTER = 0.15;
const CACHE_SHARE_OF_MEMORY = 0.2;

export async function setUpTraining(runFolder: string): Promise<TrainingSetUp> {
  const settings = JSON.parse(await readFile(join(runFolder, RUN_FILES.settings), 'utf8')) as Settings;
  const snapshotFolder = join(runFolder, RUN_FILES.snapshot);
  const snapshot = await readSnapshot(snapshotFolder);
  const train = snapshot.images.filter((image) => image.split === 'train');
  if (train.length === 0)
    throw new AppError('nothing-to-train', 'No labelled image is in the training part.');

  const every = Math.ceil(train.length / MAX_LOOKED_AT);
  const facts: InputFacts[] = [];
  for (const image of train.filter((_, i) => i % every === 0)) facts.push(inputFacts(await readImage(image)));
  const input = decideInput(facts, settings);
  const model = modelFileFor(snapshot, settings, input);
  const sparse = labelledShare(train) < 0.5;
  return {
    settings,
    model,
    samples: {
      snapshotFolder,
      snapshot,
      input,
      augment: decideAugmentation(settings, sparse, padValueOf(input)),
      focus: {
        labelled: settings.cropAt === 'labelled' || (settings.cropAt === 'auto' && sparse),
        rareShare: settings.rareShare,
      },
      seed: settings.seed,
      cacheBytes: (process.availableMemory() * CACHE_SHARE_OF_MEMORY) / settings.workers,
    },
    loss: {
      classWeights: classWeights(settings, snapshot, train),
      focalGamma: settings.focalGamma,
      diceWeight: settings.diceWeight,
    },
    heldOut: await decodeHeldOut(snapshotFolder, snapshot),
    heldOutImages: snapshot.images.filter((image) => image.split === 'val').length,
    trainImages: train.length,
  };
}

const labelledShare = (images: readonly SnapshotImage[]) => {
  const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
  const void_ = images.reduce((sum, { pixelsByValue }) => sum + (pixelsByValue[0] ?? 0), 0);
  return 1 - void_ / pixels;
};

/** Replaces −1 (choose) by what few labels need: more ways to look at the same pixels. */
const decideAugmentation = (settings: Settings, sparse: boolean, padValue: number): AugmentSettings => ({
  ...settings,
  rotation: settings.rotation < 0 ? (sparse ? 180 : 0) : settings.rotation,
  gainJitter: settings.gainJitter < 0 ? (sparse ? SPARSE_JITTER : 0) : settings.gainJitter,
  offsetJitter: settings.offsetJitter < 0 ? (sparse ? SPARSE_JITTER : 0) : settings.offsetJitter,
  padValue,
});

function classWeights(settings: Settings, snapshot: Snapshot, train: SnapshotImage[]): number[] | null {
  const weights = classWeightsOf(settings.classWeights, pixelsByClass(snapshot, train));
  if (weights && weights.length !== snapshot.classes.length)
    throw new AppError(
      'usage',
      `classWeights has ${weights.length} numbers and the project ${snapshot.classes.length} classes; give one a class.`,
    );
  return weights;
}

/** Decodes the images that are scored while training: all, or as many as cost little time and memory, evenly chosen. */
async function decodeHeldOut(folder: string, snapshot: Snapshot): Promise<HeldOut[]> {
  const heldOut: HeldOut[] = [];
  for (const entry of someOf(snapshot.images.filter((image) => image.split === 'val')))
    heldOut.push({
      id: entry.id,
      name: entry.name,
      image: await readImage(entry),
      labels: await readLabels(folder, snapshot, entry),
    });
  return heldOut;
}

function someOf(images: SnapshotImage[]): SnapshotImage[] {
  const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
  const every = Math.ceil(Math.max(images.length / MAX_HELD_OUT, pixels / MAX_HELD_OUT_PIXELS));
  return images.filter((_, i) => i % every === 0);
}
