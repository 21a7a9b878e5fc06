/** The part of AppApi that trains: what would happen, a training under way, and the runs of a project. Part of `app-api.ts`. */
import type { Progress } from './app-api.js';
import type { Call } from './rpc.js';
import type { ClassInfo, Scores } from './model.js';

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;
type Nothing = Record<string, never>;

export type SettingValue = string | number | boolean;

export const TRAINING_GOALS = ['fast', 'balanced', 'thorough'] as const;
/** How long it may take: 1, 4 or 15 minutes of training. */
export type TrainingGoal = (typeof TRAINING_GOALS)[number];

/** What a person chooses in the train panel. */
export interface TrainingChoice {
  goal: TrainingGoal;
  /** Diameter of the structures that matter, px; `auto` takes what the labels measure. Sets the side of the crops. */
  structure: 'auto' | number;
  /** Label values to be told apart; pixels of the others count as unlabelled. Null: all. */
  classes: number[] | null;
  /** From Advanced, by names of `shared/settings.ts`; these win over what the choices above would set. */
  settings: Record<string, SettingValue>;
  /** `none`, `imagenet`, or the path of a `.h5` or `.safetensors` file. */
  weights: string;
  /** Start from the best weights of this run, and replace it only if the new model is better; excludes `weights`. */
  from: number | null;
}

export interface TrainingProblem {
  /** `blocks`: training cannot start. `warns`: it can, and the result may disappoint. */
  level: 'blocks' | 'warns';
  sentence: string;
}

export interface TrainingPlan {
  ready: boolean;
  /** What will happen, one plain sentence each, in the order to be read. */
  sentences: string[];
  problems: TrainingProblem[];
  /** Labels of the images that would be trained on (`images`, `pixels`) and of the held-out ones. */
  classes: { value: number; name: string; pixels: number; images: number; heldOutPixels: number }[];
  /** Images with labels. `heldOut` 0: some will be held out when the training starts. */
  images: { train: number; heldOut: number };
  /** Median diameter of the labelled structures, px; null when nothing can be measured. */
  structurePx: number | null;
  /** All settings that would be used, by name. */
  settings: Record<string, SettingValue>;
  minutes: number;
}

/** Crops of an image as a training would see them. */
export interface AugmentedCrops {
  /** Of the pictures, px: crops that are larger are shown smaller. */
  side: number;
  /** Of the crops, px. */
  size: number;
  /** RGBA [side · side · 4], in the image's own intensities, and label values [side · side]. */
  crops: { pixels: Uint8Array; labels: Uint8Array }[];
}

/** What computes. */
export interface ComputeDevice {
  kind: 'cpu' | 'gpu';
  name: string;
  threads: number;
  /** To be said once: that there is no GPU it can use. Null when it runs on one. */
  sentence: string | null;
}

/** `paused`: stopped with all that is needed to go on exactly, by `resumeTraining`. */
export type TrainingPhase = 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'ended';

export interface StepPoint {
  step: number;
  /** Counted from 0 while it runs. */
  epoch: number;
  /** The objective that is minimised; null: no number. */
  loss: number | null;
  learningRate: number;
}

export interface EpochPoint {
  /** Counted from 1. */
  epoch: number;
  /** Its last step. */
  step: number;
  /** Mean of the objective over its steps. */
  loss: number | null;
  learningRate: number;
  /** On training images as they are, with the weights that would be kept; null when they were not scored. */
  train: Scores | null;
  /** On held-out images; null when none is held out. `loss` is a cross entropy. */
  val: Scores | null;
}

export interface TrainingCurve {
  steps: StepPoint[];
  epochs: EpochPoint[];
}

export interface TrainingProgress {
  step: number;
  epoch: number;
  /** Null while only time limits the run. */
  totalSteps: number | null;
  /** 0 … 1 of the budget. */
  progress: number;
  secondsLeft: number | null;
  /** Median of the last steps. */
  stepMs: number | null;
  /** Resident memory of the engine, MB; null before the first epoch. */
  memoryMb: number | null;
  device: ComputeDevice | null;
}

/** A held-out image as the model sees it after an epoch; pixels at `previewUrl`. */
export interface TrainingPreview {
  epoch: number;
  imageId: number;
  /** Window of the image that is shown, px of the full image. */
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface TrainingState {
  run: RunSummary;
  phase: TrainingPhase;
  progress: TrainingProgress;
  curve: TrainingCurve;
  preview: TrainingPreview | null;
  /** What was said meanwhile, in order: images that were held out, a smaller batch. */
  messages: string[];
}

/** Why a training ended. */
export type TrainingEnd =
  | 'budget' // the time or steps that were asked for
  | 'patience' // no better for long
  | 'stopped' // somebody stopped it
  | 'not-a-number' // the loss was no number any more
  | 'memory' // it does not fit, however small
  | 'failed'; // the engine died, a file was changed, …

export type TrainingEvent =
  | { kind: 'started'; state: TrainingState }
  | { kind: 'phase'; phase: TrainingPhase }
  /** At most 5 a second; no step is left out. */
  | { kind: 'steps'; points: StepPoint[]; progress: TrainingProgress }
  | { kind: 'epoch'; point: EpochPoint; best: boolean; progress: TrainingProgress }
  | { kind: 'preview'; preview: TrainingPreview }
  | { kind: 'message'; text: string }
  /** `curve` from `afterStep` on is about to be told again: a resumed run goes on from its checkpoint. */
  | { kind: 'rewound'; afterStep: number }
  | { kind: 'ended'; reason: TrainingEnd; sentence: string; run: RunSummary };

/** What a threshold without any training reaches on the held-out images that a run is scored on. */
export interface ThresholdScores {
  /** Intensities each image is parted into: two by Otsu's threshold, more by multi-Otsu. */
  bands: number;
  /** A colour channel from 0 on, or the mean of all. */
  channel: number | 'mean';
  images: number;
  meanIoU: number;
  classes: { name: string; dice: number; iou: number }[];
}

export const RUN_EXPORT_FORMATS = ['folder', 'zip', 'onnx'] as const;
export type RunExportFormat = (typeof RUN_EXPORT_FORMATS)[number];

export type RunState = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed';

export interface RunSummary {
  id: number;
  name: string;
  state: RunState;
  /** Trains in this program now, or is paused here. */
  phase: TrainingPhase | null;
  network: string;
  settings: Record<string, SettingValue>;
  classes: ClassInfo[];
  /** ISO 8601. */
  createdAt: string;
  endedAt: string | null;
  /** Why it ended, in one sentence; null while it runs. */
  sentence: string | null;
  /** Mean IoU on held-out images at the best epoch; null before the first. */
  bestScore: number | null;
  /** At the best epoch; null before the first or when none was held out. */
  scores: Scores | null;
  /** The best threshold on the training images, scored like the model; null when it was not compared. */
  threshold: ThresholdScores | null;
  trainedMinutes: number | null;
  steps: number | null;
  device: string | null;
  /** Names the run it started from. */
  startedFrom: string | null;
  /** Has weights to predict with. */
  usable: boolean;
  /** Has a checkpoint to go on from, or what it takes to begin anew. */
  resumable: boolean;
  /** The one that is predicted with unless another is chosen. */
  current: boolean;
  /** Marked by a person as one to keep. */
  kept: boolean;
  /** One line: network, settings that differ from the defaults, images, version. */
  passport: string;
}

export interface RunDetail extends RunSummary {
  curve: TrainingCurve;
  /** Images it was trained on and scored on. */
  images: { id: number; name: string; split: string; labelledPixels: number; modelPixels: number }[];
  /** Absolute. */
  folder: string;
  /** Settings that differ from the network's defaults. */
  changedSettings: Record<string, SettingValue>;
  /** `passport.json` as text; null before its end. */
  passportText: string | null;
}

export interface TrainingApi {
  /** Changes nothing. */
  planTraining: Answer<{ choice: TrainingChoice }, TrainingPlan>;
  /**
   * The training crops `first` … of an image, drawn and changed as the choice says, exactly as a training does it. An abort
   * ends the work between two crops. @throws AppError('unsupported-image') for an image too large for it
   */
  previewAugmentation: Answer<
    { choice: TrainingChoice; imageId: number; first: number; count: number },
    AugmentedCrops
  >;
  /** Starts the engine the first time it is asked (a second or two). */
  computeDevice: Answer<Nothing, ComputeDevice>;
  /** Answers when the run has begun; it goes on while the window does anything else, also when the project is closed. */
  startTraining: Answer<{ choice: TrainingChoice }, RunSummary>;
  /** Stops with a checkpoint within one step; answers when it has. */
  pauseTraining: Answer<{ run: number }, RunSummary>;
  /** Goes on exactly where the run was paused, stopped or died. */
  resumeTraining: Answer<{ run: number }, RunSummary>;
  /** Ends within one step and keeps the best weights; answers when it has. */
  stopTraining: Answer<{ run: number }, RunSummary>;
  /** Trains a run that has ended for so much longer. */
  continueTraining: Answer<{ run: number; minutes: number }, RunSummary>;
  /**
   * What trains or is paused in this project, with its whole curve: for a window that has just come. Events that were
   * under way may tell some points again: a point takes the place of one with its step.
   */
  trainingState: Answer<Nothing, TrainingState[]>;

  /** Newest first. */
  runs: Answer<Nothing, RunSummary[]>;
  runDetail: Answer<{ run: number }, RunDetail>;
  renameRun: Answer<{ run: number; name: string }, RunSummary>;
  keepRun: Answer<{ run: number; keep: boolean }, RunSummary>;
  /** Moves it to the bin of the project; `restoreRun` with the same number takes it back. */
  deleteRun: Answer<{ run: number }, RunSummary[]>;
  restoreRun: Answer<{ run: number }, RunSummary[]>;
  /** What is in the bin, newest first. */
  deletedRuns: Answer<Nothing, { run: number; name: string; deletedAt: string }[]>;
  /**
   * Copies the run's folder (without its training data) into `folder`, or writes it there as one zip file. Progress
   * counts bytes. @returns where it is. @throws AppError('exists') for what is there already
   */
  exportRun: Answer<{ run: number; folder: string; format: RunExportFormat }, { path: string }, Progress>;
}
