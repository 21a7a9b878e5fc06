/** The training loop: batches in, losses out, held-out scores at the end of each epoch, files a run goes on from. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { writeJsonThere } from '../disk/atomic-file.js';
import {
  NOT_A_NUMBER,
  RUN_FILES,
  type TrainEvent,
  type TrainParams,
  type TrainResult,
} from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Scores } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { decodeSafetensors } from '../shared/safetensors.js';
import { LIVE } from '../shared/settings.js';
import { BatchLoader, type Batch } from './batches.js';
import { Budget } from './budget.js';
import { withCalibratedClasses } from './calibration.js';
import { freshProgress, loadCheckpoint, saveCheckpoint, saveWeights } from './checkpoint.js';
import { scoreImages } from './evaluate.js';
import { trainLive } from './live/train-live.js';
import { networkOf } from './model-file.js';
import { Adam } from './optimiser.js';
import { networkPixels } from './pixel-model.js';
import { Predictor } from './predict.js';
import { previewOf, previewWindow } from './preview.js';
import { learningRate } from './schedule.js';
import { withEstimatedStatistics } from './statistics.js';
import { openEventWriter } from './tensorboard.js';
import { deviceInfo, tf } from './tensorflow.js';
import { TrainingStep } from './training-step.js';
import { setUpTraining } from './training-set-up.js';
import { loadMatching } from './weights.js';

/** Training time between two checkpoints inside a long epoch. */
const CHECKPOINT_EVERY_S = 60;

/**
 * Trains until the budget is used, patience ends or `signal` aborts (honoured between two steps).
 * The best weights so far are in `best.safetensors`, all that is needed to go on in `last.safetensors`.
 * @throws AppError for what a person can mend; `training-failed` when the loss is no number any more.
 */
export async function train(
  { runFolder, resume }: TrainParams,
  call: Call<TrainEvent> = {},
): Promise<TrainResult> {
  const emit = (event: TrainEvent) => call.onEvent?.(event);
  const file = (name: keyof typeof RUN_FILES) => join(runFolder, RUN_FILES[name]);
  const setUp = await setUpTraining(runFolder);
  if (setUp.settings.network === LIVE) return trainLive({ runFolder, setUp }, call);
  const { settings, model, samples, loss, heldOut, seenAgain, trainImages } = setUp;

  const network = networkOf(model);
  if (!resume && existsSync(file('initial')))
    emit({
      kind: 'weights',
      ...loadMatching(network.model, decodeSafetensors(readFileSync(file('initial'))).tensors),
    });
  const trainingStep = new TrainingStep(network.model, settings, loss);
  const adam = new Adam(trainingStep.variables, settings);
  const progress = resume ? loadCheckpoint(file('last'), network.model, adam) : freshProgress();
  await writeJsonThere(file('model'), model);

  const budget = new Budget(settings, trainImages);
  const loader = new BatchLoader(samples, settings.batch, settings.workers, budget.totalSteps ?? Infinity);
  const board = openEventWriter(runFolder, { firstStep: progress.step + 1 });
  const predictor = new Predictor(networkPixels(network, model), model);
  const statisticsBatches = await statisticsFrom(loader, settings.reestimate, settings.batch);
  emit({
    kind: 'started',
    step: progress.step,
    parameters: network.model.countParams(),
    device: deviceInfo(),
    stepsPerEpoch: budget.stepsPerEpoch,
    totalSteps: budget.totalSteps,
  });
  if (heldOut.length < setUp.heldOutImages)
    emit({
      kind: 'message',
      text: `Scores while it trains are of ${heldOut.length} of the ${setUp.heldOutImages} held-out images; "evaluate" scores all.`,
    });

  const calibration = {
    batches: settings.calibrate ? statisticsBatches : [],
    ...{ size: settings.size, classes: model.classes.length },
  };
  const window = previewWindow(heldOut);
  const show = (id: number, values: Float32Array) => {
    if (id !== window?.imageId) return;
    const { width } = heldOut[0]!.image;
    emit({ ...previewOf(window, values, { classes: model.classes, width }), epoch: progress.epoch });
  };

  /** Scores what would be kept, averaged weights and estimated statistics, and keeps it if it is the best so far. */
  const evaluate = async (): Promise<{ val: Scores | null; train: Scores | null; best: boolean }> => {
    trainingStep.pull();
    return adam.withAverage(() =>
      withEstimatedStatistics(network.model, trainingStep, statisticsBatches, () =>
        withCalibratedClasses(network.model, calibration, async () => {
          // A stop asks for the model as it is now: the scores it needs are not cut short.
          const val = heldOut.length
            ? (await scoreImages(predictor, model, heldOut, { onProbabilities: show })).scores
            : null;
          const train = seenAgain.length ? (await scoreImages(predictor, model, seenAgain)).scores : null;
          const best = !val || !progress.best || val.loss < progress.best.val.loss;
          if (val && best) progress.best = { step: progress.step, epoch: progress.epoch, val };
          progress.sinceBest = best ? 0 : progress.sinceBest + 1;
          if (best)
            await saveWeights(file('best'), network.model, {
              step: String(progress.step),
              network: model.network,
            });
          return { val, train, best };
        }),
      ),
    );
  };
  const checkpoint = async () => {
    trainingStep.pull();
    await saveCheckpoint(file('last'), network.model, adam, progress);
    emit({ kind: 'checkpoint', step: progress.step, epoch: progress.epoch });
  };

  let saidEager = false;
  let evaluationS = 0;
  let savedS = progress.trainedS;
  let rate = settings.lr;
  const endEpoch = async () => {
    const steps = progress.step - progress.epochStart;
    const means = { loss: progress.lossSum / steps, crossEntropy: progress.entropySum / steps };
    progress.epoch++;
    const started = performance.now();
    const { val, train, best } = await evaluate();
    evaluationS = (performance.now() - started) / 1000;
    Object.assign(progress, {
      epochStart: progress.step,
      epochStartS: progress.trainedS,
      lossSum: 0,
      entropySum: 0,
    });
    board.scalars(progress.step, { 'epoch/loss': means.loss, ...(val ? scalarsOf(val) : {}) });
    board.flush();
    emit({
      kind: 'epoch',
      epoch: progress.epoch,
      step: progress.step,
      ...means,
      learningRate: rate,
      val,
      train,
      best,
      trainedS: progress.trainedS,
      tensors: tf.memory().numTensors,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    });
    // After the epoch's event: what a checkpoint covers has been told, and a resume drops what comes after it.
    await checkpoint();
    savedS = progress.trainedS;
  };

  let reason: TrainResult['reason'] = 'budget';
  try {
    while (!budget.used(progress)) {
      // Lets a stop in: each step ends with the next batch already there, and batches alone never end a turn.
      await nextTurn();
      if (call.signal?.aborted) {
        reason = 'stopped';
        break;
      }
      const started = performance.now();
      const batch = await loader.forStep(progress.step);
      rate = learningRate(settings, { progress: budget.progress(progress), epoch: progress.epoch });
      const { objective, crossEntropy } = trainingStep.run(batch, adam, { step: progress.step, rate });
      if (trainingStep.eagerBecause && !saidEager) {
        saidEager = true;
        emit({
          kind: 'message',
          text: `Each step takes longer than it could, for it cannot run as one graph: ${trainingStep.eagerBecause}.`,
        });
      }
      if (!Number.isFinite(objective)) throw notANumber(progress.step + 1, progress.best?.epoch ?? null);
      const stepMs = performance.now() - started;
      progress.step++;
      progress.trainedS += stepMs / 1000;
      progress.lossSum += objective;
      progress.entropySum += crossEntropy;
      board.scalars(progress.step, { 'step/loss': objective, 'step/learning_rate': rate });
      emit({
        kind: 'step',
        step: progress.step,
        epoch: progress.epoch,
        loss: objective,
        crossEntropy,
        learningRate: rate,
        stepMs,
        progress: budget.progress(progress),
        secondsLeft: budget.secondsLeft(progress),
      });
      if (budget.epochEnds(progress, evaluationS) || budget.used(progress)) {
        await endEpoch();
        if (settings.patience > 0 && heldOut.length > 0 && progress.sinceBest >= settings.patience) {
          reason = 'patience';
          break;
        }
      } else if (progress.trainedS - savedS > CHECKPOINT_EVERY_S) {
        await checkpoint();
        savedS = progress.trainedS;
      }
    }
    if (reason === 'stopped' && progress.step > 0) {
      await checkpoint();
      // Without a finished epoch there would be no model to keep.
      if (!existsSync(file('best'))) await evaluate();
    }
    return {
      reason,
      step: progress.step,
      epoch: progress.epoch,
      trainedS: progress.trainedS,
      best: progress.best,
    };
  } finally {
    board.close();
    await loader.close();
    predictor.dispose();
    trainingStep.dispose();
    adam.dispose();
    network.model.dispose();
  }
}

/** The crops from which the statistics of batch normalisation are estimated, the same all through the run. */
async function statisticsFrom(loader: BatchLoader, crops: number, batch: number): Promise<Batch[]> {
  const batches = Math.ceil(crops / batch);
  return Promise.all(Array.from({ length: batches }, (_, index) => loader.statistics(index, batch)));
}

function notANumber(step: number, bestEpoch: number | null): AppError {
  const kept =
    bestEpoch === null ? 'no epoch was finished before' : `the model of epoch ${bestEpoch} is kept`;
  return new AppError(
    'training-failed',
    `${NOT_A_NUMBER} at step ${step}; ${kept}. Train again with a smaller learning rate.`,
  );
}

function scalarsOf(val: Scores): Record<string, number> {
  const perClass = val.classes.flatMap(({ name, dice, iou }) => [
    [`val/dice/${name}`, dice],
    [`val/iou/${name}`, iou],
  ]);
  return { 'val/loss': val.loss, 'val/mean_iou': val.meanIoU, ...Object.fromEntries(perClass) };
}
