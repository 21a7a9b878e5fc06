/** The contract between the core and the engine process. The engine knows arrays and folders, never projects. */
import type { Brightness } from './brightness-sum.js';
import type {
  LiveFit,
  LiveFitParams,
  LiveImageParams,
  LiveOwner,
  LiveSuggestion,
  LiveTileParams,
} from './engine-api-live.js';
import type { ClassInfo, PixelImage, Scores, Split } from './model.js';
import type { NetworkGraph } from './network-graph.js';
import type { Call } from './rpc.js';

export type DeviceChoice = 'auto' | 'cpu' | 'gpu';

export interface DeviceInfo {
  /** What runs the computation now, e.g. "CPU, 2 threads" or "GPU (NVIDIA …)". */
  name: string;
  kind: 'cpu' | 'gpu';
  tensorflow: string;
  threads: number;
}

/** Files in a run's folder (`models/RUN/`). */
export const RUN_FILES = {
  snapshot: 'snapshot',
  settings: 'settings.json',
  /** Pretrained weights by `layer/weight` name; loaded where name and shape fit, then reported. */
  initial: 'initial.safetensors',
  /** Written by the engine when training starts: what is needed to rebuild network and input mapping. */
  model: 'model.json',
  best: 'best.safetensors',
  last: 'last.safetensors',
  passport: 'passport.json',
} as const;

export interface TrainParams {
  /** Folder with `snapshot/`, `settings.json` and perhaps `initial.safetensors`. */
  runFolder: string;
  /** Go on from `last.safetensors`. */
  resume: boolean;
}

export type TrainEvent =
  | {
      kind: 'started';
      step: number;
      parameters: number;
      device: DeviceInfo;
      stepsPerEpoch: number;
      /** Null when only a time limits the run. */
      totalSteps: number | null;
    }
  | { kind: 'weights'; loaded: string[]; skipped: { name: string; reason: string }[] }
  /** Before the first step, where all images are read before anything is learned; `image` counts from 1. */
  | { kind: 'reading'; image: number; images: number; progress: number }
  | {
      kind: 'step';
      step: number;
      epoch: number;
      /** The objective that is minimised. */
      loss: number;
      /** Mean cross entropy over labelled pixels of the batch, comparable with `Scores.loss`. */
      crossEntropy: number;
      learningRate: number;
      stepMs: number;
      /** 0 … 1 of the budget; null without one. */
      progress: number | null;
      secondsLeft: number | null;
    }
  | {
      kind: 'epoch';
      epoch: number;
      step: number;
      /** Means over the epoch's steps. */
      loss: number;
      crossEntropy: number;
      learningRate: number;
      /** Null when no image is held out or this epoch was not evaluated. */
      val: Scores | null;
      /** Of a few training images as they are, with the same weights; null when they were not scored. */
      train: Scores | null;
      best: boolean;
      /** Training time so far, without evaluation. */
      trainedS: number;
      tensors: number;
      rssMb: number;
    }
  /** A window of a held-out image as the model sees it: label values and probabilities of them, 0 … 255. */
  | {
      kind: 'preview';
      epoch: number;
      imageId: number;
      x: number;
      y: number;
      width: number;
      height: number;
      labels: Uint8Array;
      confidence: Uint8Array;
    }
  /** After this event everything up to `step` survives a kill. */
  | { kind: 'checkpoint'; step: number; epoch: number }
  | { kind: 'message'; text: string };

/** How the sentence begins that ends a training whose loss was infinite or no number. */
export const NOT_A_NUMBER = 'The loss was no number any more';

export interface TrainResult {
  reason: 'budget' | 'patience' | 'stopped';
  step: number;
  epoch: number;
  trainedS: number;
  best: { step: number; epoch: number; val: Scores } | null;
}

export interface PredictParams {
  /** A run's folder. */
  model: string;
  image: PixelImage;
  /** Also return probabilities (height × width × classes, float32). */
  probabilities?: boolean;
  /** Also return how unsure it is of each pixel. */
  entropy?: boolean;
  /** Side of a tile in px, without halo; 0 or missing: untiled when memory allows, else the largest that fits. */
  tile?: number;
  /** Only these pixels, as if all had been computed: inside the image, at most 2048 a side. */
  region?: { x: number; y: number; width: number; height: number };
}

export interface Prediction {
  width: number;
  height: number;
  /** Label value (not class index) a pixel. */
  labels: Uint8Array;
  /** Probability of the chosen class, 0 … 255. */
  confidence: Uint8Array;
  probabilities: Float32Array | null;
  /** Entropy of each pixel's probabilities, 0 (sure) … 255 (all classes as likely); null unless asked for. */
  entropy: Uint8Array | null;
  tiles: number;
  /** Pixels computed beyond the image, as a share of the image's (halo and padding). */
  overhead: number;
  elapsedMs: number;
}

/** An image that is read in parts, because it is too large to travel and to be held. */
export interface PredictLargeParams {
  /** A run's folder. */
  model: string;
  /** Absolute path of the image file. */
  path: string;
  /** From 0. */
  page: number;
  /** Side of a tile in px, without halo; 0 or missing: 1024. */
  tile?: number;
  /** Also tell probabilities. */
  probabilities?: boolean;
}

/** Finished rows, in order from the top. */
export interface PredictedRows {
  y: number;
  rows: number;
  /** Of the whole image. */
  width: number;
  height: number;
  /** Label values, [rows · width]. */
  labels: Uint8Array;
  /** [rows · width · classes], where they were asked for; the memory is used again after the event. */
  probabilities?: Float32Array;
}

export type PredictedSize = Pick<Prediction, 'width' | 'height' | 'tiles' | 'overhead' | 'elapsedMs'> & {
  /** Null where no pixel has a number. */
  brightness: Brightness | null;
};

export interface EvaluateParams {
  model: string;
  /** A snapshot's folder; the images of `split` in it are scored. */
  snapshot: string;
  split: Split;
}

export interface ImageScores {
  id: number;
  name: string;
  scores: Scores;
}

export interface Evaluation {
  scores: Scores;
  perImage: ImageScores[];
}

export type DescribeParams =
  { model: string } | { network: string; classes: number; channels: number; size: number };

export interface LayerSummary {
  name: string;
  type: string;
  /** Batch first; null for a free dimension. */
  outputShape: (number | null)[];
  parameters: number;
}

export interface NetworkSummary {
  network: string;
  layers: LayerSummary[];
  parameters: number;
  /** Side in px of the square of input pixels that can change one output pixel. */
  receptiveFieldPx: number;
  /** Input sides must be multiples of this. */
  multipleOf: number;
  /** What surrounds a tile, px: a multiple of `multipleOf`. */
  haloPx: number;
}

export interface EngineApi {
  device(params: Record<string, never>): Promise<DeviceInfo>;
  describe(params: DescribeParams): Promise<NetworkSummary>;
  /** What a trained model computes, without its weights. @throws AppError('bad-model') that names a layer of unknown form. */
  graph(params: { model: string }): Promise<NetworkGraph>;
  train(params: TrainParams, call?: Call<TrainEvent>): Promise<TrainResult>;
  predict(params: PredictParams, call?: Call): Promise<Prediction>;
  /** Labels of an image that is never whole in memory; an abort ends it between two tiles. */
  predictLarge(params: PredictLargeParams, call?: Call<PredictedRows>): Promise<PredictedSize>;
  /** Events: number of images scored so far. */
  evaluate(params: EvaluateParams, call?: Call<number>): Promise<Evaluation>;
  /**
   * Gives an image to learn from, and the pixels that are going to be: their features stay when the image is dropped, as the
   * ones used longest ago are when memory's budget is spent.
   */
  liveImage(params: LiveImageParams, call?: Call): Promise<void>;
  /** Learns from labelled pixels; a newer fit ends an older one with AppError('stopped'). */
  liveFit(params: LiveFitParams, call?: Call): Promise<LiveFit>;
  /** Of the last fit that has ended. */
  liveSuggest(params: LiveTileParams): Promise<LiveSuggestion>;
  /** Forgets images, features and what was learned. */
  liveEnd(params: LiveOwner): Promise<void>;
}

/** `model.json` in a run's folder: enough to rebuild the network and map an image to its input. */
export interface ModelFile {
  version: 1;
  network: string;
  classes: ClassInfo[];
  /** What the network's input channels are made from. */
  input: {
    channels: 'grey' | 'rgb' | 'all';
    count: number;
    /** Intensity mapping, applied to each image by itself; see engine/intensity.ts. */
    intensity: 'minus-one-to-one' | 'z-score' | 'percentile';
  };
  scaleMode: 'native' | 'letterbox';
  /** Side of the training crop or of the letterboxed input, px. */
  size: number;
  /** Of stride-2 convolutions: `same`, or `symmetric` as the Keras tutorial writes it. */
  padding: 'same' | 'symmetric';
  /** Settings at the time of training, for the record. */
  settings: Record<string, string | number | boolean>;
}
