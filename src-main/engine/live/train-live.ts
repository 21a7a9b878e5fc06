/** The classifier behind suggestions, learned once from a snapshot's labels and kept as a model like any other. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeFileThere, writeJsonThere } from '../../disk/atomic-file.js';
import { RUN_FILES, type ModelFile, type TrainEvent, type TrainResult } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { encodeSafetensors } from '../../shared/safetensors.js';
import { SNAPSHOT_FILE, type SnapshotImage } from '../../shared/snapshot.js';
import { scoreImages } from '../evaluate.js';
import { toInput, type InputImage } from '../intensity.js';
import { Predictor } from '../predict.js';
import { previewOf, previewWindow } from '../preview.js';
import { readImage, readLabels, readSnapshot } from '../sources.js';
import { deviceInfo, tf } from '../tensorflow.js';
import type { TrainingSetUp } from '../training-set-up.js';
import { LiveClassifier } from './classifier.js';
import { FeatureBank, type Rectangle } from './features.js';
import { labelledPixelsOf, type LabelledImage } from './labelled-pixels.js';
import { classifierOptions, LivePixels } from './live-pixels.js';

/** Of the budget, what reading images and computing features is told to be. */
const READING_SHARE = 0.9;

/**
 * One epoch: fits to a sample of the labelled pixels, scores the held-out images, keeps the weights. An abort before the
 * fit has ended leaves no model.
 * @throws AppError as `train`.
 */
export async function trainLive(
  { runFolder, setUp }: { runFolder: string; setUp: TrainingSetUp },
  { signal, onEvent }: Call<TrainEvent>,
): Promise<TrainResult> {
  const emit = (event: TrainEvent) => onEvent?.(event);
  const { settings, model, heldOut, seenAgain } = setUp;
  await writeJsonThere(join(runFolder, RUN_FILES.model), model);
  const classifier = new LiveClassifier(classifierOptions(model));
  const pixelModel = new LivePixels(classifier, model);
  const predictor = new Predictor(pixelModel, model);
  const started = performance.now();
  const trainedS = () => (performance.now() - started) / 1000;
  const steps: { crossEntropy: number; rate: number }[] = [];
  try {
    emit({
      kind: 'started',
      step: 0,
      parameters: classifier.parameters,
      device: deviceInfo(),
      stepsPerEpoch: settings.steps,
      totalSteps: settings.steps,
    });
    const pixels = await learnedPixels(runFolder, model, { seed: settings.seed, signal, emit });
    let before = performance.now();
    await classifier.fit(pixels, {
      steps: settings.steps,
      ...(signal && { signal }),
      onStep: (one) => {
        steps.push(one);
        const now = performance.now();
        const progress = READING_SHARE + ((1 - READING_SHARE) * steps.length) / settings.steps;
        emit({
          ...{ kind: 'step', step: steps.length, epoch: 0, stepMs: now - before, progress },
          ...{ loss: one.crossEntropy, crossEntropy: one.crossEntropy, learningRate: one.rate },
          secondsLeft: null,
        });
        before = now;
      },
    });
    const learnedS = trainedS();
    const window = previewWindow(heldOut);
    const show = (id: number, values: Float32Array) => {
      if (id !== window?.imageId) return;
      const { width } = heldOut[0]!.image;
      emit({ ...previewOf(window, values, { classes: model.classes, width }), epoch: 1 });
    };
    // What is learned is learned: a stop from here on would only cost its scores.
    const val = heldOut.length
      ? (await scoreImages(predictor, model, heldOut, { onProbabilities: show })).scores
      : null;
    const train = seenAgain.length ? (await scoreImages(predictor, model, seenAgain)).scores : null;
    const weights = pixelModel.weights();
    const metadata = { ...weights.metadata, step: String(steps.length), network: model.network };
    await writeFileThere(join(runFolder, RUN_FILES.best), encodeSafetensors({ ...weights, metadata }));
    const loss = steps.reduce((sum, one) => sum + one.crossEntropy, 0) / steps.length;
    emit({
      ...{ kind: 'epoch', epoch: 1, step: steps.length, loss, crossEntropy: loss, val, train, best: true },
      learningRate: steps.at(-1)!.rate,
      trainedS: learnedS,
      tensors: tf.memory().numTensors,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    });
    const best = val && { step: steps.length, epoch: 1, val };
    return { reason: 'budget', step: steps.length, epoch: 1, trainedS: learnedS, best };
  } catch (error) {
    if (!signal?.aborted) throw error;
    return { reason: 'stopped', step: steps.length, epoch: 0, trainedS: trainedS(), best: null };
  } finally {
    predictor.dispose();
  }
}

/** Reads each training image twice: its labels for the sample, then its pixels for the features of what was chosen. */
async function learnedPixels(
  runFolder: string,
  model: ModelFile,
  {
    seed,
    signal,
    emit,
  }: { seed: number; signal?: AbortSignal | undefined; emit: (event: TrainEvent) => void },
) {
  const folder = join(runFolder, RUN_FILES.snapshot);
  const snapshot = await readSnapshot(folder);
  const images = snapshot.images.filter(({ split }) => split === 'train');
  const bank = new FeatureBank();
  // Parts of one image come one after the other.
  let open: { image: SnapshotImage; input: InputImage } | null = null;
  const inputOf = async (image: SnapshotImage): Promise<InputImage> => {
    signal?.throwIfAborted();
    if (open?.image !== image) {
      const number = images.indexOf(image) + 1;
      emit({
        ...{ kind: 'reading', image: number, images: images.length },
        progress: (READING_SHARE * (number - 1)) / images.length,
      });
      open = null;
      open = { image, input: toInput(await readImage(image), model.input) };
    }
    return open.input;
  };
  const labelled = images.map((image): LabelledImage => ({
    ...{ width: image.width, height: image.height },
    pixelsByClass: model.classes.map(({ value }) => image.pixelsByValue[value] ?? 0),
    labels: async () => {
      signal?.throwIfAborted();
      return (await readLabels(folder, snapshot, image)).data;
    },
    features: async (part: Rectangle) => {
      const input = await inputOf(image);
      await nextTurn();
      return bank.of(input, part);
    },
  }));
  try {
    const pixels = await labelledPixelsOf(labelled, { classes: model.classes.length, seed });
    if (!pixels)
      throw new AppError('nothing-to-train', `No pixel is labelled in the images of ${SNAPSHOT_FILE}.`);
    return pixels;
  } finally {
    bank.dispose();
  }
}
