/** What `brushfield bench live` measures, as lines of one CSV file that a run which was broken off goes on with. */
import { DATA_SETS } from './reference-cases.js';
import type { Interval } from './loop-summary.js';
import { randomFor } from '../../shared/random.js';

export const LIVE_PROGRAMS = ['ours', 'forest'] as const;
export type LiveProgram = (typeof LIVE_PROGRAMS)[number];

export interface LivePoint {
  data: keyof typeof DATA_SETS;
  program: LiveProgram;
  strokes: number;
  seed: number;
  labelledPixels: number;
  /** On the test images, pixels pooled: DATA_SETS' metric, 0 … 1. */
  score: number;
  /** Features, fit and suggestions for all test images. */
  seconds: number;
}

export const LIVE_HEADER = 'data,program,strokes,seed,labelled pixels,score,seconds\n';

/** One line with its end. */
export const liveLineOf = (point: LivePoint): string =>
  `"${point.data}","${point.program}",${point.strokes},${point.seed},${point.labelledPixels},${point.score},${point.seconds}\n`;

/** Of a point that was measured twice the later one counts; a cut-off last line counts not at all. */
export function livePointsIn(text: string): LivePoint[] {
  const points = new Map<string, LivePoint>();
  for (const line of text.split('\n').slice(1, -1)) {
    const match = /^"([^"]*)","(ours|forest)",(\d+),(\d+),(\d+),([\d.e-]+),([\d.e-]+)$/.exec(line);
    if (!match || !Object.hasOwn(DATA_SETS, match[1]!)) continue;
    const [strokes, seed, labelledPixels, score, seconds] = match.slice(3).map(Number) as [
      ...[number, number, number, number, number],
    ];
    const [data, program] = [match[1] as LivePoint['data'], match[2] as LiveProgram];
    points.set(match.slice(1, 5).join('|'), { data, program, strokes, seed, labelledPixels, score, seconds });
  }
  return [...points.values()];
}

export interface LiveSummary {
  data: LivePoint['data'];
  strokes: number;
  /** Measured by both programs. */
  seeds: number;
  labelledPixels: number;
  score: Record<LiveProgram, Interval>;
  /** Ours less the forest's, of the same strokes. */
  gain: Interval;
  seconds: Record<LiveProgram, number>;
}

/** Means over seeds with 95 % intervals (percentile bootstrap), in the order of the data sets and of the strokes. */
export function liveSummariesOf(points: readonly LivePoint[]): LiveSummary[] {
  const found: LiveSummary[] = [];
  for (const own of Map.groupBy(points, ({ data, strokes }) => `${data}|${strokes}`).values()) {
    const { data, strokes } = own[0]!;
    const of = (program: LiveProgram, seed: number) =>
      own.find((point) => point.program === program && point.seed === seed);
    const pairs = [...new Set(own.map(({ seed }) => seed))].flatMap((seed) => {
      const [ours, forest] = [of('ours', seed), of('forest', seed)];
      return ours && forest ? [{ ours, forest }] : [];
    });
    if (!pairs.length) continue;
    const over = (figure: (pair: (typeof pairs)[number]) => number) => meanWithInterval(pairs.map(figure));
    found.push({
      ...{ data, strokes, seeds: pairs.length },
      labelledPixels: mean(pairs.map(({ ours }) => ours.labelledPixels)),
      score: { ours: over(({ ours }) => ours.score), forest: over(({ forest }) => forest.score) },
      gain: over(({ ours, forest }) => ours.score - forest.score),
      seconds: {
        ours: mean(pairs.map(({ ours }) => ours.seconds)),
        forest: mean(pairs.map(({ forest }) => forest.seconds)),
      },
    });
  }
  const order = Object.keys(DATA_SETS);
  return found.toSorted((a, b) => order.indexOf(a.data) - order.indexOf(b.data) || a.strokes - b.strokes);
}

const RESAMPLES = 2000;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function meanWithInterval(values: readonly number[]): Interval {
  const random = randomFor(values.length, 12);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[random.integer(values.length)]!)),
  ).sort((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))]!;
  return { mean: mean(values), low: at(0.025), high: at(0.975) };
}
