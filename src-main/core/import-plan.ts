/** Which files an import takes, with their label files and splits: looks at names only, opens nothing. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { Split } from '../shared/model.js';
import { findVocFolder, readSplits, VOC_VOID, type VocFolder } from '../interop/voc.js';
import { IMAGE_ENDINGS } from '../pixels/decode.js';
import { filesIn, unreadableFolder } from './import-folders.js';
import { pairLabels, type LabelPairs } from './label-pairs.js';

export const IMPORT_FORMATS = ['auto', 'voc'] as const;
/** Named in the help and refused by name until they are there. */
const LATER_FORMATS = ['labelme', 'coco', 'imagej', 'cellpose', 'piximi', 'dsb2018'];

export interface PlannedImage {
  /** Absolute. */
  path: string;
  labels: string | null;
  split: Split | null;
  /** Why its labels are left out. */
  problem: string | null;
}

export interface ImportPlan {
  images: PlannedImage[];
  /** A value in label pictures that means unlabelled, besides 0. */
  voidValue: number | null;
  notes: string[];
}

export interface PlanOptions {
  /** Image files and folders. */
  paths: readonly string[];
  /** Folder of label pictures, or one label file for one image. */
  labels?: string | undefined;
  split?: Split | undefined;
  /** Default `auto`: a folder laid out as VOC is read so, anything else as plain files. */
  format?: string | undefined;
  /** Take the images of all folders within a folder too. Default: only its own. */
  recursive?: boolean | undefined;
}

/** @throws AppError('not-found') when a path is not there or holds no image; 'usage' for an unknown format. */
export async function planImport({
  paths,
  labels,
  split,
  format = 'auto',
  recursive = false,
}: PlanOptions): Promise<ImportPlan> {
  requireFormat(format);
  if (!paths.length) throw new AppError('usage', 'Say which image files or folders to import.');
  const plan: ImportPlan = { images: [], voidValue: null, notes: [] };
  const plain: string[] = [];
  for (const path of paths.map((given) => resolve(given))) {
    const voc = labels === undefined || format === 'voc' ? await findVocFolder(path) : null;
    if (voc) await planVoc(plan, labels === undefined ? voc : { ...voc, labels: resolve(labels) });
    else if (format === 'voc') throw noVocFolder(path);
    else plain.push(path);
  }
  if (plain.length) await planPlain(plan, plain, { labels, recursive });
  if (split) for (const image of plan.images) image.split = split;
  if (!plan.images.length) throw new AppError('not-found', `There is no image in ${paths.join(', ')}.`);
  return plan;
}

async function planVoc(plan: ImportPlan, voc: VocFolder): Promise<void> {
  const images = await imagesIn(voc.images);
  const pairs = pairLabels(images, await imagesIn(voc.labels));
  const { splitOf, notes } = readSplits(voc.lists, images);
  plan.notes.push(...notes, ...notesOn(pairs));
  plan.voidValue = VOC_VOID;
  for (const path of images) plan.images.push(planned(path, pairs, splitOf(path)));
}

async function planPlain(
  plan: ImportPlan,
  paths: readonly string[],
  { labels, recursive }: { labels: string | undefined; recursive: boolean },
): Promise<void> {
  const found: string[] = [];
  const others: string[] = [];
  for (const path of paths) {
    if (!(await isFolder(path))) {
      found.push(path);
      continue;
    }
    const listed = await filesIn(path, recursive);
    if (!listed.images.length) throw await emptyFolder(path, recursive);
    found.push(...listed.images);
    others.push(...listed.others);
  }
  if (others.length)
    plan.notes.push(
      `Left out as no ${others.length === 1 ? 'image' : `images (${others.length} files)`}: ${someNames(others)}.`,
    );
  const images = [...new Set(found)];
  if (labels === undefined) {
    for (const path of images) plan.images.push(planned(path, null, null));
    return;
  }
  const labelPath = resolve(labels);
  const pairs = (await isFolder(labelPath))
    ? pairLabels(images, (await filesIn(labelPath, recursive)).images)
    : pairOfFiles(images, labelPath);
  if (!pairs.labels.size && !pairs.ambiguous.size)
    throw new AppError(
      'bad-labels',
      `No file in ${labelPath} has the name of an image (${basename(images[0]!)} would take ${basename(images[0]!, extname(images[0]!))}.png or …_mask.png); nothing was imported.`,
    );
  plan.notes.push(...notesOn(pairs));
  // Images and masks may lie in one folder: what is a mask is no image.
  const masks = new Set(pairs.labels.values());
  for (const path of images) if (!masks.has(path)) plan.images.push(planned(path, pairs, null));
}

function planned(path: string, pairs: LabelPairs | null, split: Split | null): PlannedImage {
  const several = pairs?.ambiguous.get(path)?.map((label) => basename(label));
  return {
    path,
    labels: pairs?.labels.get(path) ?? null,
    split,
    problem: several ? `its labels were left out: ${several.join(' and ')} all have its name` : null,
  };
}

function pairOfFiles(images: readonly string[], label: string): LabelPairs {
  if (images.length !== 1)
    throw new AppError(
      'usage',
      `${label} is one label file for ${images.length} images; give the folder of their label files.`,
    );
  return { labels: new Map([[images[0]!, label]]), ambiguous: new Map(), unused: [] };
}

function notesOn({ unused }: LabelPairs): string[] {
  if (!unused.length) return [];
  return [`${unused.length} label files belong to no image: ${someNames(unused)}.`];
}

function someNames(paths: readonly string[]): string {
  const names = paths.slice(0, 3).map((path) => basename(path));
  return names.join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
}

const imagesIn = async (folder: string): Promise<string[]> => (await filesIn(folder, false)).images;

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadableFolder(path, error);
  }
}

async function emptyFolder(path: string, recursive: boolean): Promise<AppError> {
  if (recursive)
    return new AppError(
      'not-found',
      `There is no image in ${path} or its folders; images end in ${IMAGE_ENDINGS.join(', ')}.`,
    );
  const entries = await readdir(path, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const hint = folders.length
    ? `add --recursive, or name the folder that has the images (it has ${folders.slice(0, 4).join(', ')})`
    : `images end in ${IMAGE_ENDINGS.join(', ')}`;
  return new AppError('not-found', `There is no image directly in ${path}; ${hint}.`);
}

const noVocFolder = (path: string): AppError =>
  new AppError(
    'not-found',
    `${path} is not laid out as VOC: it needs a folder JPEGImages or Images and one SegmentationClass or Labels.`,
  );

function requireFormat(format: string): void {
  if ((IMPORT_FORMATS as readonly string[]).includes(format)) return;
  const known = IMPORT_FORMATS.join(', ');
  throw new AppError(
    'usage',
    LATER_FORMATS.includes(format)
      ? `The format "${format}" cannot be imported yet; this version reads ${known}.`
      : `There is no format "${format}"; this version reads ${known}.`,
  );
}
