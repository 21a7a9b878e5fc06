/** What is missing for a training, and what will make its result worse, in plain words. */
import { existsSync } from 'node:fs';
import type { TrainingPlan, TrainingProblem } from '../shared/app-api-training.js';
import type { ClassInfo } from '../shared/model.js';
import type { Labelled } from '../shared/sampling-rules.js';
import type { Settings } from '../shared/settings.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels } from '../store/masks.js';
import { learnedCounts, leftToModels, type LearnedLabels } from './learned-labels.js';
import type { Project } from './projects.js';

/** With fewer pixels of a class it is learned by luck. */
const FEW_PIXELS = 500;
/** Pixel sizes that differ by more than this factor show the same thing at different scales. */
const PIXEL_SIZE_FACTOR = 1.5;

/** What there is to train on. */
export interface TrainingFacts {
  images: number;
  train: ImageRow[];
  heldOut: ImageRow[];
  /** What is labelled in each of `train`. */
  labelled: Labelled[];
  classes: TrainingPlan['classes'];
  /** Classes of the project that were not chosen. */
  left: ClassInfo[];
  /** Pixels of the chosen classes that are left out because a model labelled them. */
  leftToModels: number;
}

export function factsOf({ store }: Project, learned: LearnedLabels): TrainingFacts {
  const chosen = learned.classes;
  const counts = learnedCounts(store, learned);
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
    labelled: train.map(({ id, width, height }) => ({ width, height, pixelsByValue: counts.get(id)! })),
    leftToModels: learned.paintedOnly
      ? leftToModels(
          store,
          learned,
          images.flatMap(({ id, split }) => (split === 'test' ? [] : [id])),
        )
      : 0,
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

/** @param settings null: they were refused. @param weights as in `TrainingChoice`. */
export function problemsOf(
  facts: TrainingFacts,
  { project, settings, weights }: { project: string; settings: Settings | null; weights: string },
): TrainingProblem[] {
  const missing = missingLabels(facts, project) ?? missingWeights(weights, settings);
  if (missing !== null) return [{ level: 'blocks', sentence: missing }];
  return [
    ...classWarnings(facts),
    ...heldOutWarnings(facts, settings),
    ...imageWarnings(facts, settings),
  ].map((sentence) => ({ level: 'warns', sentence }));
}

function missingLabels(facts: TrainingFacts, project: string): string | null {
  const { images, train, heldOut, classes } = facts;
  if (!images) return `${project} has no images yet: add some first.`;
  if (!train.length && facts.leftToModels)
    return 'All labels of the training images came from a model, and those are left out: confirm or correct some of them, or switch off “Only pixels people painted”.';
  if (!train.length && !heldOut.length) return 'Nothing is labelled yet: paint some strokes of each class.';
  if (!train.length)
    return 'Every labelled image is held out, so there is none to train on: make some of them training images.';
  const known = classes.filter(({ pixels }) => pixels > 0);
  if (known.length >= 2) return null;
  return `Only ${known[0]?.name ?? 'one class'} is labelled in the training images: label a second class too (background is a class like any other).`;
}

function missingWeights(weights: string, settings: Settings | null): string | null {
  if (weights === 'none') return null;
  if (weights !== 'imagenet')
    return existsSync(weights) ? null : `There is no weights file ${weights}: choose another one.`;
  if (!settings || settings.network === 'unet-mobilenet') return null;
  return `ImageNet weights fit unet-mobilenet only: choose that network, or no pretrained weights.`;
}

function* classWarnings({ classes }: TrainingFacts): Generator<string> {
  for (const { name, pixels } of classes) {
    if (!pixels) yield `${name} is not labelled in any training image, so it cannot be learned: paint some.`;
    else if (pixels < FEW_PIXELS)
      yield `${name} has only ${pixels.toLocaleString('en-US')} labelled pixels: paint more.`;
  }
}

function* heldOutWarnings(
  { train, heldOut, classes }: TrainingFacts,
  settings: Settings | null,
): Generator<string> {
  if (!heldOut.length && train.length < 2)
    yield 'Only one image is labelled, so none can be held out and nobody can say how good the model is: label a second one.';
  else if (!heldOut.length && settings?.validation === 0)
    yield 'No image is held out, because the held-out share is 0, so nobody can say how good the model is: give it a share, or make an image a validation image.';
  for (const { name, pixels, heldOutPixels } of classes)
    if (heldOut.length && pixels && !heldOutPixels)
      yield `No held-out image has ${name}, so how well it is found is not measured: label some there.`;
}

function* imageWarnings({ train, heldOut }: TrainingFacts, settings: Settings | null): Generator<string> {
  const sizes = train.flatMap(({ pixelSizeUm }) => pixelSizeUm ?? []);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length && most > least * PIXEL_SIZE_FACTOR)
    yield `The training images have pixels of ${micrometres(least)} to ${micrometres(most)}, so the same structure differs in size: images of one scale are learned better.`;
  const held = heldOut.flatMap(({ pixelSizeUm }) => pixelSizeUm ?? []);
  const away = held.find((size) => size > most * PIXEL_SIZE_FACTOR || size * PIXEL_SIZE_FACTOR < least);
  if (sizes.length && away !== undefined)
    yield `A held-out image has pixels of ${micrometres(away)} and the training images ${least === most ? micrometres(least) : `${micrometres(least)} to ${micrometres(most)}`}, so its scores say little: hold out images of the same scale.`;
  const channels = [
    ...new Set([...train, ...heldOut].map((image) => image.channels - (image.alpha ? 1 : 0))),
  ];
  if (channels.length > 1 && settings?.channels !== 'grey')
    yield `The labelled images have ${listed(channels.toSorted((a, b) => a - b).map(String))} channels; those with fewer have their last one repeated. If they do not show the same thing, train them apart, or set Channels to grey.`;
}

const micrometres = (size: number): string => `${Number(size.toPrecision(3))} µm`;
/** `1 and 3`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
