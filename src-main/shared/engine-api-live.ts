/** What the engine is asked for suggestions from the labels of a project. */
import type { SampledPixels } from './label-sample.js';
import type { PixelImage } from './model.js';

/** Labelled pixels of an image. */
export interface LivePixels extends SampledPixels {
  /** Names the image and its content: another content, another key. */
  key: string;
}

/** Which window asks: each has suggestions of its own. */
export interface LiveOwner {
  owner: string;
}

/** An image to learn from or to suggest labels for. */
export interface LiveImageParams extends LivePixels, LiveOwner {
  image: PixelImage;
}

export interface LiveFitParams extends LiveOwner {
  /** Label values, 1 … 254, each once. */
  classes: number[];
  /** The same labels after the same fits with the same seed give the same suggestion. */
  seed: number;
  images: LivePixels[];
}

export interface LiveFit {
  /** Whether there is something to suggest from: labels of at least two classes. False where images are missing. */
  fitted: boolean;
  /**
   * Images with pixels whose features are not known and cannot be computed, since the image was never given or was dropped
   * for newer ones: give them and ask again. Those with other channels than the first are in `unlike` and left out.
   */
  missing: string[];
  unlike: string[];
  elapsedMs: number;
}

export interface LiveTileParams extends LiveOwner {
  key: string;
  /** Upper left corner, px; a multiple of the tiles' side of 512. */
  x: number;
  y: number;
}

export interface LiveSuggestion {
  x: number;
  y: number;
  /** 512, less at the right and lower border. */
  width: number;
  height: number;
  /** Label value of the likeliest class. */
  labels: Uint8Array;
  /** Its probability, 0 … 255. */
  confidence: Uint8Array;
  /** Of the probabilities, 0 (sure) … 255 (all classes as likely). */
  entropy: Uint8Array;
  elapsedMs: number;
}
