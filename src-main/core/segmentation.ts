/** Segments files with a model: decoding, computing and writing overlap, and one bad file never stops the rest. */
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { removeAbandoned } from '../disk/atomic-file.js';
import type { PredictedRows, Prediction } from '../shared/engine-api.js';
import { isAppError, messageOf, type AppError, type ErrorCode } from '../shared/errors.js';
import { UNPARTED, warningSentence } from '../shared/image-warnings.js';
import type { PixelImage } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { ahead } from './ahead.js';
import { createDecoderPool } from './decoding.js';
import type { EngineOptions } from './engine-process.js';
import { createManifestWriter, type ManifestFile } from './manifest.js';
import type { ResolvedModel } from './models.js';
import { RestartingEngine } from './restarting-engine.js';
import { segmentLarge } from './segment-large.js';
import { SegmentFinishing } from './segment-finishing.js';
import type { SegmentJob, SegmentOptions } from './segment-plan.js';
import { startInFolder } from './segment-start.js';
import { SegmentMeasuring, type MeasuredPage } from './segment-measuring.js';
import { writeSegmentOutputs } from './segment-outputs.js';
import { comparePaths, type WrittenTables } from './segment-tables.js';
import { noteBrightness, noteWarning, unitsOf } from './segment-units.js';
import { watchedJobs, type WatchedJob } from './segment-watch.js';

export type SegmentEvent =
  /** `files`: all inputs in their order, with entries that change as they are worked on. */
  | { kind: 'plan'; total: number; skipped: number; files: readonly SegmentJob[] }
  /** Of a watched folder: a file is about to be segmented; it may be a new one, or one that has changed. */
  | { kind: 'added'; job: SegmentJob }
  /** Of a watched folder: all that is there is done. */
  | { kind: 'idle'; finished: number }
  /** One page of a file with several. */
  | { kind: 'page'; input: string; page: number; pages: number }
  /** How far an image is that is too large to be computed at once, 0 … 1. */
  | { kind: 'part'; input: string; done: number }
  /** `computedMs`: what the engine has computed for this file and those before it. */
  | { kind: 'file'; file: ManifestFile; finished: number; total: number; computedMs: number }
  | { kind: 'warning'; text: string };

export interface SegmentResult {
  output: string;
  manifest: string;
  /** Null where none were asked for, and after a stop. */
  measurements: WrittenTables | null;
  done: number;
  /** Finished by an earlier run and unchanged since. */
  skipped: number;
  failed: { input: string; error: string }[];
  stopped: boolean;
  seconds: number;
  /** Pixels computed beyond the images' own (halo and padding), as a share of those. */
  overhead: number;
}

/**
 * Writes masks (and what else is asked for) of all inputs, and `manifest.json`. An abort lets the image being computed
 * finish. A file that cannot be segmented is recorded with its reason. With `watch` it goes on until the abort, which is
 * then the end and not an interruption.
 * @throws AppError before anything is written for wrong options, or 'disk' when outputs cannot be written.
 */
export async function segmentFiles(
  model: ResolvedModel,
  options: SegmentOptions & { engine?: EngineOptions },
  { signal, onEvent }: Call<SegmentEvent> = {},
): Promise<SegmentResult> {
  const startedMs = performance.now();
  const { plan, folder, lock } = await startInFolder(model, options);
  const manifest = join(options.output, plan.manifestFile);
  const writer = createManifestWriter((pieces) => folder.write(plan.manifestFile, pieces), plan.manifest);
  const { watch } = options;
  onEvent?.({
    ...{ kind: 'plan', total: plan.jobs.length },
    ...{ skipped: plan.skipped.length, files: plan.files },
  });
  const engine = plan.jobs.length || watch ? new RestartingEngine(options.engine) : null;
  const decoder = createDecoderPool({ threads: 1 });
  const finishing = new SegmentFinishing(model.file.classes, options);
  const measuring = plan.table === null ? null : new SegmentMeasuring(model, folder, plan.table);
  let measurements: WrittenTables | null = null;
  let finished = 0;
  const pixels = { own: 0, beyond: 0 };
  let computedMs = 0;

  const warn = (text: string) => onEvent?.({ kind: 'warning', text });
  const close = async (entry: ManifestFile, sinceMs: number, error: string | null) => {
    entry.state = error === null ? 'done' : 'failed';
    entry.error = error;
    entry.seconds = Number(((performance.now() - sinceMs) / 1000).toFixed(3));
    finished++;
    const total = Math.max(finished, plan.jobs.length);
    onEvent?.({ kind: 'file', file: entry, finished, total, computedMs });
    await writer.changed();
  };

  const writeTables = async () => {
    measurements = (await measuring?.writeAll(plan.skipped, decoder, warn)) ?? null;
  };
  let unnamed = false;
  const added = ({ stale = [], ...job }: WatchedJob) => {
    unnamed = true;
    for (const mask of stale) measuring?.forget(mask);
    onEvent?.({ kind: 'added', job });
  };
  const reachable = (is: boolean) =>
    warn(
      is
        ? `${options.input} can be read again.`
        : `${options.input} cannot be read now; it is tried again until it can.`,
    );
  // A watch waits until it is told: by whoever started it, or by an error that ends the loop.
  const ending = new AbortController();
  const jobs = watch
    ? watchedJobs(
        plan,
        { ...options, watch },
        {
          ...{ onAdded: added, onReachable: reachable },
          signal: AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]),
        },
      )
    : plan.jobs;
  const units = ahead(unitsOf(jobs, model, { decoder, signal, options }), () => ending.abort());

  try {
    // Also tells at once when the folder cannot be written to, and which names are ours when we are killed.
    await engine?.start();
    await writer.write();
    await Promise.all(foldersOf(plan.files, options.output).map(removeAbandoned));
    let writing: Promise<void> = Promise.resolve();
    for await (const unit of units) {
      if (signal?.aborted) break;
      if (!unit) {
        await writing;
        await writer.write();
        await writeTables();
        onEvent?.({ kind: 'idle', finished });
        continue;
      }
      const { entry, startedMs: since } = unit;
      if (entry.state === 'failed') continue;
      if ('error' in unit) {
        await writing;
        await close(entry, since, messageOf(unit.error));
        continue;
      }
      if (unnamed) {
        unnamed = false;
        // Whoever goes on after a kill must know which names are ours.
        await writer.write();
      }
      const { page, pages, image } = unit;
      const target = {
        ...options,
        model,
        folder,
        name: pages > 1 ? `${entry.name}${pageSuffix(page)}` : entry.name,
      };
      const predicted = await imagesOwnError(async () => {
        if (image) return predict(engine!, model, image, options);
        await writing;
        const onPart = (done: number) => onEvent?.({ kind: 'part', input: entry.input, done });
        const onUnparted = () => noteWarning(entry, UNPARTED);
        const measured: MeasuredPage = { ...unit, mask: `${target.name}_mask.png` };
        const measure =
          measuring && ((rows: AsyncIterable<PredictedRows>) => measuring.addRows(measured, rows, decoder));
        return engine!.predicting(({ api }) =>
          segmentLarge(
            api,
            target,
            {
              ...{ path: unit.input.path, page, measure },
              finish: (rows, stop) => finishing.finalRows(rows, stop, onUnparted),
            },
            { ...(signal && { signal }), onEvent: onPart },
          ),
        );
      });
      await writing;
      // One that is computed in parts stops between two of them and has no mask: it stays to be done.
      if (predicted instanceof Error && predicted.code === 'stopped') break;
      if (predicted instanceof Error) {
        await close(entry, since, messageOf(predicted));
        continue;
      }
      computedMs += predicted.elapsedMs;
      pixels.own += predicted.width * predicted.height;
      pixels.beyond += predicted.overhead * predicted.width * predicted.height;
      if (pages > 1) onEvent?.({ kind: 'page', input: entry.input, page, pages });
      writing = (async () => {
        // The engine is given the next one first.
        await setImmediate();
        if ('outputs' in predicted) {
          entry.outputs.push(...predicted.outputs);
          if (model.passport)
            noteBrightness(entry, model.passport.seen, unit.info.type, predicted.brightness);
        } else {
          const final = await imagesOwnError(() => finishing.final(predicted));
          if (final instanceof Error) return close(entry, since, messageOf(final));
          entry.outputs.push(...(await writeSegmentOutputs(target, image!, final)));
          measuring?.add({ ...unit, mask: `${target.name}_mask.png` }, final.labels, image!);
        }
        if (page === pages - 1) await close(entry, since, null);
      })();
      // Awaited before the next one is written; until then a rejection is not unhandled.
      writing.catch(() => undefined);
    }
    await writing;
    if (watch) plan.manifest.files.sort((a, b) => comparePaths(a.input, b.input));
    if (watch || !signal?.aborted) await writeTables();
  } catch (error) {
    // What cannot be explained otherwise may come of it.
    if (!isAppError(error)) await folder.requireThere(plan.manifestFile);
    throw error;
  } finally {
    measuring?.close();
    await Promise.all([engine?.stop(), decoder.close(), finishing.close()]);
    await writer.write().catch(() => undefined);
    await lock.release();
  }

  const handled = plan.jobs.map(({ entry }) => entry);
  distinctWarnings(handled).forEach(warn);
  return {
    output: options.output,
    manifest,
    measurements,
    done: handled.filter(({ state }) => state === 'done').length,
    skipped: plan.skipped.length,
    failed: handled
      .filter(({ state }) => state === 'failed')
      .map(({ input, error }) => ({ input, error: error ?? '' })),
    stopped: handled.some(({ state }) => state === 'waiting'),
    seconds: (performance.now() - startedMs) / 1000,
    overhead: pixels.own ? pixels.beyond / pixels.own : 0,
  };
}

/** Where outputs go. */
const foldersOf = (files: readonly SegmentJob[], output: string): string[] => [
  ...new Set([output, ...files.map(({ entry }) => dirname(join(output, entry.name)))]),
];

/** Of the machine, the model or the disk; the next image would meet them too. */
const OTHERS_ERRORS: readonly ErrorCode[] = ['set-up', 'bad-model', 'disk'];

const pageSuffix = (page: number): string => `_p${String(page + 1).padStart(3, '0')}`;

const predict = (
  engine: RestartingEngine,
  model: ResolvedModel,
  image: PixelImage,
  { probabilities = false, tile = 0 }: SegmentOptions,
): Promise<Prediction> =>
  engine.predicting(({ api }) => api.predict({ model: model.folder, image, probabilities, tile }));

/** What `work` gives, or the error that concerns this image alone. */
async function imagesOwnError<T>(work: () => Promise<T>): Promise<T | AppError> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error) && !OTHERS_ERRORS.includes(error.code)) return error;
    throw error;
  }
}

/** A sentence for each kind of difference, with how many files it concerns. */
function distinctWarnings(files: readonly ManifestFile[]): string[] {
  const found = new Map<string, { first: string; others: number }>();
  for (const { input, warnings } of files)
    for (const warning of warnings) {
      const known = found.get(warning);
      if (known) known.others++;
      else found.set(warning, { first: input, others: 0 });
    }
  return [...found].map(([warning, { first, others }]) =>
    warningSentence(warning, `${first}${others ? ` (and ${others} more)` : ''}`),
  );
}
