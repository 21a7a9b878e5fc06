/** The part of AppApi that suggests labels from the strokes there are now, before any network is trained. Part of `app-api.ts`. */
import type { PredictionRegion, UncertainTile } from './app-api-predictions.js';
import type { AppliedEdit, Progress } from './app-api.js';
import type { Call } from './rpc.js';

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;

/** Px of the full image; the upper left corner is a multiple of 512. */
export interface LivePlace {
  x: number;
  y: number;
}

/** Suggestions for one tile: 512² px, less at the right and lower border; planes row by row. */
export interface LiveTile extends LivePlace {
  width: number;
  height: number;
  /** Label value of the likeliest class. */
  labels: Uint8Array;
  /** Its probability, 0 … 255. */
  confidence: Uint8Array;
  /** Of the probabilities, 0 (sure) … 255 (all classes as likely). */
  entropy: Uint8Array;
}

/** `read`: an image with labels is read for the first time; with many of them that takes a while. */
export type LiveEvent = ({ kind: 'tile' } & LiveTile) | ({ kind: 'read' } & Progress);

export interface LiveState {
  /** The image has no unlabelled pixel: nothing is learned or suggested for it. */
  complete: boolean;
  /** Whether there is something to suggest from: labels of at least two classes. */
  fitted: boolean;
  /** Pixels learned from by label value: a sample where more are labelled. */
  perClass: { value: number; pixels: number }[];
  /** How many images they lie in. */
  images: number;
  /** Images with labels that could not be learned from, with the reason. */
  leftOut: { name: string; reason: string }[];
  /** Learning alone. */
  fitMs: number;
}

export interface LiveApi {
  /**
   * Learns from the labels of the project as they are stored, then suggests labels for these tiles of an image in the order
   * given; each is told as an event. Nothing is learned anew where no label has changed. A newer call ends an older one.
   * @throws AppError('stopped' | 'not-found' | 'unreadable-image' | 'set-up')
   */
  liveSuggest: Answer<{ imageId: number; tiles: LivePlace[] }, LiveState, LiveEvent>;
  /** Takes suggestions over: one ordinary, undoable edit by the model; null when it would change nothing. */
  acceptSuggestion: Answer<
    {
      imageId: number;
      region: PredictionRegion;
      /** Only pixels suggested as one of these label values; null: all. */
      classes: number[] | null;
      /** 0 … 1 */
      minConfidence: number;
      /** False: only unlabelled pixels change. */
      replace: boolean;
      baseVersion: number;
    },
    AppliedEdit | null
  >;
  /** The tile that would teach most, of all images or of one; null: none is left. */
  nextToLabel: Answer<
    { imageId: number | null; exclude: { imageId: number; x: number; y: number }[] },
    UncertainTile | null,
    Progress
  >;
  /** Ends live mode of this window: what was learned is forgotten, memory is given back. */
  endLive: Answer<Record<string, never>, void>;
}
