/** The quality report of a model, and of a folder that it segmented: one HTML file that needs no network. */
import { basename, resolve } from 'node:path';
import { writeFileAtomic } from '../../disk/atomic-file.js';
import { AppError, isAppError, messageOf } from '../../shared/errors.js';
import type { EngineOptions } from '../engine-process.js';
import { requireFree } from '../measurements.js';
import type { ResolvedModel } from '../models.js';
import type { Passport } from '../passport.js';
import type { Shard } from '../shards.js';
import { summariseResults, type ResultsSummary } from './results-summary.js';
import { scoreHeldOut } from './held-out.js';
import { reportPage, type ReportContent } from './page.js';

export interface ReportOptions {
  output: string;
  /** A folder of results of `segment`. */
  results?: string;
  overwrite?: boolean;
  engine?: EngineOptions;
}

export interface WrittenReport {
  output: string;
  /** Why held-out images could not be scored again; null: they were, or there are none. */
  notScored: string | null;
  batch: Pick<ResultsSummary, 'done' | 'outliers' | 'warnings'> | null;
}

/**
 * Asked before a long segmentation whose end is a report.
 * @throws AppError('bad-model' | 'exists'), and 'usage' for a shard, which knows its own part alone.
 */
export async function requireReportPossible(
  model: ResolvedModel,
  { output, overwrite, shard }: Pick<ReportOptions, 'output' | 'overwrite'> & { shard?: Shard },
): Promise<Passport> {
  if (shard)
    throw new AppError(
      'usage',
      'A shard has no report of its own; merge the shards, then "brushfield report --results" writes one of all.',
    );
  if (!model.passport)
    throw new AppError(
      'bad-model',
      `The run ${model.run} has no passport: its training has not ended; let it end, or name another run.`,
    );
  if (!overwrite) await requireFree([resolve(output)]);
  return model.passport;
}

/** @throws AppError('bad-model') for a run without a passport, 'exists', 'not-found' for no results, 'disk', 'stopped'. */
export async function writeReport(
  model: ResolvedModel,
  options: ReportOptions,
  signal?: AbortSignal,
): Promise<WrittenReport> {
  const output = resolve(options.output);
  const passport = await requireReportPossible(model, options);
  const { results, engine = {} } = options;
  const summary = results === undefined ? null : await summariseResults(results, signal);
  const heldOut: ReportContent['heldOut'] = await scoreHeldOut(model, {
    engine,
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    // An image that has moved takes away the pictures, not the report.
    if (!isAppError(error) || ['stopped', 'set-up', 'bad-model'].includes(error.code)) throw error;
    return messageOf(error);
  });
  if (signal?.aborted) throw new AppError('stopped', 'Stopped; no report was written.');
  const page = reportPage({
    passport,
    sha256: model.sha256,
    heldOut,
    batch: summary && { folder: basename(resolve(results!)), summary },
    createdAt: new Date().toISOString(),
  });
  await writeFileAtomic(output, page);
  return { output, notScored: typeof heldOut === 'string' ? heldOut : null, batch: summary };
}
