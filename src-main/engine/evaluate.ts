/** Scores a model on the images of one split of a snapshot. */
import { join } from 'node:path';
import type { EvaluateParams, Evaluation, ImageScores } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import type { PixelImage } from '../shared/model.js';
import { addTally, emptyTally, scoresOf, tallyImage } from './metrics.js';
import type { Predictor } from './predict.js';
import { readImage, readLabels, readSnapshot } from './sources.js';
import type { IndexMap } from './warp.js';
import type { ModelFile } from '../shared/engine-api.js';

/** An image held out of training, decoded. */
export interface HeldOut {
  id: number;
  name: string;
  image: PixelImage;
  labels: IndexMap;
}

export interface ScoreCall extends Call<number> {
  /** Called with each image's probabilities, [H · W · classes]. */
  onProbabilities?: (id: number, values: Float32Array) => void;
}

/** Scores decoded images one after the other. */
export async function scoreImages(
  predictor: Predictor,
  model: ModelFile,
  images: AsyncIterable<HeldOut> | Iterable<HeldOut>,
  { signal, onEvent, onProbabilities }: ScoreCall = {},
): Promise<Evaluation> {
  const classes = model.classes.length;
  const total = emptyTally(classes);
  const perImage: ImageScores[] = [];
  for await (const { id, name, image, labels } of images) {
    signal?.throwIfAborted();
    const { values } = await predictor.probabilities(image, { signal });
    onProbabilities?.(id, values);
    const tally = tallyImage(labels.data, values, classes);
    addTally(total, tally);
    perImage.push({ id, name, scores: scoresOf(tally, model.classes) });
    onEvent?.(perImage.length);
  }
  return { scores: scoresOf(total, model.classes), perImage };
}

/** @throws AppError('nothing-to-train') when the split is empty, 'bad-labels' when the classes differ. */
export async function evaluateSnapshot(
  predictor: Predictor,
  model: ModelFile,
  { snapshot: folder, split }: EvaluateParams,
  call: Call<number> = {},
): Promise<Evaluation> {
  const snapshot = await readSnapshot(folder);
  const names = (classes: ModelFile['classes']) => classes.map(({ name }) => name).join(', ');
  if (names(snapshot.classes) !== names(model.classes))
    throw new AppError(
      'bad-labels',
      `The model knows the classes ${names(model.classes)} and the labels ${names(snapshot.classes)}; they must be the same.`,
    );
  const images = snapshot.images.filter((image) => image.split === split);
  if (images.length === 0)
    throw new AppError('nothing-to-train', `No labelled image is in the ${split} part.`);
  const decoded = async function* (): AsyncGenerator<HeldOut> {
    for (const entry of images) {
      const [image, labels] = await Promise.all([
        readImage(entry),
        readLabels(join(folder), snapshot, entry),
      ]);
      yield { id: entry.id, name: entry.name, image, labels };
    }
  };
  return scoreImages(predictor, model, decoded(), call);
}
