/**
 * Folders of pictures, label pictures and lists of names, as PASCAL VOC and the U-Net tutorials lay them out:
 * `JPEGImages` or `Images`, `SegmentationClass` or `Labels`, and lists in `splits/` or `ImageSets/Segmentation/`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Split } from '../shared/model.js';

/** In VOC label pictures this value is the outline that nobody is scored on. */
export const VOC_VOID = 255;

export interface VocFolder {
  /** Absolute or relative as the folder that was given. */
  images: string;
  labels: string;
  lists: SplitList[];
}

export interface SplitList {
  split: Split;
  file: string;
  /** As they stand in the file: without or with an ending. */
  names: string[];
}

const IMAGE_FOLDERS = ['jpegimages', 'images'];
const LABEL_FOLDERS = ['segmentationclass', 'labels'];

/** Null when `folder` has no such layout. Upper and lower case do not matter. */
export async function findVocFolder(folder: string): Promise<VocFolder | null> {
  const images = await subfolder(folder, IMAGE_FOLDERS);
  const labels = await subfolder(folder, LABEL_FOLDERS);
  if (!images || !labels) return null;
  const splits = await subfolder(folder, ['splits']);
  const lists = splits ? await readLists(splits) : [];
  const imageSets = await subfolder(folder, ['imagesets']);
  const segmentation = imageSets && (await subfolder(imageSets, ['segmentation']));
  return { images, labels, lists: lists.length || !segmentation ? lists : await readLists(segmentation) };
}

/**
 * What to add as images and what to import as labels of a folder that holds both: a VOC folder, or `images` beside
 * `masks`. `labelSource` is the folder itself for VOC, whose labels have an outline value, which masks have not.
 */
export async function findLabelledFolder(
  folder: string,
): Promise<{ images: string; labelSource: string } | null> {
  const voc = await findVocFolder(folder);
  if (voc) return { images: voc.images, labelSource: folder };
  const images = await subfolder(folder, IMAGE_FOLDERS);
  const masks = await subfolder(folder, ['masks']);
  return images && masks ? { images, labelSource: masks } : null;
}

/** The lists train, val and test; `trainval` stands in for a missing train. */
async function readLists(folder: string): Promise<SplitList[]> {
  const files = new Map((await readdir(folder)).map((name) => [name.toLowerCase(), join(folder, name)]));
  const wanted: [Split, string | undefined][] = [
    ['train', files.get('train.txt') ?? files.get('trainval.txt')],
    ['val', files.get('val.txt')],
    ['test', files.get('test.txt')],
  ];
  const lists: SplitList[] = [];
  for (const [split, file] of wanted) if (file) lists.push({ split, file, names: await readNames(file) });
  return lists;
}

/** One name a line; Windows line ends, a byte order mark and blank lines are left out. */
const readNames = async (file: string): Promise<string[]> =>
  (await readFile(file, 'utf8'))
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);

/** What the lists say about each image, and what is odd about them. */
export interface ListedSplits {
  /** Null for an image that no list names. */
  splitOf(imagePath: string): Split | null;
  notes: string[];
}

/**
 * An image in `test` and elsewhere stays a test image; one in both train and val is trained on, since lists that
 * repeat train as val are common and would leave nothing to train on.
 */
export function readSplits(lists: readonly SplitList[], imagePaths: readonly string[]): ListedSplits {
  const stems = new Set(imagePaths.map((path) => parse(path).name));
  const byStem = new Map<string, Split>();
  const notes: string[] = [];
  let repeated = 0;
  let unknown = 0;
  for (const wanted of ['test', 'train', 'val'] as const)
    for (const name of lists.find((list) => list.split === wanted)?.names ?? []) {
      const stem = [name, parse(name).name, parse(name.split(/\s/, 1)[0]!).name].find((s) => stems.has(s));
      if (stem === undefined) unknown++;
      else if (byStem.has(stem) && byStem.get(stem) !== wanted) repeated++;
      else byStem.set(stem, wanted);
    }
  if (unknown) notes.push(`The lists of names have ${unknown} for which there is no image.`);
  if (repeated)
    notes.push(
      `The lists name ${repeated} images more than once: test goes before train, and train before val.`,
    );
  return { splitOf: (path) => byStem.get(parse(path).name) ?? null, notes };
}

async function subfolder(folder: string, names: readonly string[]): Promise<string | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = names
    .map((name) => entries.find((entry) => entry.name.toLowerCase() === name && !entry.isFile()))
    .find((entry) => entry !== undefined);
  return found ? join(folder, found.name) : null;
}
