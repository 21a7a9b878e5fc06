/** What the calls that train and predict may be given: the other half of `validate.ts`. */
import type { LiveApi } from '../../shared/app-api-live.js';
import type { PredictionsApi, PredictionRegion } from '../../shared/app-api-predictions.js';
import { BATCH_FILE_STATES, type BatchApi } from '../../shared/app-api-batch.js';
import { RUN_EXPORT_FORMATS, TRAINING_GOALS, type TrainingApi } from '../../shared/app-api-training.js';
import { LARGEST_AREA_PX, LARGEST_SMOOTHING_PX } from '../../shared/clean-up.js';
import { MAX_CLASSES } from '../../shared/model.js';
import {
  finite,
  integer,
  list,
  object,
  oneOf,
  orNull,
  path,
  record,
  text,
  within,
  yesOrNo,
  type Check,
} from './checks.js';

type Calls = TrainingApi & PredictionsApi & LiveApi & BatchApi;

const id = integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const run = object({ run: id });
const batch = object({ batch: id });
const nothing = object({});
const classValues = list(integer({ min: 1, max: MAX_CLASSES }), { min: 1, max: MAX_CLASSES });
/** Larger than any image that can be opened. */
const px = integer({ min: 0, max: 1 << 20 });
const side = integer({ min: 1, max: 1 << 20 });
const part = integer({ min: 1, max: 1024 });

const settingValue: Check<string | number | boolean> = (value, what) => {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? text({ max: 1000 })(value, what) : finite(value, what);
};

const structure: Check<'auto' | number> = (value, what) =>
  value === 'auto' ? value : within({ min: 1, max: 10_000 })(value, what);

const cleanUp = object(
  {},
  {
    region: object({ x: px, y: px, width: side, height: side }),
    smooth: within({ min: 1, max: LARGEST_SMOOTHING_PX }),
    fillHoles: yesOrNo,
    split: yesOrNo,
    minArea: integer({ min: 0, max: LARGEST_AREA_PX }),
    wholeOnly: yesOrNo,
  },
);

/** Whether names and values are settings is told with a sentence of its own: see `resolveSettings`. */
const choice = object({
  goal: oneOf(TRAINING_GOALS),
  structure,
  classes: orNull(classValues),
  settings: record(settingValue, { max: 200 }),
  weights: path,
  from: orNull(id),
});

const regions = {
  image: object({ kind: oneOf(['image'] as const) }),
  rect: object({ kind: oneOf(['rect'] as const), x: px, y: px, width: side, height: side }),
  object: object({ kind: oneOf(['object'] as const), x: px, y: px }),
};

const region: Check<PredictionRegion> = (value, what) => {
  const kind = oneOf(['image', 'rect', 'object'] as const)((value as { kind?: unknown } | null)?.kind, what);
  return regions[kind](value, what);
};

const area: Check<Exclude<PredictionRegion, { kind: 'object' }>> = (value, what) => {
  const kind = oneOf(['image', 'rect'] as const)((value as { kind?: unknown } | null)?.kind, what);
  return regions[kind](value, what);
};

const accepted = {
  imageId: id,
  region,
  classes: orNull(classValues),
  minConfidence: within({ min: 0, max: 1 }),
  replace: yesOrNo,
  baseVersion: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
};
const places = list(object({ imageId: id, x: px, y: px }), { max: 100_000 });

export const TRAINING_PARAMETERS: { [M in keyof Calls]: Check<Parameters<Calls[M]>[0]> } = {
  planTraining: object({ choice }),
  previewAugmentation: object({
    choice,
    imageId: id,
    first: integer({ min: 0, max: 1_000_000 }),
    count: integer({ min: 1, max: 12 }),
  }),
  computeDevice: nothing,
  startTraining: object({ choice }),
  pauseTraining: run,
  resumeTraining: run,
  stopTraining: run,
  continueTraining: object({ run: id, minutes: within({ min: 0.01, max: 10_000 }) }),
  trainingState: nothing,
  runs: nothing,
  runDetail: run,
  renameRun: object({ run: id, name: text({ min: 1, max: 100 }) }),
  keepRun: object({ run: id, keep: yesOrNo }),
  deleteRun: run,
  restoreRun: run,
  deletedRuns: nothing,
  exportRun: object({ run: id, folder: path, format: oneOf(RUN_EXPORT_FORMATS) }),

  predict: object({ imageId: id, run: id }),
  predictPart: object({ imageId: id, run: id, rect: object({ x: px, y: px, width: part, height: part }) }),
  predictAll: object({ run: id, ids: orNull(list(id, { max: 1_000_000 })) }),
  predictionOf: object({ imageId: id, run: id }),
  acceptPrediction: object({ run: id, ...accepted }),
  modelPixels: object({ imageId: id }),
  confirmPixels: object({
    imageId: id,
    region: area,
    baseVersion: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  }),
  uncertainTiles: object({
    run: id,
    limit: integer({ min: 1, max: 1000 }),
    exclude: places,
  }),

  liveSuggest: object({ imageId: id, tiles: list(object({ x: px, y: px }), { max: 100_000 }) }),
  acceptSuggestion: object(accepted),
  nextToLabel: object({ imageId: orNull(id), exclude: places }),
  endLive: nothing,

  countBatchFiles: object({ input: path, output: path, recursive: yesOrNo }, { watch: yesOrNo }),
  previewCleanUp: object({ imageId: id, run: id, cleanUp }),
  startBatch: object({
    run: id,
    input: path,
    output: path,
    options: object(
      { recursive: yesOrNo, overlay: yesOrNo, probabilities: yesOrNo, measure: yesOrNo },
      { cleanUp, watch: yesOrNo },
    ),
    overwrite: yesOrNo,
    trial: yesOrNo,
  }),
  resumeBatch: batch,
  pauseBatch: batch,
  stopBatch: batch,
  batches: nothing,
  batchFiles: object({
    batch: id,
    state: orNull(oneOf(BATCH_FILE_STATES)),
    first: integer({ min: 0, max: 100_000_000 }),
    count: integer({ min: 1, max: 500 }),
  }),
  forgetBatch: batch,
};
