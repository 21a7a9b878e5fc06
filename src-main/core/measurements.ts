/** Measures label files, made by hand or by a model, into two tables: one row an object, one row an image and class. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeFileAtomic, writePiecesAtomic } from '../disk/atomic-file.js';
import type { LabelPixels } from '../pixels/decode.js';
import type { FileOutcome } from '../shared/app-api.js';
import { AppError, isAppError } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { ahead } from './ahead.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import {
  findMeasurementFiles,
  imageTablePath,
  type ClassNames,
  type MeasuredFile,
  type MeasurementSources,
} from './measurement-files.js';
import { measuredObjects, OBJECT, type ObjectChoice } from './measured-objects.js';
import { classTable, objectHeader, objectLine, type ClassRow, type ObjectRow } from './measurement-table.js';

export interface MeasurementOptions extends MeasurementSources, ObjectChoice {
  /** The table of objects; the one of images gets `_images` before its ending. */
  output: string;
  /** The values number objects; without, touching pixels of a class are one object. */
  objects?: boolean;
  /** Instead of what the files say. */
  pixelSizeUm?: number;
  overwrite?: boolean;
}

export interface MeasurementReport {
  output: string;
  images: string;
  objects: number;
  /** Each label file; `reason` null: measured. */
  files: FileOutcome[];
}

interface Loaded {
  file: MeasuredFile;
  loaded: { labels: LabelPixels; image: PixelImage | null; pixelSizeUm: number | null } | Error;
}

/**
 * Files that cannot be measured are named with the reason; the rest is measured.
 * @throws AppError('exists') for tables that are there, 'not-found', 'usage', 'disk'; 'stopped': nothing is written.
 */
export async function measureFiles(
  options: MeasurementOptions,
  { signal, onEvent }: Call<{ done: number; total: number; name: string }> = {},
): Promise<MeasurementReport> {
  const output = resolve(options.output);
  const images = imageTablePath(output);
  if (!options.overwrite) await requireFree([output, images]);
  const { files, classes, unmatched } = await findMeasurementFiles(options);
  const report: MeasurementReport = {
    output,
    images,
    objects: 0,
    files: unmatched.map(({ name, reason }) => ({ name, reason })),
  };
  const classRows: ClassRow[] = [];
  const pool = createDecoderPool();
  try {
    const channels = await mostChannels(pool, files);
    await writePiecesAtomic(
      output,
      (async function* () {
        yield Buffer.from(objectHeader(channels));
        let done = 0;
        for await (const { file, loaded } of ahead(load(pool, files, options, signal))) {
          const outcome: FileOutcome = { name: file.name, reason: null };
          try {
            if (loaded instanceof Error) throw loaded;
            const measured = measure(file, loaded, classes, options);
            classRows.push(...measured.classRows);
            report.objects += measured.rows.length;
            if (measured.rows.length)
              yield Buffer.from(measured.rows.map((row) => objectLine(row, channels)).join(''));
          } catch (error) {
            if (!isAppError(error) || error.code === 'stopped' || error.code === 'disk') throw error;
            outcome.reason = error.message.replace(/\.$/, '');
          }
          report.files.push(outcome);
          onEvent?.({ done: ++done, total: files.length, name: file.name });
          await setImmediate();
        }
        if (signal?.aborted) throw new AppError('stopped', 'Stopped; no table was written.');
        if (!report.files.some(({ reason }) => reason === null))
          throw new AppError('not-found', nothingMeasured(report.files));
      })(),
    );
    await writeFileAtomic(images, classTable(classRows));
    return report;
  } finally {
    await pool.close();
  }
}

async function* load(
  pool: DecoderPool,
  files: readonly MeasuredFile[],
  { pixelSizeUm }: MeasurementOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Loaded> {
  for (const file of files) {
    if (signal?.aborted) return;
    try {
      const [labels, image, labelInfo, imageInfo] = await Promise.all([
        pool.labels(file.labels, 0),
        file.image && pool.decode(file.image.path, file.image.page),
        pool.info(file.labels),
        file.image && pool.info(file.image.path),
      ]);
      if (labelInfo.pages > 1)
        throw new AppError(
          'bad-labels',
          `its labels have ${labelInfo.pages} pages; save a file for each page`,
        );
      const said = imageInfo?.pixelSizeUm ?? labelInfo.pixelSizeUm;
      yield { file, loaded: { labels, image, pixelSizeUm: pixelSizeUm ?? said } };
    } catch (error) {
      yield { file, loaded: error as Error };
    }
  }
}

function measure(
  { name, image: source }: MeasuredFile,
  { labels, image, pixelSizeUm }: Exclude<Loaded['loaded'], Error>,
  classes: ClassNames,
  options: MeasurementOptions,
): { rows: ObjectRow[]; classRows: ClassRow[] } {
  const { width, height, data } = labels;
  if (image && (image.width !== width || image.height !== height))
    throw new AppError(
      'bad-labels',
      `its labels have ${width} × ${height} px and the image ${image.width} × ${image.height}`,
    );
  const page = (source?.page ?? 0) + 1;
  const found = classesIn(data, options.objects ? null : classes);
  const classOf = new Map(found.map((info) => [info.value, info]));
  const nameOf = (value: number) => {
    const info = classOf.get(value);
    return info && !info.background ? info.name : null;
  };
  const rows = measuredObjects(labels, image, options.objects ? 'numbered' : nameOf, options).map((one) => ({
    image: name,
    page,
    pixelSizeUm,
    ...one,
  }));
  const carrying = options.objects ? data.length : found.reduce((sum, { pixels }) => sum + pixels, 0);
  return {
    rows,
    classRows: merged(found).map(({ name: className, background, pixels }) => ({
      image: name,
      page,
      width,
      height,
      pixelSizeUm,
      className,
      pixels,
      fraction: carrying ? pixels / carrying : 0,
      objects: background ? null : rows.filter((row) => row.className === className).length,
    })),
  };
}

interface FoundClass {
  value: number;
  name: string;
  background: boolean;
  pixels: number;
}

/** What the values of a file stand for and how many pixels have them; without names all but 0 are objects. */
function classesIn(data: Uint8Array | Uint16Array, classes: ClassNames | null): FoundClass[] {
  const counts = new Float64Array(65_536);
  for (let i = 0; i < data.length; i++) counts[data[i]!]!++;
  if (!classes) return [{ value: 0, name: OBJECT, background: false, pixels: data.length - counts[0]! }];
  return [...counts.entries()].flatMap(([value, pixels]) => {
    const info = pixels > 0 ? classes(value) : null;
    return info ? [{ value, pixels, ...info }] : [];
  });
}

function merged<T extends { name: string; pixels: number }>(classes: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const one of classes) {
    const known = byName.get(one.name);
    if (known) known.pixels += one.pixels;
    else byName.set(one.name, { ...one });
  }
  return [...byName.values()];
}

async function mostChannels(pool: DecoderPool, files: readonly MeasuredFile[]): Promise<number> {
  let most = 0;
  for (const { image } of files) {
    // One that cannot be read is told when its turn comes.
    const info = image && (await pool.info(image.path).catch(() => null));
    if (info) most = Math.max(most, info.channels - (info.alpha ? 1 : 0));
  }
  return most;
}

async function requireFree(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    if (await stat(path).catch(() => null))
      throw new AppError('exists', `${path} is there already; choose another name or add --overwrite.`);
}

function nothingMeasured(files: readonly FileOutcome[]): string {
  const first = files.find(({ reason }) => reason !== null);
  return `Nothing could be measured${first ? `; the first of ${files.length}: ${first.name}: ${first.reason}` : ''}.`;
}
