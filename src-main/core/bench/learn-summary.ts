/** What the points of `bench learn` say: figures as means over seeds, with 95 % intervals by bootstrap over images. */
import { iousOf } from '../../measure/threshold-rule.js';
import { randomFor } from '../../shared/random.js';
import { BORDER_THRESHOLDS, type ScoredImage } from './learn-images.js';
import { CLASSICAL, wholeOf } from './learn-plan.js';
import { pool, type LearnPoint } from './learn-points.js';
import { figureOf, scoreOf } from './learn-sets.js';
import type { Interval } from './loop-summary.js';

export interface LearnSummary {
  data: string;
  labels: string;
  /** Folds of one cross-validation together: `fold/5`. */
  part: string;
  method: string;
  budget: string;
  seeds: number;
  /** Trainings that were scored on images of their own; 1 without folds. */
  folds: number;
  /** What `score` is: a Dice or a mean IoU, 0 … 1. */
  metric: string;
  /**
   * Mean over seeds, pixels of all folds pooled; resampled images are the same for all seeds. Where images were not kept: mean
   * over points, the ends too.
   */
  score: Interval;
  /** In the order of the seeds; means over folds. */
  bySeed: number[];
  /** Less the best classical method of the same images; null for these, and where images were not kept. */
  gain: (Interval & { over: string }) | null;
  /** Means over images; null where unknown. */
  softMacroDice: Interval | null;
  /** At the threshold with the highest mean on these images, as the challenge has it, and at one half; null without borders. */
  rand: BorderFigure | null;
  info: BorderFigure | null;
  steps: number;
  seconds: number;
  msPerMegapixel: number;
}

export interface BorderFigure {
  best: Interval;
  threshold: number;
  atHalf: number;
}

const RESAMPLES = 1000;

type Figure = (images: readonly ScoredImage[]) => number;
/** By image name: what it got in each seed and fold. */
type ByName = Map<string, Map<number, ScoredImage[]>>;

/** In the order of the first points. */
export function learnSummariesOf(points: readonly LearnPoint[]): LearnSummary[] {
  const groups = Map.groupBy(points, ({ data, labels, part, method, budget }) =>
    JSON.stringify([data, labels, wholeOf(part), method, budget]),
  );
  const summaries = [...groups.values()].map((group) => ({ group, summary: summaryOf(group) }));
  for (const { group, summary } of summaries) {
    const rivals = summaries.filter(
      ({ summary: other }) =>
        CLASSICAL.some((name) => name === other.method) &&
        (['data', 'labels', 'part'] as const).every((key) => other[key] === summary[key]),
    );
    const best = rivals.toSorted((a, b) => b.summary.score.mean - a.summary.score.mean)[0];
    if (best && !rivals.some(({ summary: other }) => other === summary))
      summary.gain = gainOver(group, best.group);
  }
  return summaries.map(({ summary }) => summary);
}

function summaryOf(group: readonly LearnPoint[]): LearnSummary {
  const { data, labels, part, method, budget } = group[0]!;
  const { metric, diceOf } = figureOf(data);
  const mean = (of: (point: LearnPoint) => number) => average(group.map(of));
  const seeds = Map.groupBy(
    group.toSorted((a, b) => a.seed - b.seed),
    ({ seed }) => seed,
  );
  const score = (point: LearnPoint) => scoreOf(point, { metric, diceOf });
  const images = byName(group);
  const over = (figure: Figure) =>
    images && interval([...images.keys()], (names) => meanOver(images, names, figure));
  return {
    ...{ data, labels, part: wholeOf(part), method, budget, metric },
    ...{ seeds: seeds.size, folds: new Set(group.map((point) => point.part)).size, gain: null },
    score: over(figureFor(group[0]!)) ?? {
      mean: mean((point) => score(point).value),
      low: mean((point) => score(point).low),
      high: mean((point) => score(point).high),
    },
    bySeed: [...seeds.values()].map((its) => average(its.map((point) => score(point).value))),
    softMacroDice: Number.isNaN(group[0]!.softMacroDice)
      ? null
      : (over((its) => average(its.map((image) => image.softMacroDice))) ??
        level(mean((point) => point.softMacroDice))),
    rand: images && borderFigure(images, 'rand'),
    info: images && borderFigure(images, 'info'),
    steps: mean((point) => point.steps),
    seconds: mean((point) => point.seconds),
    msPerMegapixel: mean((point) => point.msPerMegapixel),
  };
}

/** The set's own figure of pooled pixels. */
function figureFor({ data, classes }: LearnPoint): Figure {
  const { diceOf } = figureOf(data);
  const at = classes.findIndex(({ name }) => name === diceOf);
  return (images) => {
    const { classes: rows, meanIoU } = iousOf(pool(images.map(({ confusion }) => confusion)));
    if (diceOf === null) return meanIoU;
    return at < 0 || at >= rows.length ? average(rows.map(({ dice }) => dice)) : rows[at]!.dice;
  };
}

function gainOver(ours: readonly LearnPoint[], theirs: readonly LearnPoint[]): LearnSummary['gain'] {
  const [mine, other] = [byName(ours), byName(theirs)];
  if (!mine || !other) return null;
  const names = [...mine.keys()].filter((name) => other.has(name));
  if (names.length < mine.size) return null;
  const figure = figureFor(ours[0]!);
  const found = interval(names, (drawn) => meanOver(mine, drawn, figure) - meanOver(other, drawn, figure));
  return { ...found, over: theirs[0]!.method };
}

function borderFigure(images: ByName, which: 'rand' | 'info'): BorderFigure | null {
  const all = [...images.values()].flatMap((seeds) => [...seeds.values()].flat());
  if (all.some((image) => image[which].length !== BORDER_THRESHOLDS.length)) return null;
  const names = [...images.keys()];
  const at =
    (k: number): Figure =>
    (its) =>
      average(its.map((image) => image[which][k]!));
  const means = BORDER_THRESHOLDS.map((_, k) => meanOver(images, names, at(k)));
  const best = means.indexOf(Math.max(...means));
  return {
    best: interval(names, (drawn) => meanOver(images, drawn, at(best))),
    threshold: BORDER_THRESHOLDS[best]!,
    atHalf: means[BORDER_THRESHOLDS.indexOf(0.5)]!,
  };
}

/** Null where the images of a point were not kept. */
function byName(group: readonly LearnPoint[]): ByName | null {
  const found: ByName = new Map();
  for (const { seed, images } of group) {
    if (!images.length) return null;
    for (const image of images) {
      const seeds = found.get(image.name) ?? new Map<number, ScoredImage[]>();
      found.set(image.name, seeds.set(seed, [...(seeds.get(seed) ?? []), image]));
    }
  }
  return found;
}

/** Mean over seeds of a figure of the named images, as often as they are named. */
function meanOver(images: ByName, names: readonly string[], figure: Figure): number {
  const seeds = new Set([...images.values()].flatMap((its) => [...its.keys()]));
  const figures = [...seeds].flatMap((seed) => {
    const own = names.flatMap((name) => images.get(name)!.get(seed) ?? []);
    return own.length ? [figure(own)] : [];
  });
  return average(figures);
}

function interval(names: readonly string[], figure: (names: readonly string[]) => number): Interval {
  const random = randomFor(names.length, 8);
  const values = Array.from({ length: RESAMPLES }, () =>
    figure(names.map(() => names[random.integer(names.length)]!)),
  ).sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (RESAMPLES - 1))]!;
  return { mean: figure(names), low: at(0.025), high: at(0.975) };
}

const level = (mean: number): Interval => ({ mean, low: mean, high: mean });

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
