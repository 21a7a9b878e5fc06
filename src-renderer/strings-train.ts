/** Texts of the panel that starts a training; part of `strings`. */
import type { TrainingGoal } from '../src-main/shared/app-api-training.js';
import type { LossName } from '../src-main/shared/settings-recipes.js';
import type { SettingGroup } from './state/training-settings.js';

const number = (value: number): string => value.toLocaleString('en');

export const trainTexts = {
  title: 'Train a model',
  button: 'Train',
  starting: 'Starting the training',
  busy: 'A training is under way.',
  goal: 'How long',
  goals: { fast: 'Fast', balanced: 'Balanced', thorough: 'Thorough' } satisfies Record<TrainingGoal, string>,
  goalHints: {
    fast: 'about 1 minute',
    balanced: 'about 4 minutes',
    thorough: 'about 15 minutes',
  } satisfies Record<TrainingGoal, string>,
  structure: 'Size of the structures',
  structureMeasured: (px: number) => `As measured: ${Math.round(px)} px`,
  structureUnknown: 'As measured, once there are labels',
  structurePx: 'px',
  structureHint: 'The circle on the image has this size.',
  classes: 'Classes to learn',
  needTwo: 'Choose at least two classes.',
  planning: 'Looking at the labels…',
  advanced: 'Advanced',
  changed: (count: number) => (count === 0 ? '' : `${number(count)} changed`),
  reset: 'All as suggested',
  resetOne: (title: string) => `${title}: as suggested`,
  groups: {
    network: 'Network',
    input: 'Input',
    budget: 'Budget',
    optimiser: 'Optimiser',
    loss: 'Loss',
    sampling: 'Sampling',
    augmentation: 'Augmentation',
    run: 'Run',
  } satisfies Record<SettingGroup, string>,
  weights: 'Pretrained weights',
  weightsNone: 'None: start from scratch',
  weightsImagenet: 'ImageNet (only for unet-mobilenet)',
  weightsAdd: 'Add weights file…',
  weightsTitle: 'File of weights to start from (.h5 or .safetensors)',
  loss: 'Loss',
  losses: {
    'cross-entropy': 'Cross entropy',
    weighted: 'Weighted by rarity of the class',
    focal: 'Focal',
    'cross-entropy+dice': 'Cross entropy and Dice',
  } satisfies Record<LossName, string>,
  lossMixed: 'As set below',
  switched: (title: string) => `Use: ${title}`,
  auto: 'auto',
  problem: 'Problem',
  warning: 'Mind',
  readOnly: 'This project is open for reading only: nothing can be trained.',
};

export const cropTexts = {
  title: 'How training sees this image',
  crop: (n: number, of: number) => `Training crop ${n} of ${of}`,
  size: (px: number) => `Pieces of ${number(px)} × ${number(px)} px, changed at random as set above.`,
  another: 'Other pieces',
  labels: 'With labels',
  noImage: 'Open an image to see it here.',
  working: 'Cutting pieces…',
};
