/** The records a project is made of, as every part of the program speaks of them. */

export type PixelType = 'uint8' | 'uint16' | 'uint32' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

export type PixelArray =
  Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** One decoded plane: row-major, channels last, `data.length === width * height * channels`. */
export interface PixelImage {
  width: number;
  height: number;
  /** Samples a pixel, alpha included. */
  channels: number;
  /** Whether the last channel is alpha. Alpha is dropped before anything is computed, never composited. */
  alpha: boolean;
  type: PixelType;
  data: PixelArray;
}

/** What a file's header says, without decoding its pixels. */
export interface ImageInfo {
  width: number;
  height: number;
  channels: number;
  alpha: boolean;
  type: PixelType;
  /** Pages of a stack run through z first, then through time. */
  pages: number;
  /** Micrometres a pixel, or null when the file does not say. */
  pixelSizeUm: number | null;
  /** Of TIFF: micrometres between slices, or null when the file does not say. */
  pixelSizeZUm?: number | null;
  /** Of TIFF: slices and points in time; page = z + sizeZ · t. */
  sizeZ?: number;
  sizeT?: number;
  /** Of TIFF: one name a channel, or null when the file does not say. */
  channelNames?: string[] | null;
}

/** 0 is unlabelled (void: no loss, no metric); classes are 1 … 254 in the order of the class list. */
export const VOID = 0;
export const MAX_CLASSES = 254;

export interface ClassInfo {
  /** Label value, 1 … 254. */
  value: number;
  name: string;
  /** `#rrggbb`. */
  color: string;
}

export type Split = 'train' | 'val' | 'test';
export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** Of an image or a part of it, px. */
export interface Size {
  width: number;
  height: number;
}

/** A label map over a whole image: `data[y * width + x]` is a label value. */
export interface LabelMap extends Size {
  data: Uint8Array;
}

/** Scores over a set of held-out images, pixels pooled, void pixels left out. */
export interface Scores {
  images: number;
  /** Share of labelled pixels given the right class, 0 … 1. Misleads when one class is large: never shown alone. */
  pixelAccuracy: number;
  /** Mean of the classes' IoU over classes that occur in labels or prediction. */
  meanIoU: number;
  /** Mean over images and classes of 2·Σpq / (Σp² + Σq²), as NVIDIA's UNet_Medical example defines it. */
  softMacroDice: number;
  /** Mean over classes of F1 of probabilities over one half, smoothed by 1e-5: the Keras tutorial's f_score. */
  fScore: number;
  /** Mean cross entropy over labelled pixels, natural logarithm. */
  loss: number;
  classes: ClassScores[];
  /** `confusion[truth][prediction]` in pixels, classes in class-list order. */
  confusion: number[][];
}

export interface ClassScores {
  name: string;
  dice: number;
  iou: number;
  precision: number;
  recall: number;
  /** Labelled pixels of this class. */
  pixels: number;
}
