/** What `brushfield bench learn` compares: label amounts, budgets and methods, as they are named on the command line. */
import { AppError } from '../../shared/errors.js';

/** How much of the labels of the training images is kept. */
export interface LabelAmount {
  name: string;
  /** Null: all. */
  images: number | null;
  /** 0 … 1 of the pixels of each, in strokes. */
  share: number;
}

/** How long a network is trained; classical methods take what they need. */
export interface LearnBudget {
  name: string;
  /** Of training time by the clock. */
  minutes?: number;
  steps?: number;
  /** As many steps as a quiet machine with two cores makes in these minutes: repeatable on a busy one. */
  asSteps?: number;
}

export const CLASSICAL = ['otsu', 'multi-otsu', 'forest'] as const;
export type ClassicalMethod = (typeof CLASSICAL)[number];

export interface LearnMethod {
  name: string;
  kind: ClassicalMethod | 'network';
  /** Of a network, by names of shared/settings.ts. */
  set: Record<string, string | number | boolean>;
  stepsAMinute: number;
  weights?: 'imagenet';
  /** With what the window's plan chooses by the labels: see training-plan.ts. */
  planned: boolean;
}

/** Blocks in the order of names; every Nth image; the folds of NVIDIA's UNet_Medical example, of 30 images. */
const FOLD_KINDS = ['fold', 'interleaved', 'unet-medical'] as const;
type FoldKind = (typeof FOLD_KINDS)[number];

/** Which labelled images are scored and seen by no training. */
export interface LearnPart {
  name: string;
  kind: 'test' | 'validation' | FoldKind;
  /** Of folds, from 1. */
  index: number;
  count: number;
}

/** The tutorial's networks as it trains them, but with the images normalised as for the default. */
const TUTORIAL = {
  ...{ schedule: 'constant', clipNorm: 0, patience: 0, scaleMin: 0.5, scaleMax: 2 },
  ...{ intensity: 'auto', channels: 'auto' },
};
/** Steps of docs/engine.md and docs/compiled-step.md, two cores. */
const NETWORKS: Record<string, Omit<LearnMethod, 'name' | 'kind' | 'planned'>> = {
  'unet-quick': { set: {}, stepsAMinute: 416 },
  'unet-mini': { set: TUTORIAL, stepsAMinute: 157 },
  // Weights of colour pictures need three channels.
  'unet-mobilenet': { set: { ...TUTORIAL, channels: 'rgb' }, stepsAMinute: 89, weights: 'imagenet' },
};

const PLAN = 'plan';

/** `all`, or `3@2`: 2 % of the pixels of 3 images. @throws AppError('usage') */
export function parseLabels(text: string): LabelAmount[] {
  return text.split(',').map((given) => {
    const part = given.trim();
    if (part === 'all') return { name: 'all', images: null, share: 1 };
    const [, images, percent] = /^([1-9]\d{0,3})@(\d{1,3}(?:\.\d+)?)$/.exec(part) ?? [];
    const share = Number(percent) / 100;
    if (images === undefined || !(share > 0 && share <= 1))
      throw new AppError(
        'usage',
        `--labels takes "all" or IMAGES@PERCENT as in 3@2 (2 % of 3 images), not "${part}".`,
      );
    return { name: part, images: Number(images), share };
  });
}

/** `30s`, `1min`, `416steps`, or `~1min`. @throws AppError('usage') */
export function parseBudgets(text: string): LearnBudget[] {
  return text.split(',').map((given) => {
    const name = given.trim();
    const [, about, number, unit] = /^(~?)(\d{1,7}(?:\.\d+)?)(s|min|steps)$/.exec(name) ?? [];
    const value = Number(number);
    if (number === undefined || !(value > 0) || (unit === 'steps' && (about || !Number.isInteger(value))))
      throw new AppError(
        'usage',
        `--budgets takes 30s, 1min, 416steps, or ~1min for as many steps as a quiet machine makes in it, not "${name}".`,
      );
    if (unit === 'steps') return { name, steps: value };
    const minutes = unit === 's' ? value / 60 : value;
    return about ? { name, asSteps: minutes } : { name, minutes };
  });
}

/**
 * `unet-quick`, `forest`, `unet-quick:ema=0+diceWeight=0` for other settings, or `unet-quick:plan` for those that the window
 * would choose by the labels. @throws AppError('usage')
 */
export function parseMethods(text: string): LearnMethod[] {
  return text.split(',').map((given) => {
    const name = given.trim();
    const classical = CLASSICAL.find((one) => one === name);
    if (classical) return { name, kind: classical, set: {}, stepsAMinute: 0, planned: false };
    const [base = '', changes] = name.split(':');
    const network = NETWORKS[base];
    if (!network)
      throw new AppError(
        'usage',
        `There is no method "${name}"; there are ${[...Object.keys(NETWORKS), ...CLASSICAL].join(', ')}, and NETWORK:setting=value+setting=value.`,
      );
    const set: LearnMethod['set'] = { ...network.set, network: base, validation: 0 };
    const wanted = changes?.split('+') ?? [];
    for (const change of wanted.filter((one) => one !== PLAN)) {
      const [, setting, value] = /^(\w+)=(.+)$/.exec(change) ?? [];
      if (setting === undefined || value === undefined)
        throw new AppError(
          'usage',
          `"${change}" in the method "${name}" is neither setting=value nor ${PLAN}.`,
        );
      set[setting] = value;
    }
    return { ...network, name, kind: 'network', set, planned: wanted.includes(PLAN) };
  });
}

/**
 * `test`, `validation` (the last quarter of the training images), or folds of all images: `fold:2/5` one, `fold/5` every one.
 * @throws AppError('usage')
 */
export function parseParts(text: string): LearnPart[] {
  if (text === 'test' || text === 'validation') return [{ name: text, kind: text, index: 1, count: 1 }];
  const [, given, only, last] = /^([a-z-]+)(?::([1-9]\d?))?\/([1-9]\d?)$/.exec(text) ?? [];
  const kind = FOLD_KINDS.find((one) => one === given);
  const [index, count] = [Number(only ?? 1), Number(last)];
  if (!kind || index > count || count < 2 || (kind === 'unet-medical' && count !== 5))
    throw new AppError(
      'usage',
      `--part takes test, validation, or ${FOLD_KINDS.join('/5, ')}/5 for all folds and fold:2/5 for one, not "${text}".`,
    );
  const all = Array.from({ length: count }, (_, i) => i + 1);
  return (only === undefined ? all : [index]).map((k) => ({
    ...{ name: `${kind}:${k}/${count}`, kind, index: k, count },
  }));
}

/** What folds of one cross-validation have in common: `fold/5` of `fold:2/5`. */
export const wholeOf = (part: string): string => part.replace(/:\d+(?=\/)/, '');

/** What of a budget a training is told. */
export const limitOf = (
  { minutes, steps, asSteps }: LearnBudget,
  { stepsAMinute }: LearnMethod,
): Record<string, number> =>
  minutes !== undefined ? { minutes } : { steps: steps ?? Math.round(asSteps! * stepsAMinute) };
