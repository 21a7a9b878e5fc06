/** The part of AppApi that predicts, and takes predictions over into labels. Part of `app-api.ts`. */
import type { AppliedEdit, FileOutcome, Progress, StoredTile } from './app-api.js';
import type { Call } from './rpc.js';

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;

/** A prediction that is there; its pixels are at `predictionUrl` (app-urls.ts). */
export interface PredictionInfo {
  imageId: number;
  run: number;
  width: number;
  height: number;
  /** Reduced copies as of the image: level n is ceil(size / 2^n). */
  levels: number;
  /** Changes with the model and the image; part of the URLs. */
  key: string;
  /** Predicted pixels by label value, and their mean confidence 0 … 1; classes that were not found are missing. */
  classes: { value: number; pixels: number; confidence: number }[];
}

export type PredictionRegion =
  | { kind: 'image' }
  | { kind: 'rect'; x: number; y: number; width: number; height: number }
  /** All that touches the pixel and is predicted as the same class (also by a corner). */
  | { kind: 'object'; x: number; y: number };

export interface AcceptPrediction {
  imageId: number;
  run: number;
  region: PredictionRegion;
  /** Only pixels predicted as one of these label values; null: all. */
  classes: number[] | null;
  /** 0 … 1: pixels the model is less sure of stay as they are. */
  minConfidence: number;
  /** False: only unlabelled pixels change. */
  replace: boolean;
  /** The version of the labels that the window shows. */
  baseVersion: number;
}

/** A square (smaller at the border) that is worth correcting. */
export interface UncertainTile {
  imageId: number;
  name: string;
  /** Px of the full image. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Mean entropy of the prediction where it is unlabelled, 0 (sure) … 1 (all classes as likely), less where little is. */
  entropy: number;
}

/** Which pixels of an image a model labelled, and nobody has changed or confirmed since. */
export interface ModelPixels {
  /** Of the labels that they belong to. */
  version: number;
  pixels: number;
  /** Pixels with a label, whoever gave it. */
  labelledPixels: number;
  /** Of 0 and 1, stored as label tiles; only those that hold a 1. */
  tiles: StoredTile[];
}

/** Px of the full image. */
export interface PartRect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PredictedPart extends PartRect {
  /** Label values and confidences (0 … 255), row by row. */
  labels: Uint8Array;
  confidence: Uint8Array;
}

export interface PredictionsApi {
  /** From the cache, or computed now and kept; AppError('stopped') on abort. */
  predict: Answer<{ imageId: number; run: number }, PredictionInfo>;
  /** A part of an image, at most 1024 px a side, as `predict` would predict it; nothing is kept. */
  predictPart: Answer<{ imageId: number; run: number; rect: PartRect }, PredictedPart>;
  /** `ids` null: all images. What is there already is not computed again; on abort what is done stays. */
  predictAll: Answer<{ run: number; ids: number[] | null }, FileOutcome[], Progress>;
  /** What is there for an image and still holds; null: nothing. Computes nothing. */
  predictionOf: Answer<{ imageId: number; run: number }, PredictionInfo | null>;
  /** One ordinary, undoable edit by the model; null when it would change nothing. */
  acceptPrediction: Answer<AcceptPrediction, AppliedEdit | null>;
  modelPixels: Answer<{ imageId: number }, ModelPixels>;
  /** A person stands for what a model labelled there: an edit that changes no label; null when it would change nothing. */
  confirmPixels: Answer<
    { imageId: number; region: Exclude<PredictionRegion, { kind: 'object' }>; baseVersion: number },
    AppliedEdit | null
  >;
  /**
   * The tiles of training images that the model is least sure of, most worth it first, not many of one place; predicts
   * images where needed. `exclude`: tiles that were looked at already, by image and upper left corner.
   */
  uncertainTiles: Answer<
    { run: number; limit: number; exclude: { imageId: number; x: number; y: number }[] },
    UncertainTile[],
    Progress
  >;
}
