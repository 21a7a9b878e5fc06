/** What a training would do and what is missing for it, in plain words; nothing is changed. */
import { basename } from 'node:path';
import type {
  TrainingChoice,
  TrainingGoal,
  TrainingPlan,
  TrainingProblem,
} from '../shared/app-api-training.js';
import { isAppError, messageOf } from '../shared/errors.js';
import { networkShapeOf } from '../shared/network-shape.js';
import { fewLabels } from '../shared/sampling-rules.js';
import { LIVE, type Settings } from '../shared/settings.js';
import { defaultSettings, resolveSettings } from '../shared/settings-values.js';
import { runById } from '../store/runs.js';
import type { Project } from './projects.js';
import { factsOf, listed, problemsOf, type TrainingFacts } from './training-problems.js';

const MINUTES: Record<TrainingGoal, number> = { fast: 1, balanced: 4, thorough: 15 };
/** A crop shows at least so many diameters of a structure, so that there is something around it to learn from. */
const DIAMETERS_A_CROP = 2.5;
/** Of the labelled pixels; what people do not expect a training to make much of. */
const RARE_SHARE = 0.1;
/** Larger crops gain nothing on a CPU's budget: one step would take too long. */
const LARGEST_CROP = 512;

/**
 * The settings that a choice stands for. Every setting that was given stays as it was given.
 * @param structurePx what `structure: 'auto'` means; null: nothing could be measured.
 * @param like settings of the run whose weights it starts from; null without one.
 * @throws AppError('usage') for settings that there are not.
 */
export function settingsOf(
  choice: Pick<TrainingChoice, 'goal' | 'structure' | 'settings'>,
  { structurePx, like }: { structurePx: number | null; like: Readonly<Record<string, unknown>> | null },
): Settings {
  const given: Record<string, string | number | boolean> = {
    ...(like && networkShapeOf(like)),
    ...choice.settings,
  };
  // Learns once, as long as that takes.
  if (given['network'] === LIVE) return resolveSettings(given);
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
  let settings: Settings | null = null;
  let refused: TrainingProblem[] = [];
  const from = choice.from === null ? null : runById(project.store, choice.from);
  try {
    settings = settingsOf(choice, { structurePx, like: from?.settings ?? null });
  } catch (error) {
    if (!isAppError(error)) throw error;
    refused = [{ level: 'blocks', sentence: messageOf(error) }];
  }
  const used = settings ?? defaultSettings('unet-quick');
  const facts = factsOf(project, { classes: choice.classes, paintedOnly: used.paintedOnly });
  const problems = [
    ...problemsOf(facts, { project: project.name, settings, weights: choice.weights }),
    ...refused,
  ];
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

function sentencesOf(
  { train, heldOut, labelled, classes, left, leftToModels }: TrainingFacts,
  settings: Settings,
  { choice, structurePx, from }: { choice: TrainingChoice; structurePx: number | null; from: string | null },
): string[] {
  const pixels = classes.reduce((sum, one) => sum + one.pixels, 0);
  const live = settings.network === LIVE;
  const sentences = [
    `Learns ${live ? 'in seconds' : `for ${budgetOf(settings)}`} from ${counted(train.length, 'image')} with ${megapixels(pixels)} labelled.`,
    `It learns to tell apart ${listed(classes.map(({ name }) => name))}.`,
  ];
  if (left.length)
    sentences.push(
      `Pixels of ${listed(left.map(({ name }) => name))} count as unlabelled: nothing is learned from them.`,
    );
  if (leftToModels)
    sentences.push(
      `${counted(leftToModels, 'pixel')} that a model labelled and nobody has confirmed ${leftToModels === 1 ? 'counts' : 'count'} as unlabelled.`,
    );
  if (heldOut.length)
    sentences.push(`How good it is, is measured on ${counted(heldOut.length, 'held-out image')}.`);
  else if (train.length > 1 && settings.validation > 0)
    sentences.push(
      `About ${Math.max(1, Math.round(train.length * settings.validation))} of the ${train.length} images will be held out to measure how good it is.`,
    );
  if (live)
    return [
      ...sentences,
      'It judges each pixel by what is around it, as live suggestions do, and is kept as a model like any other.',
    ];
  const crop = `it looks at pieces of ${settings.size} × ${settings.size} px`;
  if (settings.scaleMode !== 'native')
    sentences.push(`Each image is fitted into ${settings.size} × ${settings.size} px.`);
  else if (choice.structure !== 'auto')
    sentences.push(`Your structures are ${Math.round(choice.structure)} px wide, so ${crop}.`);
  else if (structurePx !== null)
    sentences.push(`The labelled structures are about ${Math.round(structurePx)} px wide, so ${crop}.`);
  if (settings.width < 1 && choice.settings['width'] === undefined && from === null)
    sentences.push('A short training: the network has half its filters, so that it makes twice the steps.');
  sentences.push(...samplingSentences(labelled, settings), ...balanceSentences(classes, settings));
  if (from !== null)
    sentences.push(
      `It goes on from what ${from} has learned; the new model takes its place only if it is better on the held-out images.`,
    );
  else if (choice.weights === 'imagenet') sentences.push('Its encoder starts from ImageNet weights.');
  else if (choice.weights !== 'none')
    sentences.push(`It starts from the weights in ${basename(choice.weights)}, as far as they fit.`);
  return sentences;
}

/** What the program chose because little is labelled; nothing of what a person set. */
function samplingSentences(
  labelled: TrainingFacts['labelled'],
  { cropAt, rotation, gainJitter, offsetJitter, scaleMode }: Settings,
): string[] {
  if (!labelled.length || scaleMode !== 'native' || !fewLabels(labelled)) return [];
  const chosen = [
    ...(cropAt === 'auto' ? ['cut near labels'] : []),
    ...(rotation < 0 ? ['turned by any angle'] : []),
    ...(gainJitter < 0 && offsetJitter < 0 ? ['varied in brightness and contrast'] : []),
  ];
  return chosen.length ? [`Less than half of the images is labelled, so pieces are ${listed(chosen)}.`] : [];
}

/** What becomes of classes with few pixels. None is weighted by itself: that helped one data set and harmed two. */
function balanceSentences(
  classes: TrainingFacts['classes'],
  { classWeights, rareShare }: Settings,
): string[] {
  const pixels = classes.reduce((sum, one) => sum + one.pixels, 0);
  const rare = classes.filter((one) => one.pixels > 0 && one.pixels < RARE_SHARE * pixels);
  if (!rare.length) return [];
  const shares = rare.map((one) => `${one.name} (${percent(one.pixels / pixels)})`);
  const treated = [
    ...(classWeights === 'none' ? [] : ['pixels of classes are weighted as you set it']),
    ...(rareShare > 0 ? ['more pieces are cut around rare classes'] : []),
  ];
  const then = listed(treated) || 'every pixel counts alike, which Class weights under Advanced changes';
  return [`Rare among the labels is ${listed(shares)}: ${then}.`];
}

const percent = (share: number): string =>
  `${Number((100 * share).toPrecision(share < 0.01 ? 1 : 2))}\u00a0%`;

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
