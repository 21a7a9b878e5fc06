/** Which label pictures belong to which images of a project, by their names. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { findVocFolder, VOC_VOID } from '../interop/voc.js';
import type { FileOutcome } from '../shared/app-api.js';
import { AppError } from '../shared/errors.js';
import { listImages, type ImageRow } from '../store/images.js';
import { exportNames } from './exports-names.js';
import { listInputFiles } from './input-files.js';
import { pairLabels } from './label-pairs.js';
import type { Project } from './projects.js';

export interface LabelPair {
  image: ImageRow;
  /** Absolute. */
  file: string;
  /** Page of the label file, from 0. */
  page: number;
  /** Pages that the label file must have. */
  pages: number;
}

export interface LabelFiles {
  pairs: LabelPair[];
  unmatched: FileOutcome[];
  /** A value that means unlabelled besides 0. */
  voidValue: number | null;
}

/**
 * Takes files, folders with all that lies below, and VOC folders (their label pictures). A label file with an image's
 * name belongs to it, for a stack with as many pages; one with the name of an exported page to that page.
 * @throws AppError('not-found') when a path is not there or holds no picture.
 */
export async function findLabelFiles(project: Project, paths: readonly string[]): Promise<LabelFiles> {
  const images = listImages(project.store);
  const own = new Set(images.map(({ absolutePath }) => absolutePath));
  let voidValue: number | null = null;
  const found = new Set<string>();
  for (const given of paths) {
    const path = resolve(given);
    const stats = await stat(path).catch(() => null);
    if (!stats) throw new AppError('not-found', `There is no file or folder ${path}.`);
    const voc = stats.isDirectory() ? await findVocFolder(path) : null;
    if (voc) voidValue = VOC_VOID;
    for (const file of await listInputFiles(voc?.labels ?? path, { recursive: true })) found.add(file.path);
  }
  // Images and their labels may lie in one folder.
  const files = [...found].filter((file) => !own.has(file));
  return { ...pair(images, files), voidValue };
}

function pair(images: readonly ImageRow[], files: readonly string[]): Omit<LabelFiles, 'voidValue'> {
  const pagesOfFile = Map.groupBy(images, ({ absolutePath }) => absolutePath);
  const byFile = pairLabels([...pagesOfFile.keys()], files);
  // The name of an export has no ending of its own; one that is cut off does no harm.
  const names = exportNames(images).map((name) => join('/', `${name}.page`));
  const byPage = pairLabels(names, files);
  const pairs: LabelPair[] = [];
  for (const [i, image] of images.entries()) {
    const pages = pagesOfFile.get(image.absolutePath)!.length;
    const ofFile = byFile.labels.get(image.absolutePath);
    const ofPage = byPage.labels.get(names[i]!);
    if (ofFile !== undefined) pairs.push({ image, file: ofFile, page: image.page, pages });
    else if (ofPage !== undefined) pairs.push({ image, file: ofPage, page: 0, pages: 1 });
  }
  return withoutDoubts(pairs, files, new Map([...byFile.ambiguous, ...byPage.ambiguous]));
}

/** A file that fits images of several files is taken for none of them. */
function withoutDoubts(
  pairs: readonly LabelPair[],
  files: readonly string[],
  ambiguous: ReadonlyMap<string, string[]>,
): Omit<LabelFiles, 'voidValue'> {
  const reasons = new Map<string, string>();
  for (const several of ambiguous.values())
    for (const file of several)
      reasons.set(file, `${several.map((one) => basename(one)).join(' and ')} are for the same image`);
  for (const [file, users] of Map.groupBy(pairs, (one) => one.file)) {
    const images = [...new Set(users.map(({ image }) => image.absolutePath))];
    if (images.length > 1)
      reasons.set(file, `its name fits ${images.map((one) => basename(one)).join(' and ')}`);
  }
  const kept = pairs.filter(({ file }) => !reasons.has(file));
  const used = new Set(kept.map(({ file }) => file));
  return {
    pairs: kept,
    unmatched: files
      .filter((file) => !used.has(file))
      .map((name) => ({ name, reason: reasons.get(name) ?? 'no image of the project has its name' })),
  };
}
