/** Which images are trained on, held out while training, and kept for the final test. By image or group, never by tile. */
import { AppError } from '../shared/errors.js';
import { SPLITS, type Split } from '../shared/model.js';
import { permutation, randomFor } from '../shared/random.js';
import { listImages, setSplit, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { changeSplits } from '../store/project-steps.js';
import type { Project } from './projects.js';

export interface SplitOptions {
  /** Share of the images held out while training, 0 … 1. Default 0.2. */
  val?: number;
  /**
   * Share kept for the final test. 0 (default): images that are `test` already stay so, and only the others are
   * divided. More: all images are divided anew.
   */
  test?: number;
  /** Default 1. */
  seed?: number;
  /** Default `group`: images of one group (a stack, an acquisition) stay on one side. */
  by?: 'image' | 'group';
}

export type SplitCounts = Record<Split, number>;

/**
 * Divides the project's images at random, labelled and unlabelled ones each in the asked shares; one undoable step.
 * @returns the number of images in each split.
 * @throws AppError('usage') for shares that leave nothing to train on, or when all images are one group.
 */
export function splitProject(project: Project, options: SplitOptions = {}): SplitCounts {
  const { val = 0.2, test = 0, seed = 1, by = 'group' } = options;
  for (const [name, share] of Object.entries({ val, test }))
    if (!(share >= 0 && share < 1))
      throw new AppError('usage', `The share "${name}" must be from 0 to below 1, and ${share} is not.`);
  if (val + test >= 1)
    throw new AppError('usage', `val ${val} and test ${test} leave no image to train on; lower one of them.`);
  const images = listImages(project.store).filter((image) => test > 0 || image.split !== 'test');
  const groups = groupsOf(images, by);
  if (groups.length === 1 && images.length > 1 && val + test > 0)
    throw new AppError(
      'usage',
      `All ${images.length} images are one group (${images[0]!.group}), which stays together; use --by image to divide it all the same.`,
    );
  const counts = labelCounts(project.store);
  const labelled = (group: ImageRow[]) => group.some((image) => hasLabels(counts.get(image.id)));
  const parts = [groups.filter(labelled), groups.filter((group) => !labelled(group))].map((part, stratum) =>
    divide(shuffled(part, seed, stratum), { val, test }),
  );
  const chosen = SPLITS.flatMap((split) =>
    parts.flatMap((part) => part[split].map(({ id }) => [id, split] as const)),
  );
  changeSplits(project.store, chosen, 'Split images');
  return countSplits(listImages(project.store));
}

export interface HeldOut {
  images: ImageRow[];
  /** `stack`: all images are one group, so the end of that stack was taken; its neighbours are trained on. */
  by: 'group' | 'stack';
}

/**
 * Holds out labelled images for training to watch, when none are: about `share` of those it would train on, at least
 * one where there are two. Equal seeds hold out equal images; `test` images are never touched.
 * @returns the images that are now `val`, or null when there were some already or there is only one image.
 */
export function assignValidation(
  project: Project,
  { share = 0.2, seed = 1 }: { share?: number; seed?: number } = {},
): HeldOut | null {
  const counts = labelCounts(project.store);
  const labelled = listImages(project.store).filter((image) => hasLabels(counts.get(image.id)));
  const training = labelled.filter((image) => image.split === null || image.split === 'train');
  if (labelled.some((image) => image.split === 'val') || training.length < 2) return null;
  const groups = groupsOf(training, 'group');
  const wanted = Math.max(1, Math.round(share * training.length));
  const held: HeldOut =
    groups.length > 1
      ? { by: 'group', images: divide(shuffled(groups, seed, 0), { val: share, test: 0 }).val }
      : { by: 'stack', images: training.toSorted((a, b) => a.page - b.page || a.id - b.id).slice(-wanted) };
  setSplit(
    project.store,
    held.images.map((image) => image.id),
    'val',
  );
  return held;
}

/** Images in each split; undecided ones count as `train`. */
export function countSplits(images: readonly ImageRow[]): SplitCounts {
  const counts: SplitCounts = { train: 0, val: 0, test: 0 };
  for (const image of images) counts[image.split ?? 'train']++;
  return counts;
}

/** Groups in the order of their names, so that the order of import does not matter. */
function groupsOf(images: readonly ImageRow[], by: 'image' | 'group'): ImageRow[][] {
  const groups = Map.groupBy(images, (image) => (by === 'group' ? image.group : image.name));
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, members]) => members);
}

const shuffled = (groups: ImageRow[][], seed: number, stratum: number): ImageRow[][] =>
  Array.from(permutation(groups.length, randomFor(seed, stratum)), (i) => groups[i]!);

/** Fills test, then val, each to its share but with one group at least, and always leaves a group to train on. */
function divide(groups: ImageRow[][], shares: { val: number; test: number }): Record<Split, ImageRow[]> {
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const parts: Record<Split, ImageRow[]> = { train: [], val: [], test: [] };
  const left = [...groups];
  for (const split of ['test', 'val'] as const) {
    const wanted = shares[split] > 0 ? Math.max(1, Math.round(shares[split] * total)) : 0;
    while (left.length > 1 && parts[split].length < wanted) parts[split].push(...left.shift()!);
  }
  parts.train = left.flat();
  return parts;
}
