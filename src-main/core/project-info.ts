/** What `brushfield info PROJECT` tells. */
import type { ClassInfo, PixelType, Split } from '../shared/model.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { bestRun, listRuns, type RunState } from '../store/runs.js';
import { locateImages, type FileState } from './images.js';
import { findLeaks, type Leak } from './leak-guard.js';
import type { Project } from './projects.js';
import { deadRuns } from './run-lock.js';

export interface ProjectInfo {
  name: string;
  folder: string;
  images: ImageCounts;
  /** `undecided` images are trained on. */
  splits: Record<Split | 'undecided', ImageCounts>;
  groups: number;
  classes: (ClassInfo & { pixels: number; images: number })[];
  /** Unlabelled pixels of images that have labels. */
  voidPixels: number;
  /** Most frequent first. */
  kinds: ImageKind[];
  runs: RunInfo[];
  /** Files that are not where or what they were. Moved files have been found again and need nothing. */
  files: { image: string; state: Exclude<FileState, 'present'>; path: string }[];
  /** Images on both sides of the split that belong together or look alike. */
  leaks: Leak[];
}

export interface ImageCounts {
  total: number;
  labelled: number;
}

export interface ImageKind {
  width: number;
  height: number;
  channels: number;
  type: PixelType;
  pixelSizeUm: number | null;
  images: number;
}

export interface RunInfo {
  name: string;
  network: string;
  state: RunState;
  createdAt: string;
  /** Mean IoU on held-out images, 0 … 1. */
  bestScore: number | null;
  /** The one that is used where only the project is named. */
  best: boolean;
}

/** Looks at every image file's size and time; hashes only those that differ. */
export async function projectInfo(project: Project): Promise<ProjectInfo> {
  const { store } = project;
  const images = listImages(store);
  const counts = labelCounts(store);
  const labelled = (image: ImageRow) => hasLabels(counts.get(image.id));
  const count = (some: ImageRow[]): ImageCounts => ({
    total: some.length,
    labelled: some.filter(labelled).length,
  });
  const of = (split: Split | null) => count(images.filter((image) => image.split === split));
  const masks = [...counts.values()].filter(hasLabels);
  const best = bestRun(store)?.id;
  const located = await locateImages(project, images);
  const dead = new Set(deadRuns(store).map(({ id }) => id));
  return {
    name: project.name,
    folder: project.folder,
    images: count(images),
    splits: { train: of('train'), val: of('val'), test: of('test'), undecided: of(null) },
    groups: new Set(images.map((image) => image.group)).size,
    classes: listClasses(store).map((info) => ({
      ...info,
      pixels: masks.reduce((sum, pixels) => sum + (pixels[info.value] ?? 0), 0),
      images: masks.filter((pixels) => (pixels[info.value] ?? 0) > 0).length,
    })),
    voidPixels: masks.reduce((sum, pixels) => sum + (pixels[0] ?? 0), 0),
    kinds: kindsOf(images),
    runs: listRuns(store).map(({ id, name, settings, state, createdAt, bestScore }) => ({
      name,
      network: String(settings['network'] ?? ''),
      state: dead.has(id) ? 'failed' : state,
      createdAt,
      bestScore,
      best: id === best,
    })),
    files: located.flatMap(({ image, state, path }) =>
      state === 'present' ? [] : [{ image: image.name, state, path: path ?? image.absolutePath }],
    ),
    leaks: findLeaks(project),
  };
}

function kindsOf(images: readonly ImageRow[]): ImageKind[] {
  const kinds = new Map<string, ImageKind>();
  for (const { width, height, channels, type, pixelSizeUm } of images) {
    const key = [width, height, channels, type, pixelSizeUm].join();
    const kind = kinds.get(key);
    if (kind) kind.images++;
    else kinds.set(key, { width, height, channels, type, pixelSizeUm, images: 1 });
  }
  return [...kinds.values()].toSorted((a, b) => b.images - a.images);
}
