/**
 * What the core freezes for the engine when a run or an evaluation starts: a folder with `snapshot.json` and one 8-bit
 * grey PNG of label values an image. Painting goes on meanwhile and changes nothing in that run.
 */
import type { ClassInfo, PixelType, Split } from './model.js';

export const SNAPSHOT_FILE = 'snapshot.json';

export interface Snapshot {
  version: 1;
  classes: ClassInfo[];
  images: SnapshotImage[];
}

export interface SnapshotImage {
  /** The image's id in the project, or its number in a list of files. */
  id: number;
  name: string;
  /** Absolute path of the image file when the snapshot was taken. */
  path: string;
  page: number;
  /** Hex SHA-256 of the image file. */
  sha256: string;
  width: number;
  height: number;
  channels: number;
  type: PixelType;
  pixelSizeUm: number | null;
  split: Split;
  /** Label PNG, relative to the snapshot's folder. */
  mask: string;
  /** Labelled pixels by label value; index 0 is void. */
  pixelsByValue: number[];
  /** Of the labelled pixels those that a model gave and nobody changed or confirmed; missing in older snapshots. */
  modelPixels?: number;
}

/** Held-out images, and pixels of them, that are scored again and again while training. */
const MOST_SCORED = 64;
const MOST_SCORED_PIXELS = 64e6;

/** The held-out images that are scored while training: all, or as many as cost little time and memory, evenly chosen. */
export function scoredWhileTraining<T extends Pick<SnapshotImage, 'width' | 'height'>>(
  images: readonly T[],
): T[] {
  const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
  const every = Math.ceil(Math.max(images.length / MOST_SCORED, pixels / MOST_SCORED_PIXELS));
  return images.filter((_, i) => i % every === 0);
}
