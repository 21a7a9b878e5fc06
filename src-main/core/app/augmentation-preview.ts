/** What the thread that previews augmentation needs to know of a project: the open image, its labels, what is trained on. */
import type { AugmentedCrops, TrainingChoice } from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import { listClasses } from '../../store/classes.js';
import { imageById, listImages, type ImageRow } from '../../store/images.js';
import { hasLabels, loadMask } from '../../store/masks.js';
import { runById } from '../../store/runs.js';
import { locateImages, requireUnchanged } from '../images.js';
import { learnedCounts, learnedMask } from '../learned-labels.js';
import { entryOf } from '../snapshots.js';
import { settingsOf } from '../training-plan.js';
import type { AugmentationThread } from './augmentation-thread.js';
import type { OpenProject } from './open-project.js';

/** Samples of an image that is read as a whole for this; beyond, it would take long and much memory. */
const MOST_SAMPLES = 100e6;
/** Training images that are looked at for what `auto` means; see engine/input-decision.ts. */
const LOOKED_AT = 12;

/**
 * Crops `first` … of an image, as the training that `choice` stands for would see them. Which images would be held out is
 * decided when a training starts; here all that are not held out yet count as trained on.
 * @throws AppError('usage' | 'not-found' | 'changed' | 'unsupported-image' | 'stopped')
 */
export async function previewAugmentation(
  { project, structure }: OpenProject,
  thread: AugmentationThread,
  {
    choice,
    imageId,
    first,
    count,
    signal,
  }: {
    choice: TrainingChoice;
    imageId: number;
    first: number;
    count: number;
    signal: AbortSignal | undefined;
  },
): Promise<AugmentedCrops> {
  const { store } = project;
  const image = imageById(store, imageId);
  if (image.width * image.height * image.channels > MOST_SAMPLES)
    throw new AppError('unsupported-image', `${image.name} is too large to show how it is augmented.`);
  const structurePx = await structure.of(project, choice.classes);
  const like = choice.from === null ? null : runById(store, choice.from).settings;
  const settings = settingsOf(choice, { structurePx, like });
  const { paintedOnly } = settings;
  const counts = learnedCounts(store, { classes: choice.classes, paintedOnly });
  const training = listImages(store).filter(
    ({ id, split }) => (split === null || split === 'train') && hasLabels(counts.get(id)),
  );
  const small = training.filter(({ width, height, channels }) => width * height * channels <= MOST_SAMPLES);
  const every = Math.ceil(small.length / LOOKED_AT);
  const looked = small.filter((_, i) => i % every === 0);
  const [located, ...others] = await locateImages(project, [image, ...looked]);
  const stored = loadMask(store, imageId);
  const labels = stored && learnedMask(store, imageId, { mask: stored, paintedOnly });
  return thread.ask(
    {
      image: entryOf(image, requireUnchanged(located!), []),
      labels: labels?.data ?? null,
      classes: listClasses(store)
        .map(({ value }) => value)
        .filter((value) => choice.classes?.includes(value) ?? true),
      looked: others.flatMap((one) =>
        one.state !== 'changed' && one.path !== null ? [entryOf(one.image, one.path, [])] : [],
      ),
      extent: extentOf(training.length ? training : [image], counts),
      settings,
      first,
      count,
    },
    signal,
  );
}

function extentOf(images: readonly ImageRow[], counts: ReadonlyMap<number, number[]>) {
  const pixels = images.reduce((sum, { width, height }) => sum + width * height, 0);
  const labelled = images.reduce(
    (sum, { id }) => sum + (counts.get(id) ?? []).slice(1).reduce((of, one) => of + one, 0),
    0,
  );
  return { pixels, unlabelled: pixels - labelled };
}
