/** What a training would do and what is missing for it, in plain words; nothing is changed. */
import type {
  TrainingChoice,
  TrainingGoal,
  TrainingPlan,
  TrainingProblem,
} from '../shared/app-api-training.js';
import { isAppError, messageOf } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';
import type { Settings } from '../shared/settings.js';
import { defaultSettings, resolveSettings } from '../shared/settings-values.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { runById } from '../store/runs.js';
import type { Project } from './projects.js';
import { countsOf } from './snapshots.js';

const MINUTES: Record<TrainingGoal, number> = { fast: 1, balanced: 4, thorough: 15 };
/** A crop shows at least so many diameters of a structure, so that there is something around it to learn from. */
const DIAMETERS_A_CROP = 2.5;
/** Larger crops gain nothing on a CPU's budget: one step would take too long. */
const LARGEST_CROP = 512;
/** With fewer pixels of a class it is learned by luck. */
const FEW_PIXELS = 500;
/** Pixel sizes that differ by more than this factor show the same thing at different scales. */
const PIXEL_SIZE_FACTOR = 1.5;

/**
 * The settings that a choice stands for. Every setting that was given stays as it was given.
 * @param structurePx what `structure: 'auto'` means; null: nothing could be measured.
 * @throws AppError('usage') for settings that there are not.
 */
export function settingsOf(
  choice: Pick<TrainingChoice, 'goal' | 'structure' | 'settings'>,
  { structurePx, network }: { structurePx: number | null; network: string | null },
): Settings {
  const given: Record<string, string | number | boolean> = {
    ...(network !== null && { network }),
    ...choice.settings,
  };
  const limited = ['minutes', 'epochs', 'steps'].some((name) => Number(given[name]) > 0);
  const settings = resolveSettings({ ...(limited ? {} : { minutes: MINUTES[choice.goal] }), ...given });
  const px = choice.structure === 'auto' ? structurePx : choice.structure;
  if (px === null || settings.scaleMode !== 'native') return settings;
  const { size, batch } = defaultSettings(settings.network);
  const wanted = Math.min(LARGEST_CROP, Math.ceil((px * DIAMETERS_A_CROP) / 32) * 32);
  if (wanted <= size) return settings;
  return resolveSettings({
    ...settings,
    // As many pixels a step as before, so that a step takes as long.
    batch: Math.max(1, Math.round((batch * size * size) / (wanted * wanted))),
    size: wanted,
    ...given,
  });
}

/** @param structurePx as measured; see core/app/training-structure.ts. */
export function planTraining(
  project: Project,
  choice: TrainingChoice,
  structurePx: number | null,
): TrainingPlan {
  const facts = factsOf(project, choice.classes);
  const problems = problemsOf(facts, project.name);
  let settings: Settings | null = null;
  const from = choice.from === null ? null : runById(project.store, choice.from);
  try {
    const network = from ? String(from.settings['network']) : null;
    settings = settingsOf(choice, { structurePx, network });
  } catch (error) {
    if (!isAppError(error)) throw error;
    problems.push({ level: 'blocks', sentence: messageOf(error) });
  }
  const used = settings ?? defaultSettings('unet-quick');
  return {
    ready: !problems.some(({ level }) => level === 'blocks'),
    sentences: settings
      ? sentencesOf(facts, settings, { choice, structurePx, from: from?.name ?? null })
      : [],
    problems,
    classes: facts.classes,
    images: { train: facts.train.length, heldOut: facts.heldOut.length },
    structurePx,
    settings: { ...used },
    minutes: used.minutes,
  };
}

interface Facts {
  images: number;
  train: ImageRow[];
  heldOut: ImageRow[];
  classes: TrainingPlan['classes'];
  /** Classes of the project that were not chosen. */
  left: ClassInfo[];
}

function factsOf({ store }: Project, chosen: readonly number[] | null): Facts {
  const counts = countsOf(labelCounts(store), chosen);
  const images = listImages(store);
  const labelled = images.filter(({ id }) => hasLabels(counts.get(id)));
  const train = labelled.filter(({ split }) => split === null || split === 'train');
  const heldOut = labelled.filter(({ split }) => split === 'val');
  const all = listClasses(store);
  const sum = (of: readonly ImageRow[], value: number) =>
    of.reduce((pixels, { id }) => pixels + (counts.get(id)?.[value] ?? 0), 0);
  return {
    images: images.length,
    train,
    heldOut,
    left: all.filter(({ value }) => chosen !== null && !chosen.includes(value)),
    classes: all
      .filter(({ value }) => chosen?.includes(value) ?? true)
      .map(({ value, name }) => ({
        value,
        name,
        pixels: sum(train, value),
        images: train.filter(({ id }) => (counts.get(id)?.[value] ?? 0) > 0).length,
        heldOutPixels: sum(heldOut, value),
      })),
  };
}

function problemsOf({ images, train, heldOut, classes }: Facts, project: string): TrainingProblem[] {
  const blocks = (sentence: string): TrainingProblem[] => [{ level: 'blocks', sentence }];
  if (!images) return blocks(`${project} has no images yet: add some first.`);
  if (!train.length && !heldOut.length)
    return blocks('Nothing is labelled yet: paint some strokes of each class.');
  if (!train.length)
    return blocks(
      'Every labelled image is held out, so there is none to train on: make some of them training images.',
    );
  const known = classes.filter(({ pixels }) => pixels > 0);
  if (known.length < 2)
    return blocks(
      `Only ${known[0]?.name ?? 'one class'} is labelled in the training images: label a second class too (background is a class like any other).`,
    );
  const warnings: string[] = [];
  for (const { name, pixels } of classes) {
    if (!pixels)
      warnings.push(`${name} is not labelled in any training image, so it cannot be learned: paint some.`);
    else if (pixels < FEW_PIXELS)
      warnings.push(`${name} has only ${number(pixels)} labelled pixels: paint more.`);
  }
  if (!heldOut.length && train.length < 2)
    warnings.push(
      'Only one image is labelled, so none can be held out and nobody can say how good the model is: label a second one.',
    );
  for (const { name, pixels, heldOutPixels } of classes)
    if (heldOut.length && pixels && !heldOutPixels)
      warnings.push(
        `No held-out image has ${name}, so how well it is found is not measured: label some there.`,
      );
  const sizes = train.flatMap(({ pixelSizeUm }) => pixelSizeUm ?? []);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length && most > least * PIXEL_SIZE_FACTOR)
    warnings.push(
      `The training images have pixels of ${micrometres(least)} to ${micrometres(most)}, so the same structure differs in size: images of one scale are learned better.`,
    );
  return warnings.map((sentence) => ({ level: 'warns', sentence }));
}

function sentencesOf(
  { train, heldOut, classes, left }: Facts,
  settings: Settings,
  { choice, structurePx, from }: { choice: TrainingChoice; structurePx: number | null; from: string | null },
): string[] {
  const pixels = classes.reduce((sum, one) => sum + one.pixels, 0);
  const sentences = [
    `Learns for ${budgetOf(settings)} from ${counted(train.length, 'image')} with ${megapixels(pixels)} labelled.`,
    `It learns to tell apart ${listed(classes.map(({ name }) => name))}.`,
  ];
  if (left.length)
    sentences.push(
      `Pixels of ${listed(left.map(({ name }) => name))} count as unlabelled: nothing is learned from them.`,
    );
  if (heldOut.length)
    sentences.push(`How good it is, is measured on ${counted(heldOut.length, 'held-out image')}.`);
  else if (train.length > 1 && settings.validation > 0)
    sentences.push(
      `About ${Math.max(1, Math.round(train.length * settings.validation))} of the ${train.length} images will be held out to measure how good it is.`,
    );
  const crop = `it looks at pieces of ${settings.size} × ${settings.size} px`;
  if (settings.scaleMode !== 'native')
    sentences.push(`Each image is fitted into ${settings.size} × ${settings.size} px.`);
  else if (choice.structure !== 'auto')
    sentences.push(`Your structures are ${Math.round(choice.structure)} px wide, so ${crop}.`);
  else if (structurePx !== null)
    sentences.push(`The labelled structures are about ${Math.round(structurePx)} px wide, so ${crop}.`);
  if (from !== null)
    sentences.push(
      `It goes on from what ${from} has learned; the new model takes its place only if it is better on the held-out images.`,
    );
  else if (choice.weights !== 'none') sentences.push('It starts from pretrained weights.');
  return sentences;
}

function budgetOf({ minutes, epochs, steps }: Settings): string {
  const limits = [
    ...(minutes ? [minutes === 1 ? 'one minute' : `${Number(minutes.toPrecision(3))} minutes`] : []),
    ...(epochs ? [counted(epochs, 'epoch')] : []),
    ...(steps ? [counted(steps, 'step')] : []),
  ];
  return limits.length > 1 ? `at most ${limits.join(' or ')}` : `${minutes ? 'about ' : ''}${limits[0]}`;
}

const number = (value: number): string => value.toLocaleString('en-US');
const counted = (n: number, what: string): string => `${number(n)} ${what}${n === 1 ? '' : 's'}`;
const megapixels = (pixels: number): string =>
  pixels < 50_000 ? counted(pixels, 'pixel') : `${(pixels / 1e6).toFixed(1)} megapixels`;
const micrometres = (size: number): string => `${Number(size.toPrecision(3))} µm`;
const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
