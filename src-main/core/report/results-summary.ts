/** What a folder of results holds: how much of each class, and which images are unlike the others in that. */
import { join, resolve } from 'node:path';
import { AppError, messageOf } from '../../shared/errors.js';
import { createDecoderPool } from '../decoding.js';
import { readManifest, type Manifest } from '../manifest.js';
import { countValues } from '../measured-rows.js';

export interface ResultsSummary {
  software: string;
  model: Manifest['model'];
  settings: Manifest['settings'];
  done: number;
  failed: { input: string; error: string }[];
  waiting: number;
  classes: { name: string; color: string; quartiles: [low: number, median: number, high: number] | null }[];
  outliers: Outlier[];
  /** Images whose masks could be read. */
  counted: number;
  /** Differences from the training images, each with the inputs it concerns. */
  warnings: { text: string; inputs: string[] }[];
  unreadable: { mask: string; reason: string }[];
}

export interface Outlier {
  input: string;
  className: string;
  fraction: number;
  median: number;
  /** Distance from the median in robust standard deviations. */
  score: number;
}

/** B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers" (1993). */
const OUTLYING = 3.5;
/** Of a normal distribution: standard deviation ÷ median absolute deviation. */
const MAD_TO_DEVIATION = 1.4826;
const LEAST_IMAGES = 8;

/** @throws AppError('not-found') for a folder without a manifest, 'stopped'. */
export async function summariseResults(folder: string, signal?: AbortSignal): Promise<ResultsSummary> {
  const manifest = await readManifest(resolve(folder));
  if (!manifest)
    throw new AppError(
      'not-found',
      `${folder} has no manifest.json; name the --output of "brushfield segment", and merge shards first.`,
    );
  const { classes } = manifest.model;
  const fractions: { input: string; shares: number[] }[] = [];
  const unreadable: ResultsSummary['unreadable'] = [];
  const pool = createDecoderPool();
  try {
    for (const { input, outputs } of manifest.files)
      for (const mask of outputs.filter((name) => name.endsWith('_mask.png'))) {
        if (signal?.aborted) throw new AppError('stopped', 'Stopped; no report was written.');
        try {
          const counts = countValues((await pool.labels(join(folder, mask), 0)).data);
          const pixels = classes.map(({ value }) => counts[value]!);
          const all = pixels.reduce((sum, count) => sum + count, 0);
          if (all) fractions.push({ input, shares: pixels.map((count) => count / all) });
        } catch (error) {
          unreadable.push({ mask, reason: messageOf(error) });
        }
      }
  } finally {
    await pool.close();
  }
  const of = (state: string) => manifest.files.filter((file) => file.state === state);
  const warnings = new Map<string, string[]>();
  for (const { input, warnings: texts } of manifest.files)
    for (const text of texts) warnings.set(text, [...(warnings.get(text) ?? []), input]);
  return {
    software: manifest.software,
    model: manifest.model,
    settings: manifest.settings,
    done: of('done').length,
    failed: of('failed').map(({ input, error }) => ({ input, error: error ?? '' })),
    waiting: of('waiting').length,
    classes: classes.map(({ name, color }, c) => ({
      name,
      color,
      quartiles: quartilesOf(fractions.map(({ shares }) => shares[c]!)),
    })),
    outliers: classes
      .flatMap(({ name }, c) =>
        outliersIn(fractions.map(({ input, shares }) => ({ input, className: name, fraction: shares[c]! }))),
      )
      .sort((a, b) => b.score - a.score),
    counted: fractions.length,
    warnings: [...warnings].map(([text, inputs]) => ({ text, inputs })),
    unreadable,
  };
}

/** Farthest from the median by robust standard deviations; none of few images or where most are equal. */
export function outliersIn(values: readonly Pick<Outlier, 'input' | 'className' | 'fraction'>[]): Outlier[] {
  if (values.length < LEAST_IMAGES) return [];
  const median = medianOf(values.map(({ fraction }) => fraction));
  const deviation = MAD_TO_DEVIATION * medianOf(values.map(({ fraction }) => Math.abs(fraction - median)));
  if (!deviation) return [];
  return values
    .map((one) => ({ ...one, median, score: Math.abs(one.fraction - median) / deviation }))
    .filter(({ score }) => score > OUTLYING);
}

function quartilesOf(values: readonly number[]): [number, number, number] | null {
  if (!values.length) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.25), medianOf(values), at(0.75)];
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
