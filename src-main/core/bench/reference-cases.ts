/**
 * The runs whose held-out scores are compared with the same networks under Keras 3 on TensorFlow 2.21: same data, same
 * recipe, same steps. Figures of Keras and the marks are from docs/engine.md, "Reference figures".
 */
import type { Scores } from '../../shared/model.js';

export interface DataSet {
  folder: string;
  map: string;
  metric: string;
  score(scores: Scores): number;
}

const dice = (name: string) => (scores: Scores) => scores.classes.find((one) => one.name === name)!.dice;

export const DATA_SETS = {
  membrane: {
    folder: 'membrane',
    map: '0-127=membrane,128-255=cell',
    metric: 'Dice of membrane',
    score: dice('membrane'),
  },
  nuclei: {
    folder: 'dsb2018_fluo',
    map: '0=background,255=nucleus',
    metric: 'Dice of nucleus',
    score: dice('nucleus'),
  },
  'blood cells': {
    folder: 'wbc_d1',
    map: '0=background,128=cytoplasm,255=nucleus',
    metric: 'mean IoU',
    score: ({ meanIoU }) => meanIoU,
  },
} satisfies Record<string, DataSet>;

/** One budget of a case. */
export interface Mark {
  steps?: number;
  minutes?: number;
  /** Keras' figure at this budget; null where none was measured. */
  keras: number | null;
  /** The least a faithful implementation must reach; null where nothing is asked. */
  least: number | null;
}

export interface ReferenceCase {
  name: string;
  data: keyof typeof DATA_SETS;
  /** Labels of three images, 2 % of their pixels, instead of all. */
  sparse?: boolean;
  weights?: 'imagenet';
  set: Record<string, string | number | boolean>;
  /** In the order of their budgets; those in steps are one run that is resumed. */
  marks: readonly Mark[];
}

/** As the reference was trained: Adam 1e-3, scales ½ … 2, no clipping, no early stopping. */
const REFERENCE = {
  schedule: 'constant',
  clipNorm: 0,
  patience: 0,
  scaleMin: 0.5,
  scaleMax: 2,
  validation: 0,
};
const MINI = { network: 'unet-mini', ...REFERENCE };
const MOBILENET = { network: 'unet-mobilenet', ...REFERENCE };
const QUICK = { network: 'unet-quick', validation: 0 };

/** unet-quick must come within this of the table. */
const QUICK_TOLERANCE = 0.015;
const quickMarks = (...figures: [minutes: number, keras: number][]): Mark[] =>
  figures.map(([minutes, keras]) => ({ minutes, keras, least: keras - QUICK_TOLERANCE }));

export const REFERENCE_CASES: readonly ReferenceCase[] = [
  {
    name: 'unet-mini, membrane',
    data: 'membrane',
    set: MINI,
    marks: [
      { steps: 94, keras: 0.65, least: 0.62 },
      { steps: 150, keras: 0.71, least: 0.68 },
      { steps: 283, keras: 0.758, least: 0.73 },
    ],
  },
  {
    name: 'unet-mobilenet, membrane, ImageNet encoder',
    data: 'membrane',
    weights: 'imagenet',
    set: MOBILENET,
    marks: [
      { steps: 35, keras: 0.71, least: null },
      { steps: 70, keras: 0.72, least: 0.65 },
    ],
  },
  {
    name: 'unet-mobilenet, membrane, random encoder',
    data: 'membrane',
    set: MOBILENET,
    marks: [
      { steps: 35, keras: 0.16, least: null },
      { steps: 70, keras: null, least: null },
    ],
  },
  { name: 'unet-mini, nuclei', data: 'nuclei', set: MINI, marks: [{ steps: 250, keras: 0.77, least: 0.7 }] },
  {
    name: 'unet-mini, blood cells',
    data: 'blood cells',
    set: { ...MINI, scaleMode: 'letterbox' },
    marks: [{ steps: 188, keras: 0.77, least: 0.72 }],
  },
  {
    name: 'unet-mini, membrane, sparse labels',
    data: 'membrane',
    sparse: true,
    set: MINI,
    marks: [{ steps: 188, keras: 0.61, least: 0.57 }],
  },
  {
    name: 'unet-quick, membrane',
    data: 'membrane',
    set: QUICK,
    marks: quickMarks([1, 0.77], [2, 0.78]),
  },
  {
    name: 'unet-quick, membrane, sparse labels',
    data: 'membrane',
    sparse: true,
    set: QUICK,
    marks: quickMarks([1, 0.732], [2, 0.749]),
  },
  { name: 'unet-quick, nuclei', data: 'nuclei', set: QUICK, marks: quickMarks([1, 0.905], [2, 0.906]) },
  {
    name: 'unet-quick, blood cells',
    data: 'blood cells',
    set: QUICK,
    marks: quickMarks([1, 0.913], [2, 0.932]),
  },
];
