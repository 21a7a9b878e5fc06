/** What every call of AppApi may be given: any caller may lie, so nothing goes further unchecked. */
import { EXPORT_FORMATS, IMAGE_STATUSES, type AppApi } from '../../shared/app-api.js';
import { MAX_CLASSES, SPLITS } from '../../shared/model.js';
import {
  bytes,
  colour,
  finite,
  integer,
  list,
  object,
  oneOf,
  orNull,
  path,
  record,
  share,
  text,
  yesOrNo,
  type Check,
} from './checks.js';
import { RESULTS_PARAMETERS } from './validate-results.js';
import { TRAINING_PARAMETERS } from './validate-training.js';

export type ParametersOf<M extends keyof AppApi> = Parameters<AppApi[M]>[0];

/** Ids of the database are never used again, so they may grow; SQLite's largest is far above. */
const id = integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const MOST_IMAGES = 1_000_000;
const ids = list(id, { max: MOST_IMAGES });
const paths = list(path, { min: 1, max: 100_000 });
const classValue = integer({ min: 1, max: MAX_CLASSES });
const valueOrVoid = integer({ min: 0, max: MAX_CLASSES });
const className = text({ min: 1, max: 100 });
const name = text({ max: 1000 });
const version = integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
/** 512 tiles a side are 262,144 px: more than any image that can be opened. */
const tileIndex = integer({ min: 0, max: 511 });
const level = integer({ min: 0, max: 30 });
/** A tile's runs before they are deflated are at most 6 bytes a pixel. */
const tileBytes = bytes({ max: 512 * 512 * 6 + 1024 });
/** All tiles of the largest image. */
const MOST_TILES = 16_384;
const nothing = object({});
const split = oneOf(SPLITS);
const seed = integer({ min: 0, max: 2 ** 32 - 1 });
const windowValue: Check<number | string | boolean> = (value, what) =>
  typeof value === 'string'
    ? text({ max: 10_000 })(value, what)
    : typeof value === 'boolean'
      ? value
      : finite(value, what);

const filter = object(
  {},
  {
    search: text({ max: 1000 }),
    split: oneOf([...SPLITS, 'undecided'] as const),
    status: oneOf(IMAGE_STATUSES),
    classValue,
    group: name,
  },
);
const tile = object({ ty: tileIndex, tx: tileIndex, bytes: orNull(tileBytes) });

/** One check a call; the compiler holds the table complete and true to the contract. */
export const PARAMETERS: { [M in keyof AppApi]: Check<ParametersOf<M>> } = {
  appInfo: nothing,
  preferences: nothing,
  setPreferences: object(
    {},
    {
      theme: oneOf(['system', 'light', 'dark'] as const),
      keys: record(text({ max: 100 }), { max: 1000 }),
      window: record(windowValue, { max: 1000 }),
    },
  ),
  recentProjects: nothing,
  forgetRecent: object({ folder: path }),
  listFolder: object({ folder: orNull(path) }),
  events: nothing,

  createProject: object({ folder: path }, { classes: list(className, { max: MAX_CLASSES }) }),
  openSample: nothing,
  openProject: object({ folder: path }, { takeOver: yesOrNo }),
  closeProject: nothing,
  examineProject: object({ folder: path }),
  repairProject: object({ folder: path }),
  undoProject: nothing,
  redoProject: nothing,

  addImages: object({ paths }),
  imageIds: object({ filter, order: oneOf(['added', 'name', 'status'] as const) }),
  imageRows: object({ ids: list(id, { max: 500 }) }),
  imageOutlines: object({
    after: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    limit: integer({ min: 1, max: 5000 }),
  }),
  openImage: object({ id }),
  relinkFolder: object({ folder: path }),
  removeImages: object({ ids }),
  setSplit: object({ ids, split: orNull(split) }),
  splitImages: object(
    { val: share({ min: 0, below: 1 }), test: share({ min: 0, below: 1 }), seed },
    { together: yesOrNo },
  ),
  setGroup: object({ ids, group: text({ min: 1, max: 1000 }) }),
  setNote: object({ id, note: text({ max: 100_000 }), acquisition: text({ max: 100_000 }) }),
  markDone: object({ ids, done: yesOrNo }),

  addClass: object({ name: className }, { color: colour }),
  changeClass: object({ value: classValue }, { name: className, color: colour }),
  removeClass: object({ value: classValue, replaceBy: valueOrVoid }),
  orderClasses: object({ values: list(classValue, { max: MAX_CLASSES }) }),

  loadTiles: object({
    imageId: id,
    level,
    range: object({ ty0: tileIndex, ty1: tileIndex, tx0: tileIndex, tx1: tileIndex }),
  }),
  saveEdit: object({
    imageId: id,
    title: text({ min: 1, max: 200 }),
    author: oneOf(['person', 'model'] as const),
    baseVersion: version,
    tiles: list(tile, { max: MOST_TILES }),
  }),
  undo: object({ imageId: id }),
  redo: object({ imageId: id }),

  previewLabelImport: object({ paths }),
  importLabels: object({
    paths,
    map: record(valueOrVoid, { max: 65_536, keyLength: 7 }),
    replace: yesOrNo,
  }),
  exportLabels: object({
    format: oneOf(EXPORT_FORMATS),
    folder: path,
    ids: orNull(ids),
    overwrite: yesOrNo,
  }),

  ...RESULTS_PARAMETERS,
  ...TRAINING_PARAMETERS,
};
