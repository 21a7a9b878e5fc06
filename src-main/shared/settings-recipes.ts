/** Settings that belong together: the recipes of the networks, and the losses that have names. */
import type { LearnerName, SettingName, Settings } from './settings.js';

const TUTORIAL: Partial<Settings> = {
  size: 224,
  channels: 'rgb',
  intensity: 'minus-one-to-one',
  batch: 4,
  lr: 1e-3,
  schedule: 'exponential',
  beta2: 0.999,
  weightDecay: 0,
  // The tutorial sets none; one bad batch then fills Adam's second moment (docs/engine.md).
  clipNorm: 1,
  ema: 0,
  diceWeight: 0,
  patience: 10,
  scaleMin: 0.25,
  scaleMax: 2,
  scaleDraw: 'uniform',
  aspectJitter: 0.3,
  flipVertical: false,
  quarterTurns: false,
  rotation: 0,
  gainJitter: 0,
  offsetJitter: 0,
  channelJitter: 0,
  border: 'void',
  interpolation: 'bicubic',
  hue: 0.1,
  saturation: 1.5,
  value: 1.5,
};

/** What a network's recipe changes in the defaults above. */
export const RECIPES: Record<LearnerName, Partial<Settings>> = {
  'unet-quick': {},
  'unet-mini': { ...TUTORIAL, reestimate: 0 },
  'unet-mobilenet': { ...TUTORIAL, bnMomentum: 0.99 },
  live: { steps: 200 },
};

/** The only settings of `live`. */
export const LIVE_SETTINGS = [
  'network',
  'steps',
  'channels',
  'intensity',
  'validation',
  'paintedOnly',
  'seed',
  'device',
  'threads',
] as const satisfies SettingName[];

/** What `loss=NAME` stands for; a setting that is given by its own name wins. */
export const LOSSES = {
  'cross-entropy': { classWeights: 'none', focalGamma: 0, diceWeight: 0 },
  weighted: { classWeights: 'frequency', focalGamma: 0, diceWeight: 0 },
  focal: { classWeights: 'none', focalGamma: 2, diceWeight: 0 },
  'cross-entropy+dice': { classWeights: 'none', focalGamma: 0, diceWeight: 1 },
} as const satisfies Record<string, Partial<Settings>>;
export type LossName = keyof typeof LOSSES;
export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** The name of a loss; null for a mixture that has none. */
export const lossNameOf = (settings: Readonly<Record<string, unknown>>): LossName | null =>
  LOSS_NAMES.find((name) =>
    Object.entries(LOSSES[name]).every(([setting, value]) => settings[setting] === value),
  ) ?? null;
