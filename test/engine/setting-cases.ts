/** What each setting of the schema changes in a run, and what it leaves as it was: one case or more for every one. */
import type { SettingName, Settings } from '../../src-main/shared/settings.js';

/** Parts of what a run computes, each of them compared to the last bit. */
export interface RunFacets {
  /** The first crops: pixels and labels. */
  crops: string;
  /** The objective of the first step: crops, first weights and loss. */
  firstLoss: number;
  /** The objective of all steps: the optimiser as well. */
  losses: number[];
  rates: number[];
  /** Steps at which epochs ended. */
  epochs: number[];
  /** Held-out loss of each epoch: the weights and statistics that would be kept. */
  scores: number[];
  /** Hash of the kept weights. */
  kept: string;
}

export interface SettingCase {
  value: string | number | boolean;
  /** Settings of both runs besides those of every run. */
  besides?: Partial<Settings>;
  colour?: boolean;
  differs: (keyof RunFacets)[];
  same: (keyof RunFacets)[];
}

/** Settings of every run, so small that it takes a part of a second. */
export const EVERY_RUN: Partial<Settings> = {
  ...{ size: 32, batch: 2, steps: 2, stepsPerEpoch: 2, reestimate: 2, patience: 0 },
  ...{ rotation: 0, gainJitter: 0, offsetJitter: 0 },
};

type Rest = Partial<Pick<SettingCase, 'besides' | 'colour'>>;
type Value = SettingCase['value'];

/** Other crops, and with them another loss from the first step on. */
const crops = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['crops', 'firstLoss', 'kept'], same: ['rates', 'epochs'] },
  ...rest,
});
/** The same crops seen with another loss or another network. */
const firstLoss = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['firstLoss', 'kept'], same: ['crops', 'rates', 'epochs'] },
  ...rest,
});
/** The same first step, and other weights from then on. */
const updates = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['losses', 'kept'], same: ['crops', 'firstLoss', 'rates', 'epochs'] },
  ...rest,
});
const rates = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['rates', 'losses', 'kept'], same: ['crops', 'firstLoss', 'epochs'] },
  ...rest,
});
/** The same training, of which something else is kept. */
const kept = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['scores', 'kept'], same: ['crops', 'losses', 'rates', 'epochs'] },
  ...rest,
});
const length = (value: Value, rest: Rest = {}): SettingCase => ({
  ...{ value, differs: ['epochs'], same: ['crops', 'firstLoss'] },
  ...rest,
});

const mobilenet: Rest = { besides: { network: 'unet-mobilenet' } };
const rgb: Rest = { besides: { channels: 'rgb' }, colour: true };

/**
 * Not seen in a run's numbers: where it computes, with how many threads, and which images and labels it is given. Tested at the end
 * of settings.test.ts and in test/core/training-settings.test.ts.
 */
export const ELSEWHERE = [
  'validation',
  'paintedOnly',
  'workers',
  'threads',
  'device',
] as const satisfies SettingName[];

/** A setting that is missing here does not compile. */
export const CASES: Record<Exclude<SettingName, (typeof ELSEWHERE)[number]>, SettingCase[]> = {
  network: [firstLoss('unet-mini', { besides: { channels: 'grey', intensity: 'z-score', ...sameRecipe() } })],
  padding: [firstLoss('symmetric', mobilenet)],
  dropout: [firstLoss(0.6, { besides: { network: 'unet-mini' } })],
  bnMomentum: [kept(0.5, { besides: { reestimate: 0 } })],
  width: [firstLoss(0.5)],
  depth: [firstLoss(2)],
  // Frozen layers normalise by their moving statistics already in the first step.
  freezeEncoder: [firstLoss(true, mobilenet)],
  scaleMode: [crops('letterbox')],
  size: [crops(64)],
  channels: [crops('grey', { colour: true })],
  intensity: [crops('percentile'), crops('minus-one-to-one')],
  // Already the first step takes longer than so few microseconds; with a width of its own, which minutes then leave alone.
  minutes: [length(1e-9, { besides: { width: 1 } })],
  epochs: [length(1, { besides: { stepsPerEpoch: 1 } })],
  steps: [length(1)],
  stepsPerEpoch: [length(1)],
  patience: [length(1, { besides: { lr: 0.3, schedule: 'constant', stepsPerEpoch: 1, ema: 0, steps: 8 } })],
  batch: [{ value: 3, differs: ['firstLoss', 'kept'], same: ['crops', 'rates'] }],
  lr: [rates(1e-3)],
  schedule: [rates('constant'), rates('exponential')],
  decay: [rates(0.5, { besides: { schedule: 'exponential', stepsPerEpoch: 1, steps: 3 } })],
  warmup: [rates(0.5, { besides: { steps: 4 } })],
  // Adam's first update is that of any beta1.
  beta1: [updates(0.5, { besides: { steps: 3 } })],
  beta2: [updates(0.9)],
  weightDecay: [updates(1)],
  clipNorm: [updates(0.01), updates(0, { besides: { clipNorm: 0.01 } })],
  ema: [kept(0)],
  reestimate: [kept(4), kept(0)],
  calibrate: [kept(true, { besides: { reestimate: 4, steps: 1 } })],
  classWeights: [firstLoss('frequency'), firstLoss('1,3')],
  focalGamma: [firstLoss(2)],
  diceWeight: [firstLoss(0)],
  cropAt: [crops('labelled')],
  rareShare: [crops(1)],
  scaleMin: [crops(0.5)],
  scaleMax: [crops(2)],
  scaleDraw: [crops('uniform')],
  aspectJitter: [crops(0.4)],
  flipHorizontal: [crops(false)],
  flipVertical: [crops(false)],
  quarterTurns: [crops(false)],
  rotation: [crops(90), crops(90, { besides: { interpolation: 'bicubic' } })],
  elastic: [crops(4)],
  // Crops that reach beyond the picture.
  border: [
    crops('void', { besides: { size: 96 } }),
    crops('void', { besides: { size: 96, interpolation: 'bicubic' } }),
  ],
  interpolation: [crops('bicubic')],
  gainJitter: [crops(0.3)],
  offsetJitter: [crops(0.3)],
  channelJitter: [crops(0.5, { colour: true })],
  gamma: [crops(0.5)],
  noise: [crops(0.3)],
  blur: [crops(4)],
  hue: [crops(0.2, rgb)],
  saturation: [crops(2, rgb)],
  value: [crops(2, rgb)],
  seed: [crops(7)],
};

/** What the recipes of two networks tell apart, held still. */
function sameRecipe(): Partial<Settings> {
  return {
    ...{ lr: 1e-3, schedule: 'constant', beta2: 0.999, weightDecay: 0, clipNorm: 1, ema: 0, diceWeight: 0 },
    ...{ scaleMin: 1, scaleMax: 1, scaleDraw: 'uniform', aspectJitter: 0, interpolation: 'bilinear' },
    ...{ flipVertical: false, quarterTurns: false, channelJitter: 0, border: 'reflect' },
    ...{ hue: 0, saturation: 1, value: 1, reestimate: 0, patience: 0 },
  };
}
