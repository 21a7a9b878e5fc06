/** Everything a run needs before its first step: what `auto` means for these images, network, loader, loss. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES, type ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Settings } from '../shared/settings.js';
import { scoredWhileTraining, type Snapshot, type SnapshotImage } from '../shared/snapshot.js';
import type { HeldOut } from './evaluate.js';
import { classWeightsOf, type LossOptions } from './losses.js';
import { decideInput, inputFacts, lookedAt, type InputFacts } from './input-decision.js';
import { modelFileFor, pixelsByClass } from './model-file.js';
import { decideSampling } from './sampling-decision.js';
import type { SampleConfig } from './samples.js';
import { readImage, readLabels, readSnapshot } from './sources.js';

export interface TrainingSetUp {
  settings: Settings;
  model: ModelFile;
  samples: SampleConfig;
  loss: LossOptions;
  heldOut: HeldOut[];
  /** A few training images, to be scored as the held-out ones are: how much better they are says how much is learned by heart. */
  seenAgain: HeldOut[];
  /** Held-out images in all; more than `heldOut` when there are very many. */
  heldOutImages: number;
  /** Training images, for the length of an epoch. */
  trainImages: number;
}

/** Of the pixels that are scored while training, those of training images are at most a third of the held-out ones. */
const SEEN_AGAIN_SHARE = 1 / 3;
const CACHE_SHARE_OF_MEMORY = 0.2;

export async function setUpTraining(runFolder: string): Promise<TrainingSetUp> {
  const settings = JSON.parse(await readFile(join(runFolder, RUN_FILES.settings), 'utf8')) as Settings;
  const snapshotFolder = join(runFolder, RUN_FILES.snapshot);
  const snapshot = await readSnapshot(snapshotFolder);
  const train = snapshot.images.filter((image) => image.split === 'train');
  if (train.length === 0)
    throw new AppError('nothing-to-train', 'No labelled image is in the training part.');

  const facts: InputFacts[] = [];
  for (const image of lookedAt(train)) facts.push(inputFacts(await readImage(image)));
  const input = decideInput(facts, settings);
  const model = modelFileFor(snapshot, settings, input);
  const heldOut = snapshot.images.filter((image) => image.split === 'val');
  return {
    settings,
    model,
    samples: {
      snapshotFolder,
      snapshot,
      input,
      ...decideSampling(settings, { train, input }),
      seed: settings.seed,
      cacheBytes: (process.availableMemory() * CACHE_SHARE_OF_MEMORY) / settings.workers,
    },
    loss: {
      classWeights: classWeights(settings, snapshot, train),
      focalGamma: settings.focalGamma,
      diceWeight: settings.diceWeight,
    },
    heldOut: await decoded(snapshotFolder, snapshot, scoredWhileTraining(heldOut)),
    seenAgain: await decoded(snapshotFolder, snapshot, fewOf(train, heldOut)),
    heldOutImages: heldOut.length,
    trainImages: train.length,
  };
}

function classWeights(settings: Settings, snapshot: Snapshot, train: SnapshotImage[]): number[] | null {
  const weights = classWeightsOf(settings.classWeights, pixelsByClass(snapshot, train));
  if (weights && weights.length !== snapshot.classes.length)
    throw new AppError(
      'usage',
      `classWeights has ${weights.length} numbers and the project ${snapshot.classes.length} classes; give one a class.`,
    );
  return weights;
}

async function decoded(
  folder: string,
  snapshot: Snapshot,
  images: readonly SnapshotImage[],
): Promise<HeldOut[]> {
  const result: HeldOut[] = [];
  for (const entry of images)
    result.push({
      id: entry.id,
      name: entry.name,
      image: await readImage(entry),
      labels: await readLabels(folder, snapshot, entry),
    });
  return result;
}

/** Training images, evenly chosen, that cost little beside the held-out ones; none when none is held out. */
function fewOf(train: SnapshotImage[], heldOut: readonly SnapshotImage[]): SnapshotImage[] {
  let pixels = pixelsOf(scoredWhileTraining(heldOut)) * SEEN_AGAIN_SHARE;
  const every = Math.ceil(train.length / Math.max(1, Math.floor(heldOut.length * SEEN_AGAIN_SHARE)));
  return train
    .filter((_, i) => i % every === 0)
    .filter((image, i) => (pixels -= pixelsOf([image])) >= 0 || (i === 0 && heldOut.length > 0));
}

const pixelsOf = (images: readonly SnapshotImage[]): number =>
  images.reduce((sum, { width, height }) => sum + width * height, 0);
