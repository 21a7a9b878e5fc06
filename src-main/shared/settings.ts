/**
 * The one schema of training settings. It generates `--set name=value`, the help, validation, the train panel and the
 * passport. A network's recipe changes defaults only; every setting stays free.
 */
import {
  choice,
  flag,
  integer,
  number,
  strength,
  type FlagSetting,
  type NumberSetting,
  type SettingDefinition,
  type TextSetting,
} from './setting-kinds.js';

export type { SettingDefinition, Switch } from './setting-kinds.js';

export const NETWORKS = ['unet-quick', 'unet-mini', 'unet-mobilenet'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** The classifier behind suggestions, which is trained and used like a network. */
export const LIVE = 'live';
/** What can be trained. */
export const LEARNERS = [...NETWORKS, LIVE] as const;
export type LearnerName = (typeof LEARNERS)[number];

/** Defaults are those of unet-quick; see settings-recipes.ts for the others. */
export const SETTINGS = {
  network: choice(
    'network',
    'unet-quick',
    LEARNERS,
    'What is trained: a network, or live, the classifier behind suggestions, which takes seconds.',
  ),
  padding: choice(
    'network',
    'same',
    ['same', 'symmetric'],
    'Padding of stride-2 convolutions of unet-mobilenet; symmetric is how the Keras tutorial pads.',
  ),
  dropout: number('network', 0.2, 0, 0.9, 'Share of values dropped in unet-mini while it trains.'),
  bnMomentum: number('network', 0.9, 0, 0.9999, 'Momentum of the moving statistics of batch normalisation.'),
  width: number('network', 1, 0.25, 4, 'Filters of unet-quick, times this.'),
  depth: integer('network', 3, 2, 5, 'How often unet-quick halves the resolution.'),
  freezeEncoder: flag('network', false, 'Keep the pretrained encoder of unet-mobilenet as it is.'),

  scaleMode: choice(
    'input',
    'native',
    ['native', 'letterbox'],
    'Train on crops at native resolution, or on whole images resized into a square.',
  ),
  size: integer('input', 128, 32, 2048, 'Side of the training crop or of the letterboxed image.', 'px'),
  channels: choice(
    'input',
    'auto',
    ['auto', 'grey', 'rgb', 'all'],
    'Input channels; auto takes one when the pictures are grey by content.',
  ),
  intensity: choice(
    'input',
    'auto',
    ['auto', 'minus-one-to-one', 'z-score', 'percentile'],
    'How intensities are mapped to the network; auto takes percentiles for fluorescence and z-scores otherwise.',
  ),

  minutes: number('budget', 0, 0, 10_000, 'Training time, evaluation left out; 0 sets no limit.', 'min'),
  epochs: integer('budget', 0, 0, 100_000, 'Epochs at most; 0 sets no limit.'),
  steps: integer('budget', 0, 0, 10_000_000, 'Steps at most; 0 sets no limit.'),
  stepsPerEpoch: integer(
    'budget',
    0,
    0,
    100_000,
    'Steps between two evaluations; 0 chooses: one pass over the images, but at least 30 steps.',
  ),
  patience: integer(
    'budget',
    0,
    0,
    10_000,
    'Stop after this many evaluations without a lower held-out loss; 0 goes on to the end of the budget.',
  ),

  batch: integer('optimiser', 8, 1, 256, 'Crops a step.'),
  lr: number('optimiser', 4e-3, 1e-7, 1, 'Learning rate (the peak, when it has a schedule).'),
  schedule: choice(
    'optimiser',
    'one-cycle',
    ['constant', 'exponential', 'one-cycle'],
    'Learning rate over time: constant, falling every epoch, or warm-up and cosine over the budget.',
  ),
  decay: number('optimiser', 0.96, 0.01, 1, 'Factor an epoch of the exponential schedule.'),
  warmup: number('optimiser', 0.05, 0, 0.9, 'Share of the budget in which one-cycle warms up.'),
  beta1: number('optimiser', 0.9, 0, 0.9999, 'Adam: decay of the first moment.'),
  beta2: number('optimiser', 0.99, 0, 0.99999, 'Adam: decay of the second moment.'),
  weightDecay: number('optimiser', 0.02, 0, 1, 'Decoupled weight decay on kernels, times the learning rate.'),
  clipNorm: number('optimiser', 5, 0, 1000, 'Limit on the norm of the whole gradient; 0 sets none.'),
  ema: number(
    'optimiser',
    0.98,
    0,
    0.99999,
    'Decay of the running average of the weights; 0 takes the last weights.',
  ),
  reestimate: integer(
    'optimiser',
    48,
    0,
    4096,
    'Training crops from which the statistics of batch normalisation are estimated before each evaluation; 0 keeps the moving ones.',
  ),

  calibrate: flag(
    'loss',
    false,
    'Shift the classes so that training crops are segmented with the highest Dice; probabilities are no longer those that were learned.',
  ),
  classWeights: {
    type: 'text',
    group: 'loss',
    default: 'none',
    help: 'none, frequency (inverse square root of the class frequency), or one number a class: 1,2.5,1.',
  } as TextSetting,
  focalGamma: number('loss', 0, 0, 10, 'Focal loss exponent; 0 is plain cross entropy.'),
  diceWeight: number('loss', 1, 0, 10, 'Weight of the batch soft Dice loss added to the cross entropy.'),

  validation: number(
    'sampling',
    0.2,
    0,
    0.9,
    'Share of the training images that is held out when the project has no validation images; 0 holds none out.',
  ),
  paintedOnly: flag(
    'sampling',
    false,
    'Leave out pixels that a model labelled and nobody changed or confirmed: neither learned from nor scored on.',
  ),
  cropAt: choice(
    'sampling',
    'auto',
    ['auto', 'anywhere', 'labelled'],
    'Where crops are drawn; auto goes near labelled pixels when less than half of an image is labelled.',
  ),
  rareShare: number(
    'sampling',
    0,
    0,
    1,
    'Share of the crops that are drawn around a pixel of a class chosen evenly among those of the image.',
  ),

  scaleMin: strength(0.7, [0.05, 4], { off: 1, on: 0.7 }, 'Smallest random scale; 1 leaves it.'),
  scaleMax: strength(1.4, [0.05, 8], { off: 1, on: 1.4 }, 'Largest random scale; 1 leaves it.'),
  scaleDraw: choice(
    'augmentation',
    'log-uniform',
    ['log-uniform', 'uniform'],
    'How the scale is drawn: halving as likely as doubling, or evenly between the limits as the Keras tutorial does.',
  ),
  aspectJitter: strength(
    0,
    [0, 0.9],
    { off: 0, on: 0.2 },
    'Random change of the aspect ratio, ± this share twice.',
  ),
  flipHorizontal: flag('augmentation', true, 'Mirror left and right at random.'),
  flipVertical: flag('augmentation', true, 'Mirror up and down at random.'),
  quarterTurns: flag('augmentation', true, 'Turn by quarters at random.'),
  rotation: strength(
    -1,
    [-1, 180],
    { off: 0, on: 180, auto: -1 },
    'Largest random rotation; -1 chooses: any angle when few pixels are labelled.',
    '°',
  ),
  elastic: strength(
    0,
    [0, 50],
    { off: 0, on: 4 },
    'Standard deviation of a smooth random deformation.',
    'px',
  ),
  border: choice(
    'augmentation',
    'reflect',
    ['reflect', 'void'],
    'Outside the image: mirrored with its labels, or grey and unlabelled.',
  ),
  interpolation: choice(
    'augmentation',
    'bilinear',
    ['bilinear', 'bicubic'],
    'How crops are scaled; bicubic smooths when it shrinks, as the Keras tutorial does, but not with free rotation or deformation.',
  ),
  gainJitter: strength(
    -1,
    [-1, 1],
    { off: 0, on: 0.15, auto: -1 },
    'Random contrast, ±; -1 chooses: 0.15 when few pixels are labelled.',
  ),
  offsetJitter: strength(
    -1,
    [-1, 1],
    { off: 0, on: 0.15, auto: -1 },
    'Random brightness, ±; -1 chooses: 0.15 when few pixels are labelled.',
  ),
  channelJitter: strength(
    0.15,
    [0, 1],
    { off: 0, on: 0.15 },
    'Random contrast and brightness of each channel, ±.',
  ),
  gamma: strength(0, [0, 2], { off: 0, on: 0.3 }, 'Random gamma: the exponent is e to the power of ± this.'),
  noise: strength(
    0,
    [0, 2],
    { off: 0, on: 0.1 },
    'Standard deviation of added Gaussian noise, in units of the input.',
  ),
  blur: strength(0, [0, 10], { off: 0, on: 1.5 }, 'Largest sigma of a random Gaussian blur.', 'px'),
  hue: strength(
    0,
    [0, 0.5],
    { off: 0, on: 0.05 },
    'Random turn of the hue of colour images, ± this share of the circle.',
  ),
  saturation: strength(
    1,
    [1, 5],
    { off: 1, on: 1.5 },
    'Random factor on the saturation of colour images, × or ÷ up to this.',
  ),
  value: strength(
    1,
    [1, 5],
    { off: 1, on: 1.5 },
    'Random factor on the value (HSV) of colour images, × or ÷ up to this.',
  ),

  seed: integer(
    'run',
    1,
    0,
    2_147_483_647,
    'Equal seeds and settings give equal runs at equal thread counts.',
  ),
  workers: integer('run', 1, 1, 16, 'Threads that read and augment training crops.'),
  threads: integer('run', 0, 0, 1024, 'Threads TensorFlow may use; 0 takes those this process is allowed.'),
  device: choice(
    'run',
    'auto',
    ['auto', 'cpu', 'gpu'],
    'Where to compute; auto takes an NVIDIA GPU if it works.',
  ),
} satisfies Record<string, SettingDefinition>;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<D> = D extends { type: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : D extends NumberSetting
    ? number
    : D extends FlagSetting
      ? boolean
      : string;
export type Settings = { [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };
