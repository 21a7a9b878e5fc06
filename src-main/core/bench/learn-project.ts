/** One start of `brushfield bench learn`: a project in which what is scored is `test` and the labels are as few as asked. */
import { join } from 'node:path';
import { listClasses } from '../../store/classes.js';
import { listImages, setSplit, type ImageRow } from '../../store/images.js';
import { loadMask, saveMask } from '../../store/masks.js';
import { importImages } from '../import.js';
import { createProject, type Project } from '../projects.js';
import { AppError } from '../../shared/errors.js';
import type { LabelAmount, LearnPart } from './learn-plan.js';
import type { LearnSet } from './learn-sets.js';
import { sparseStrokes } from './sparse-strokes.js';

/** Of the training images, the last of them by name: chosen on without a look at the test images. */
const VALIDATION_SHARE = 0.25;

/** @throws AppError('usage') when no image is left to train on or to score. */
export async function learnProject(
  { name, folder, map }: LearnSet,
  {
    scratch,
    labels,
    part,
    seed,
    signal,
  }: {
    scratch: string;
    labels: LabelAmount;
    part: LearnPart;
    seed: number;
    signal: AbortSignal | undefined;
  },
): Promise<Project> {
  const project = createProject(join(scratch, 'bench.brushfield'));
  try {
    await importImages(project, { paths: [folder], map, format: 'voc' }, signal ? { signal } : {});
    divide(project, part);
    const images = inOrder(project);
    const train = images.filter(({ split }) => split === 'train');
    if (!train.length || !images.some(({ split }) => split === 'test') || !listClasses(project.store).length)
      throw new AppError(
        'usage',
        `${name} has no images to train on or none to score: it needs lists of names, splits/train.txt and splits/test.txt.`,
      );
    if (labels.images !== null) keepSome(project, train, { ...labels, images: labels.images, seed });
    return project;
  } catch (error) {
    project.close();
    throw error;
  }
}

/**
 * Slices, from 0, of which it holds out six a fold: numpy.random.seed(0) and a shuffle of 30, then turned by five a fold.
 * Neighbours of most held-out slices are trained on, four are held out twice and four never.
 */
const UNET_MEDICAL = [
  ...[2, 28, 13, 10, 26, 24, 27, 11, 17, 22, 5, 16, 8, 14, 23],
  ...[20, 1, 29, 6, 4, 18, 19, 9, 7, 25, 3, 0, 21, 15, 12],
];

/** @param index from 1 */
export const unetMedicalFold = (index: number): Set<number> => {
  const end = UNET_MEDICAL.length - 5 * (index - 1);
  return new Set(UNET_MEDICAL.slice(end - 6, end));
};

/** Slices of a stack by their numbers. */
const inOrder = ({ store }: Project): ImageRow[] =>
  listImages(store).toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));

function divide(project: Project, { kind, index, count }: LearnPart): void {
  const { store } = project;
  const images = inOrder(project).filter(({ id }) => loadMask(store, id) !== null);
  const own = images.filter(({ split }) => split !== 'test');
  const ids = (some: readonly ImageRow[]) => some.map(({ id }) => id);
  if (kind === 'test') return setSplit(store, ids(own), 'train');
  if (kind === 'validation') {
    const from = own.length - Math.max(1, Math.round(own.length * VALIDATION_SHARE));
    unlabel(
      project,
      images.filter(({ split }) => split === 'test'),
    );
    setSplit(store, ids(images), 'train');
    return setSplit(store, ids(own.slice(from)), 'test');
  }
  const scored = images.filter((_, i) => {
    if (kind === 'fold') return Math.floor((i * count) / images.length) === index - 1;
    if (kind === 'interleaved') return i % count === index - 1;
    return unetMedicalFold(index).has(i);
  });
  if (kind === 'unet-medical' && images.length !== UNET_MEDICAL.length)
    throw new AppError(
      'usage',
      `The folds of UNet_Medical are of ${UNET_MEDICAL.length} images, and there are ${images.length}.`,
    );
  setSplit(store, ids(images), 'train');
  setSplit(store, ids(scored), 'test');
}

/** Leaves strokes on some training images, evenly chosen, and takes the labels of the others away. */
function keepSome(
  project: Project,
  train: readonly ImageRow[],
  { images, share, seed }: { images: number; share: number; seed: number },
): void {
  const kept = new Set(
    Array.from(
      { length: images },
      (_, k) => train[Math.floor(((k + 0.25) / images) * train.length) % train.length]!.id,
    ),
  );
  unlabel(
    project,
    train.filter(({ id }) => !kept.has(id)),
  );
  if (share === 1) return;
  for (const id of kept)
    saveMask(project.store, id, sparseStrokes(loadMask(project.store, id)!, share, seed));
}

function unlabel({ store }: Project, images: readonly ImageRow[]): void {
  for (const { id } of images) {
    const mask = loadMask(store, id);
    if (mask) saveMask(store, id, { ...mask, data: new Uint8Array(mask.data.length) });
  }
}
