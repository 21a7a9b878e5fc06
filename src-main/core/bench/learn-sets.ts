/** The data sets of `brushfield bench learn`: public ones by name, and any folder of images, labels and splits. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { findVocFolder } from '../../interop/voc.js';
import { decodeLabelImage } from '../../pixels/decode.js';
import { AppError } from '../../shared/errors.js';
import { DATA_SETS } from './reference-cases.js';
import type { LearnPoint } from './learn-points.js';
import { MEAN } from './learn-points.js';

/** The figure of a set that is shown first. */
export interface LearnFigure {
  metric: string;
  /** The class whose Dice it is; null for the mean IoU. */
  diceOf: string | null;
}

export interface LearnSet extends LearnFigure {
  name: string;
  folder: string;
  /** What values of label pictures mean; see class-map.ts. */
  map: string;
  /** The class that parts regions, whose V_rand and V_info are scored too; null without. */
  border: string | null;
}

/** One line of a class map beside the folders, where label values are not classes by themselves. */
const MAP_FILE = 'classes.txt';
const MOST_VALUES = 16;
/** Classes that are drawn to part regions, whatever the set. */
const BORDERS = ['membrane', 'border'];

/** Of a set by its name, as it stands in points. */
export function figureOf(name: string): LearnFigure {
  const metric = name in DATA_SETS ? DATA_SETS[name as keyof typeof DATA_SETS].metric : 'mean IoU';
  const [, wanted] = /^Dice of (.*)$/.exec(metric) ?? [];
  return { metric, diceOf: wanted ?? null };
}

/** The figure as it stands in a point. */
export function scoreOf(point: LearnPoint, { diceOf }: LearnFigure): LearnPoint['classes'][number]['dice'] {
  const row = (wanted: string) => point.classes.find(({ name }) => name === wanted);
  return diceOf === null ? row(MEAN)!.iou : (row(diceOf) ?? row(MEAN)!).dice;
}

/**
 * The set in `data`, or those in its folders: the public ones if they are there, otherwise all.
 * @param only part of the name of those wanted. @throws AppError('usage') without any, 'bad-labels' for too many label values
 */
export async function findLearnSets(data: string, only = ''): Promise<LearnSet[]> {
  if (await findVocFolder(data)) return [await setIn(data)];
  const entries = await readdir(data, { withFileTypes: true }).catch(() => []);
  const known = Object.values(DATA_SETS).map(({ folder }) => folder as string);
  const folders: string[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && (await findVocFolder(join(data, entry.name)))) folders.push(entry.name);
  const usual = folders.some((name) => known.includes(name))
    ? folders.filter((name) => known.includes(name))
    : folders;
  const named = (name: string) => `${name} ${publicName(name) ?? ''}`.includes(only);
  const wanted = only ? folders.filter(named) : usual;
  if (!wanted.length)
    throw new AppError(
      'usage',
      `There is no folder with images, labels and splits in ${data}${only ? ` whose name contains "${only}"` : ''}.`,
    );
  const sets: LearnSet[] = [];
  for (const name of wanted.toSorted()) sets.push(await setIn(join(data, name)));
  return sets;
}

const publicName = (folder: string): string | undefined =>
  Object.entries(DATA_SETS).find(([, set]) => set.folder === folder)?.[0];

async function setIn(folder: string): Promise<LearnSet> {
  const name = publicName(basename(folder)) ?? basename(folder);
  const own = name in DATA_SETS ? DATA_SETS[name as keyof typeof DATA_SETS].map : null;
  const given = own ?? (await readFile(join(folder, MAP_FILE), 'utf8').catch(() => null));
  const map = given?.trim() ?? (await mapOfValues(folder));
  const border = BORDERS.find((one) => map.split(',').some((entry) => entry.endsWith(`=${one}`)));
  return { name, folder, map, border: border ?? null, ...figureOf(name) };
}

/** Every value is a class of its own. */
async function mapOfValues(folder: string): Promise<string> {
  const { labels } = (await findVocFolder(folder))!;
  const values = new Set<number>();
  for (const file of await readdir(labels)) {
    if (!/^\.(png|tiff?|bmp)$/i.test(extname(file))) continue;
    for (const value of (await decodeLabelImage(join(labels, file))).data) values.add(value);
    if (values.size > MOST_VALUES)
      throw new AppError(
        'bad-labels',
        `The labels in ${labels} have more than ${MOST_VALUES} values; say which are classes in ${MAP_FILE} beside them, as in 0=background,1-999=cell.`,
      );
  }
  return [...values]
    .sort((a, b) => a - b)
    .map((value) => `${value}=class ${value}`)
    .join();
}
