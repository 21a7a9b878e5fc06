/** Labels for other programs: a file an image, by names that lead back to the images, nothing overwritten unasked. */
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { diskError } from '../disk/atomic-file.js';
import type { ExportFormat, FileOutcome, Progress } from '../shared/app-api.js';
import { AppError, isAppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels, labelCounts } from '../store/masks.js';
import { EXPORT_ENDINGS, exportNames } from './exports-names.js';
import type { ExportJob } from './exports-job.js';
import { locateImage, requireUnchanged } from './images.js';
import { JobThread } from './job-thread.js';
import { readLabelMap } from './label-map.js';
import type { Project } from './projects.js';

export interface ExportOptions {
  format: ExportFormat;
  /** Made when it is not there; the folder above it must be. */
  folder: string;
  /** Null: all images that are labelled. */
  ids: readonly number[] | null;
  overwrite: boolean;
}

export interface ExportReport {
  /** Absolute. */
  folder: string;
  /** By the files' names; `reason` null: written. */
  files: FileOutcome[];
}

/**
 * `indexed-png`: value = class, palette = colours. `imagej`: the same as a TIFF with LUT and pixel size.
 * `instances`: uint16, connected components (8-connectivity) of every class but the background, numbered from 1.
 * `overlay`: a picture with legend and scale bar. What was written stays when it is stopped.
 * @throws AppError('not-found') when no image is labelled or the folder above is missing; 'disk'; 'stopped'.
 */
export async function exportLabels(
  project: Project,
  options: ExportOptions,
  call: Call<Progress> = {},
): Promise<ExportReport> {
  const { store } = project;
  const folder = await outputFolder(options.folder);
  const counts = labelCounts(store);
  const all = listImages(store);
  // Names come from all images, so that an image's file is called the same whatever else is exported.
  const names = new Map(exportNames(all).map((name, i) => [all[i]!.id, name]));
  const wanted = options.ids === null ? null : new Set(options.ids);
  const images = all.filter(({ id }) => (wanted ? wanted.has(id) : hasLabels(counts.get(id))));
  if (!images.length)
    throw new AppError('not-found', 'None of these images is labelled, so there is nothing to export.');
  const thread: ExportThread = new JobThread({
    entry: 'export-worker',
    what: 'Exporting it',
    given: ({ labels }) => [labels.data.buffer as ArrayBuffer],
  });
  const files: FileOutcome[] = [];
  try {
    for (const image of images) {
      if (call.signal?.aborted)
        throw new AppError(
          'stopped',
          `The export was stopped; ${files.filter(({ reason }) => reason === null).length} files are in ${folder}.`,
        );
      const name = `${names.get(image.id)!}${EXPORT_ENDINGS[options.format]}`;
      call.onEvent?.({ done: files.length, total: images.length, name: image.name });
      const labelled = hasLabels(counts.get(image.id));
      const reason = labelled
        ? await written(project, image, { output: join(folder, name), thread, options })
        : `${image.name} has no labels`;
      files.push({ name, reason });
    }
    call.onEvent?.({ done: files.length, total: images.length, name: '' });
  } finally {
    await thread.close();
  }
  return { folder, files };
}

type ExportThread = JobThread<ExportJob, void>;

interface Writing {
  output: string;
  thread: ExportThread;
  options: ExportOptions;
}

/** Null when the file was written, otherwise why not. A full disk ends the export. */
async function written(
  project: Project,
  image: ImageRow,
  { output, thread, options }: Writing,
): Promise<string | null> {
  const { store } = project;
  try {
    if (existsSync(output) && !options.overwrite)
      throw new AppError('exists', 'it is there already and was not asked to be overwritten');
    const path = options.format === 'overlay' ? requireUnchanged(await locateImage(project, image)) : null;
    const labels = await readLabelMap(store, image);
    await thread.run({
      format: options.format,
      labels,
      classes: listClasses(store),
      pixelSizeUm: image.pixelSizeUm,
      image: path === null ? null : { path, page: image.page },
      output,
    });
    return null;
  } catch (error) {
    if (!isAppError(error) || error.code === 'disk') throw error;
    return error.message.replace(/\.$/, '');
  }
}

async function outputFolder(given: string): Promise<string> {
  const folder = resolve(given);
  const there = statSync(folder, { throwIfNoEntry: false });
  if (there?.isDirectory()) return folder;
  if (there) throw new AppError('exists', `${folder} is a file; choose a folder for the exported files.`);
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('not-found', `There is no folder above ${folder}; make it first.`);
    throw diskError(error, folder);
  }
  return folder;
}
