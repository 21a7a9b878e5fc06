/** Measures label files, made by hand or by a model, into two tables: one row an object, one row an image and class. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeFileAtomic, writePiecesAtomic } from '../disk/atomic-file.js';
import type { FileOutcome } from '../shared/app-api.js';
import { AppError, isAppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { ahead } from './ahead.js';
import { createDecoderPool, type DecoderPool } from './decoding.js';
import {
  findMeasurementFiles,
  imageTablePath,
  type MeasuredFile,
  type MeasurementSources,
} from './measurement-files.js';
import {
  colourChannels,
  loadMeasured,
  measureLoaded,
  type LoadedFile,
  type MeasuringOptions,
} from './measured-file.js';
import { classTable, objectHeader, objectLine, type ClassRow } from './measurement-table.js';

export interface MeasurementOptions extends MeasurementSources, MeasuringOptions {
  /** The table of objects; the one of images gets `_images` before its ending. */
  output: string;
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
  loaded: LoadedFile | Error;
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
        for await (const { file, loaded } of ahead(load(pool, { files, options, signal }))) {
          const outcome: FileOutcome = { name: file.name, reason: null };
          try {
            if (loaded instanceof Error) throw loaded;
            const measured = await measureLoaded({ file, loaded }, classes, { pool, options });
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
  {
    files,
    options,
    signal,
  }: { files: readonly MeasuredFile[]; options: MeasurementOptions; signal: AbortSignal | undefined },
): AsyncGenerator<Loaded> {
  for (const file of files) {
    if (signal?.aborted) return;
    try {
      yield { file, loaded: await loadMeasured(pool, file, options) };
    } catch (error) {
      yield { file, loaded: error as Error };
    }
  }
}

async function mostChannels(pool: DecoderPool, files: readonly MeasuredFile[]): Promise<number> {
  let most = 0;
  for (const { image } of files) {
    // One that cannot be read is told when its turn comes.
    const info = image && (await pool.info(image.path).catch(() => null));
    if (info) most = Math.max(most, colourChannels(info));
  }
  return most;
}

/** @throws AppError('exists') */
export async function requireFree(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    if (await stat(path).catch(() => null))
      throw new AppError('exists', `${path} is there already; choose another name or add --overwrite.`);
}

function nothingMeasured(files: readonly FileOutcome[]): string {
  const first = files.find(({ reason }) => reason !== null);
  return `Nothing could be measured${first ? `; the first of ${files.length}: ${first.name}: ${first.reason}` : ''}.`;
}
