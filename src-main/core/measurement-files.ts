/** Which label files are to be measured, with which image, and what their values are called. */
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';
import { isBackground } from './background.js';
import { LABEL_VALUES, parseClassMap, VOID_NAME } from './class-map.js';
import { listInputFiles, type InputFile } from './input-files.js';
import { pairLabels, stemOf } from './label-pairs.js';
import { readManifest, type Manifest } from './manifest.js';

export interface MeasuredFile {
  /** What the tables call it: the image's path in its folder, or the label file's. */
  name: string;
  labels: string;
  image: { path: string; page: number } | null;
}

/** What a value of a label file stands for; null: nothing that is counted. */
export type ClassNames = (value: number) => { name: string; background: boolean } | null;

export interface MeasurementFiles {
  files: MeasuredFile[];
  classes: ClassNames;
  /** Label files without an image, where images were given, and what else is left out. */
  unmatched: { name: string; reason: string }[];
}

export interface MeasurementSources {
  /** Folder, file, or list of files. */
  labels: string;
  images?: string;
  recursive?: boolean;
  /** As `--map` of import. */
  map?: string;
}

/** Beside masks in a folder of results; no labels. */
const PICTURES = /_overlay\.\w+$/i;
const MASKS = /[-_. ](masks?|labels?|cp_masks|seg|segmentation)\.\w+$/i;
const PAGE = /_p(\d{3,})$/;

/** @throws AppError('not-found', 'usage', 'exists') */
export async function findMeasurementFiles(sources: MeasurementSources): Promise<MeasurementFiles> {
  const recursive = sources.recursive ?? false;
  const labels = labelFilesOf(await listInputFiles(sources.labels, { recursive: true }));
  const images = sources.images === undefined ? null : await listInputFiles(sources.images, { recursive });
  const manifest = await readManifest(resolve(sources.labels)).catch(() => null);
  const classes = namesOf(sources.map, manifest);
  if (!images)
    return {
      files: labels.map(({ path, relative }) => ({ name: relative, labels: path, image: null })),
      classes,
      unmatched: [],
    };
  return { ...pair(labels, images, manifest), classes };
}

/** In a folder that has masks by name, only those; an overlay is never one. */
function labelFilesOf(files: readonly InputFile[]): InputFile[] {
  const candidates = files.filter(({ path }) => !PICTURES.test(path));
  const masks = candidates.filter(({ path }) => MASKS.test(path));
  return masks.length ? masks : candidates;
}

function namesOf(map: string | undefined, manifest: Manifest | null): ClassNames {
  if (map !== undefined) {
    const names = new Array<string | undefined>(LABEL_VALUES);
    for (const { from, to, name } of parseClassMap(map)) names.fill(name, from, to + 1);
    return (value) => {
      const name = names[value];
      if (name === undefined)
        throw new AppError('bad-labels', `it holds the value ${value}, for which the --map has no class`);
      return name === VOID_NAME ? null : { name, background: isBackground({ name }) };
    };
  }
  return namesOfClasses(manifest?.model.classes ?? []);
}

/** Values of other classes stand for themselves; 0 is no class. */
export function namesOfClasses(classes: readonly Pick<ClassInfo, 'value' | 'name'>[]): ClassNames {
  const known = new Map(classes.map((info) => [info.value, info.name]));
  return (value) => {
    if (value === 0) return null;
    const name = known.get(value) ?? String(value);
    return { name, background: isBackground({ name }) };
  };
}

function pair(
  labels: readonly InputFile[],
  images: readonly InputFile[],
  manifest: Manifest | null,
): Omit<MeasurementFiles, 'classes'> {
  const found = manifest ? pairByManifest(labels, images, manifest) : new Map<string, ImagePage>();
  for (const [path, image] of pairByName(labels, images)) if (!found.has(path)) found.set(path, image);
  const relative = new Map(images.map((image) => [image.path, image.relative]));
  const files: MeasuredFile[] = [];
  const unmatched: { name: string; reason: string }[] = [];
  for (const { path, relative: name } of labels) {
    const image = found.get(path);
    if (image) files.push({ name: relative.get(image.path)!, labels: path, image });
    else unmatched.push({ name, reason: 'no image has its name' });
  }
  return { files, unmatched };
}

interface ImagePage {
  path: string;
  page: number;
}

/** What wrote the masks has said which image each belongs to. */
function pairByManifest(
  labels: readonly InputFile[],
  images: readonly InputFile[],
  manifest: Manifest,
): Map<string, ImagePage> {
  const byInput = new Map(images.map((image) => [image.relative, image.path]));
  const byOutput = new Map(labels.map((file) => [file.relative, file.path]));
  const found = new Map<string, ImagePage>();
  for (const { input, outputs } of manifest.files) {
    const path = byInput.get(input);
    if (path === undefined) continue;
    outputs
      .filter((output) => MASKS.test(output))
      .forEach((output, page) => {
        const mask = byOutput.get(output);
        if (mask !== undefined) found.set(mask, { path, page });
      });
  }
  return found;
}

/** Folder by folder; `a_p003_mask.png` belongs to the third page of `a.tif`. */
function pairByName(labels: readonly InputFile[], images: readonly InputFile[]): Map<string, ImagePage> {
  const found = new Map<string, ImagePage>();
  const imagesBelow = Map.groupBy(images, ({ relative }) => dirname(relative));
  for (const [folder, files] of Map.groupBy(labels, ({ relative }) => dirname(relative))) {
    const here = imagesBelow.get(folder) ?? [];
    const paths = here.map(({ path }) => path);
    for (const [path, mask] of pairLabels(
      paths,
      files.map((file) => file.path),
    ).labels)
      found.set(mask, { path, page: 0 });
    const byStem = new Map(here.map(({ path }) => [stemOf(path), path]));
    for (const { path } of files) {
      const stem = stemOf(path).replace(/[-_. ](masks?|labels?|cp_masks|seg|segmentation)$/i, '');
      const page = PAGE.exec(stem);
      const image = page && byStem.get(stem.slice(0, page.index));
      if (image && !found.has(path)) found.set(path, { path: image, page: Number(page[1]) - 1 });
    }
  }
  return found;
}

/** Where the table of images goes, beside the one of objects. */
export const imageTablePath = (output: string): string =>
  join(dirname(output), `${stemOf(output)}_images.csv`);
