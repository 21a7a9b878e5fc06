/** Which images are trained on, held out while training, and kept for the final test. By image or group, never by tile. */
import { AppError } from '../shared/errors.js';
import { SPLITS, type Split } from '../shared/model.js';
import { listImages, setSplit, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { changeSplits } from '../store/project-steps.js';
import { ALL_LABELS, learnedCounts, type LearnedLabels } from './learned-labels.js';
import type { Project } from './projects.js';
import { divideEvenly, type Unit } from './stratify.js';

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
  /** Ids of images that look alike and stay together too (leak-guard.ts); only with `group`. Default: none. */
  alike?: readonly (readonly number[])[];
}

export type SplitCounts = Record<Split, number>;

/**
 * Divides the project's images at random, labelled and unlabelled ones each in the asked shares; one undoable step.
 * @returns the number of images in each split.
 * @throws AppError('usage') for shares that leave nothing to train on, or when all images are one group.
 */
export function splitProject(project: Project, options: SplitOptions = {}): SplitCounts {
  const { val = 0.2, test = 0, seed = 1, by = 'group', alike = [] } = options;
  for (const [name, share] of Object.entries({ val, test }))
    if (!(share >= 0 && share < 1))
      throw new AppError('usage', `The share "${name}" must be from 0 to below 1, and ${share} is not.`);
  if (val + test >= 1)
    throw new AppError('usage', `val ${val} and test ${test} leave no image to train on; lower one of them.`);
  const images = listImages(project.store).filter((image) => test > 0 || image.split !== 'test');
  const groups = groupsOf(images, by, by === 'group' ? alike : []);
  if (groups.length === 1 && images.length > 1 && val + test > 0) throw oneSet(images);
  const counts = labelCounts(project.store);
  const labelled = (group: ImageRow[]) => group.some((image) => hasLabels(counts.get(image.id)));
  const parts = [groups.filter(labelled), groups.filter((group) => !labelled(group))].map((part, stratum) =>
    divide(part, { counts, shares: { val, test }, seed, stratum }),
  );
  const chosen = SPLITS.flatMap((split) =>
    parts.flatMap((part) => part[split].map(({ id }) => [id, split] as const)),
  );
  changeSplits(project.store, chosen, 'Split images');
  return countSplits(listImages(project.store));
}

function oneSet(images: readonly ImageRow[]): AppError {
  const [first, second] = images;
  return new AppError(
    'usage',
    images.every(({ group }) => group === first!.group)
      ? `All ${images.length} images are one group (${first!.group}), which stays together; use --by image to divide it all the same.`
      : `All ${images.length} images look nearly the same as the next (${first!.name}, ${second!.name}, …), so they stay together; use --no-keep-duplicates-together to divide them all the same, knowing that scores will be too good.`,
  );
}

export interface HeldOut {
  images: ImageRow[];
  /**
   * `stack`: all images are one group, `alike`: all look like another; so the last ones were taken, and their
   * neighbours are trained on.
   */
  by: 'group' | 'stack' | 'alike';
}

/**
 * Holds out labelled images for training to watch, when none are: about `share` of those it would train on, at least
 * one where there are two. Equal seeds hold out equal images; `test` images are never touched.
 * @returns the images that are now `val`, or null when there were some already or there is only one image.
 */
export function assignValidation(
  project: Project,
  {
    share = 0.2,
    seed = 1,
    alike = [],
    learned = ALL_LABELS,
  }: Pick<SplitOptions, 'seed' | 'alike'> & { share?: number; learned?: LearnedLabels } = {},
): HeldOut | null {
  const counts = learnedCounts(project.store, learned);
  const labelled = listImages(project.store).filter((image) => hasLabels(counts.get(image.id)));
  const training = labelled.filter((image) => image.split === null || image.split === 'train');
  if (labelled.some((image) => image.split === 'val') || training.length < 2) return null;
  const groups = groupsOf(training, 'group', alike);
  const wanted = Math.max(1, Math.round(share * training.length));
  const held: HeldOut =
    groups.length > 1
      ? {
          by: 'group',
          images: divide(groups, { counts, shares: { val: share, test: 0 }, seed, stratum: 0 }).val,
        }
      : {
          by: training.every(({ group }) => group === training[0]!.group) ? 'stack' : 'alike',
          images: training.toSorted((a, b) => a.page - b.page || a.id - b.id).slice(-wanted),
        };
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

/**
 * Images that stay together, in the order of their names, so that the order of import does not matter. A group that
 * shares an image with a set of alike ones is joined with all of that set's groups.
 */
function groupsOf(
  images: readonly ImageRow[],
  by: 'image' | 'group',
  alike: readonly (readonly number[])[],
): ImageRow[][] {
  const keyOf = (image: ImageRow) => (by === 'group' ? image.group : image.name);
  const keys = new Map(images.map((image) => [image.id, keyOf(image)]));
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    const parent = parents.get(key);
    return parent === undefined ? key : rootOf(parent);
  };
  for (const ids of alike) {
    const roots = [...new Set(ids.flatMap((id) => keys.get(id) ?? []).map(rootOf))].sort();
    // The first name stands for all, whatever the order in which the sets are met.
    for (const root of roots.slice(1)) parents.set(root, roots[0]!);
  }
  const groups = Map.groupBy(images, (image) => rootOf(keyOf(image)));
  return [...groups]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([, members]) => members.toSorted((a, b) => compare(a.name, b.name)));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Division {
  counts: ReadonlyMap<number, readonly number[]>;
  shares: { val: number; test: number };
  seed: number;
  stratum: number;
}

function divide(
  groups: ImageRow[][],
  { counts, shares, seed, stratum }: Division,
): Record<Split, ImageRow[]> {
  const units: Unit<ImageRow[]>[] = groups.map((group) => ({
    value: group,
    size: group.length,
    labels: classesOf(group, counts),
  }));
  const parts = divideEvenly(units, { shares, key: [seed, stratum] });
  return { train: parts.train.flat(), val: parts.val.flat(), test: parts.test.flat() };
}

/** How many of a group's images have each class. */
function classesOf(
  group: readonly ImageRow[],
  counts: ReadonlyMap<number, readonly number[]>,
): Map<number, number> {
  const images = new Map<number, number>();
  for (const { id } of group)
    for (const [value, pixels] of (counts.get(id) ?? []).entries())
      if (value > 0 && pixels > 0) images.set(value, (images.get(value) ?? 0) + 1);
  return images;
}
