/** The part of AppApi that segments whole folders with a model of the project. Part of `app-api.ts`. */
import type { CleanUp } from './clean-up.js';
import type { Call } from './rpc.js';

type Answer<Params, Result> = (params: Params, call?: Call<never>) => Promise<Result>;

/** What decides the results besides model and images. */
export interface BatchOptions {
  /** Also the folders within the folder. */
  recursive: boolean;
  /** Also `<image>_overlay.png`. */
  overlay: boolean;
  /** Also `<image>_probabilities.npy`. */
  probabilities: boolean;
  /** Also `measurements.csv` and `measurements_images.csv`. */
  measure: boolean;
  /** Done to every mask before it is written and measured; absent: nothing. */
  cleanUp?: CleanUp;
  /** Goes on with files that come into the folder, until it is paused or stopped; a trial does not. */
  watch?: boolean;
}

/** What cleaning up makes of a prediction. */
export interface CleanUpPreview {
  /** Px, of both pictures; at most 512 a side. */
  width: number;
  height: number;
  /** Label values, row by row. */
  before: Uint8Array;
  after: Uint8Array;
  /** In the whole image. */
  objects: { before: number; after: number };
}

export type BatchState = 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
export type BatchFileState = 'waiting' | 'done' | 'failed';
export const BATCH_FILE_STATES = ['waiting', 'done', 'failed'] as const satisfies readonly BatchFileState[];

/** Files that a trial segments: the first, one in the middle, the last. */
export const TRIAL_FILES = 3;

export interface BatchSummary {
  id: number;
  /** Null once the model was deleted. */
  run: number | null;
  runName: string;
  /** Absolute. */
  input: string;
  /** Absolute. */
  output: string;
  options: BatchOptions;
  /** Of a few files only, to look at before the rest. */
  trial: boolean;
  /** `paused` also when the program ended in the middle. */
  state: BatchState;
  total: number;
  done: number;
  failed: number;
  /** Names of the file that is segmented now, relative to the folder; null while none is. */
  current: string | null;
  /** It runs, all that is in the folder is done, and more may come. */
  idle: boolean;
  /** Estimated from the files so far; null before the first. */
  secondsLeft: number | null;
  /** Why it ended before its end, or what had to be said at its end. */
  error: string | null;
  /** How images differ from those the model was trained on, and what could not be done to them; sentences. */
  warnings: string[];
  /** ISO 8601. */
  createdAt: string;
}

export interface BatchFile {
  /** In the order of the folder, from 0. */
  place: number;
  /** Absolute. */
  path: string;
  /** Relative to the folder, with `/`. */
  input: string;
  /** Absolute paths of the masks, one a page. */
  masks: string[];
  state: BatchFileState;
  /** Hex, of the image file; null before it was read. */
  sha256: string | null;
  error: string | null;
  warnings: string[];
  seconds: number | null;
}

export interface NewBatch {
  run: number;
  input: string;
  output: string;
  options: BatchOptions;
  /** Replace the results that an earlier batch left in the output folder. */
  overwrite: boolean;
  trial: boolean;
}

export interface BatchApi {
  /** How many images a folder has, before anything is started. @throws AppError('not-found'); with `watch` none is no error */
  countBatchFiles: Answer<
    { input: string; output: string; recursive: boolean; watch?: boolean },
    { files: number }
  >;
  /** Of an image of the project, which is predicted where it is not yet. @throws AppError as `predict` */
  previewCleanUp: Answer<{ imageId: number; run: number; cleanUp: CleanUp }, CleanUpPreview>;
  /**
   * Answers when the first file is about to be segmented; how it goes on is told by the event `batch`.
   * @throws AppError('exists') when another batch runs, or results would be replaced unasked; 'not-found', 'bad-model'.
   */
  startBatch: Answer<NewBatch, BatchSummary>;
  /** Goes on with what is not done, failed files too; a trial goes on with all files. @throws AppError as `startBatch` */
  resumeBatch: Answer<{ batch: number }, BatchSummary>;
  /** The image that is being computed is finished first. */
  pauseBatch: Answer<{ batch: number }, BatchSummary>;
  stopBatch: Answer<{ batch: number }, BatchSummary>;
  /** Newest first. */
  batches: Answer<Record<string, never>, BatchSummary[]>;
  /** At most 500. */
  batchFiles: Answer<
    { batch: number; state: BatchFileState | null; first: number; count: number },
    { total: number; files: BatchFile[] }
  >;
  /** Takes it out of the list; its results stay where they are. @throws AppError('exists') while it runs. */
  forgetBatch: Answer<{ batch: number }, BatchSummary[]>;
}
