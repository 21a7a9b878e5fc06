/** Whether a project can be trained on, said before anything is changed. */
import { AppError } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { locateImages, requireUnchanged } from './images.js';
import { ALL_LABELS, learnedCounts, type LearnedLabels } from './learned-labels.js';
import type { Project } from './projects.js';

/**
 * @throws AppError('nothing-to-train') without an image, a labelled pixel, or a second class to tell apart.
 */
export function requireTrainable(project: Project, learned: LearnedLabels = ALL_LABELS): void {
  const images = listImages(project.store);
  const nothing = (sentence: string) => new AppError('nothing-to-train', sentence);
  if (!images.length)
    throw nothing(
      `${project.name} has no images yet; add some with "brushfield import" together with their labels.`,
    );
  const counts = learnedCounts(project.store, learned);
  const labelled = images.filter(({ id }) => hasLabels(counts.get(id)));
  if (!labelled.length && learned.paintedOnly && [...labelCounts(project.store).values()].some(hasLabels))
    throw nothing(
      'All labels came from a model, and paintedOnly leaves those out; confirm or correct some of them, or leave it out.',
    );
  if (!labelled.length)
    throw nothing(
      `No pixel of the ${images.length} images is labelled; import labels with "brushfield import … --labels FOLDER".`,
    );
  const training = labelled.filter(isTrainedOn);
  if (!training.length)
    throw nothing(
      'Every labelled image is held out (val or test), so there is none to train on; divide them with "brushfield split".',
    );
  const classes = classesIn(training, counts, listClasses(project.store));
  if (classes.length < 2)
    throw nothing(
      `Only ${classes[0]?.name ?? 'one class'} is labelled in the training images; label a second class too (background is a class like any other).`,
    );
}

/**
 * Whether every image file that a training would read is the one that was labelled.
 * @throws AppError('changed' | 'not-found')
 */
export async function requireImageFiles(project: Project): Promise<void> {
  const counts = labelCounts(project.store);
  const images = listImages(project.store).filter(
    ({ id, split }) => split !== 'test' && hasLabels(counts.get(id)),
  );
  for (const located of await locateImages(project, images)) requireUnchanged(located);
}

/** The classes that the training images lack although the project has them; they cannot be learned. */
export function untrainedClasses(project: Project, learned: LearnedLabels = ALL_LABELS): string[] {
  const all = listClasses(project.store).filter(({ value }) => learned.classes?.includes(value) ?? true);
  const training = listImages(project.store).filter(isTrainedOn);
  const known = classesIn(training, learnedCounts(project.store, learned), all);
  return all.filter((info) => !known.includes(info)).map(({ name }) => name);
}

const isTrainedOn = ({ split }: ImageRow): boolean => split === null || split === 'train';

const classesIn = (
  images: readonly ImageRow[],
  counts: ReadonlyMap<number, number[]>,
  classes: readonly ClassInfo[],
): ClassInfo[] => classes.filter(({ value }) => images.some(({ id }) => (counts.get(id)?.[value] ?? 0) > 0));
