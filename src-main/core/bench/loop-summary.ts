/** What the points of `bench loop` say: mean curves, areas under them, and how many labelled pixels a ranking saves. */
import { randomFor } from '../../shared/random.js';
import type { LoopPoint } from './loop-points.js';
import { RANDOM_TILES } from './loop-rankings.js';

export interface Interval {
  mean: number;
  /** Ends of the 95 % interval, by bootstrap over seeds (percentiles; Efron 1979). */
  low: number;
  high: number;
}

export interface LoopSummary {
  data: LoopPoint['data'];
  ranking: string;
  /** Those in which both this ranking and random tiles were followed to that round. */
  seeds: number;
  /** Means at the end of each round, the strokes alone first. */
  curve: { pixels: number; dice: Interval }[];
  /** Mean Dice over the labelled pixels, straight lines between rounds, over the range shared with random tiles. */
  area: Interval;
  /** Area less that of random tiles of the same seed. */
  gain: Interval;
  /**
   * 1 − labelled pixels ÷ those that random tiles need for the same Dice, averaged over the Dice values that both mean curves
   * pass; above 0 where fewer are needed. Null for random tiles, and where one of them never rose.
   */
  saving: Interval | null;
  /** As `saving`, of the pixels that a person had to paint; null also where those were not counted. */
  paintedSaving: Interval | null;
}

type Curve = readonly { pixels: number; painted: number | null; dice: number }[];

const RESAMPLES = 2000;

/** Rankings in the order of their first points, as they were after some rounds. */
export function summariesOf(points: readonly LoopPoint[], rounds: number): LoopSummary[] {
  const found: LoopSummary[] = [];
  for (const [data, own] of Map.groupBy(points, (point) => point.data)) {
    const curves = new Map<string, Map<number, Curve>>();
    for (const [ranking, its] of Map.groupBy(own, (point) => point.ranking))
      curves.set(ranking, completeCurves(its, rounds));
    const random = curves.get(RANDOM_TILES.name);
    for (const [ranking, its] of random ? curves : []) {
      const seeds = [...its.keys()].filter((seed) => random!.has(seed));
      if (!seeds.length) continue;
      const pair = {
        ours: seeds.map((seed) => its.get(seed)!),
        theirs: seeds.map((seed) => random!.get(seed)!),
      };
      found.push({ data, ranking, seeds: seeds.length, ...compared(pair, ranking === RANDOM_TILES.name) });
    }
  }
  return found;
}

function completeCurves(points: readonly LoopPoint[], rounds: number): Map<number, Curve> {
  const curves = new Map<number, Curve>();
  const compared = points.filter(({ round }) => round <= rounds);
  for (const [seed, its] of Map.groupBy(compared, (point) => point.seed))
    if (its.length === rounds + 1)
      curves.set(
        seed,
        its
          .toSorted((a, b) => a.round - b.round)
          .map(({ labelledPixels, paintedPixels, dice }) => ({
            pixels: labelledPixels,
            painted: paintedPixels,
            dice,
          })),
      );
  return curves;
}

function compared({ ours, theirs }: { ours: Curve[]; theirs: Curve[] }, same: boolean) {
  const areas = ours.map((curve, i) => areaUnder(curve, sharedPixels(curve, theirs[i]!)));
  const others = theirs.map((curve, i) => areaUnder(curve, sharedPixels(curve, ours[i]!)));
  const over = (figure: (picked: readonly number[]) => number) => interval(ours.length, figure);
  const savingOf = (mine: Curve[], others: Curve[]): Interval | null => {
    const saving = over((picked) => saved(meanCurve(picked, mine), meanCurve(picked, others)));
    return same || Number.isNaN(saving.mean) ? null : saving;
  };
  const [oursPainted, theirsPainted] = [ours.map(byPainted), theirs.map(byPainted)];
  const counted = [...oursPainted, ...theirsPainted].every((curve) => curve !== null);
  return {
    curve: ours[0]!.map((_, round) => ({
      pixels: mean(ours.map((curve) => curve[round]!.pixels)),
      dice: over((picked) => mean(picked.map((i) => ours[i]![round]!.dice))),
    })),
    area: over((picked) => mean(picked.map((i) => areas[i]!))),
    gain: over((picked) => mean(picked.map((i) => areas[i]! - others[i]!))),
    saving: savingOf(ours, theirs),
    paintedSaving: counted ? savingOf(oursPainted as Curve[], theirsPainted as Curve[]) : null,
  };
}

/** The curve over painted pixels; null where they were not counted. */
const byPainted = (curve: Curve): Curve | null =>
  curve.every(({ painted }) => painted !== null)
    ? curve.map((point) => ({ ...point, pixels: point.painted! }))
    : null;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const meanCurve = (picked: readonly number[], curves: readonly Curve[]): Curve =>
  curves[0]!.map((_, round) => ({
    pixels: mean(picked.map((i) => curves[i]![round]!.pixels)),
    painted: null,
    dice: mean(picked.map((i) => curves[i]![round]!.dice)),
  }));

const sharedPixels = (a: Curve, b: Curve): [from: number, to: number] => [
  Math.max(a[0]!.pixels, b[0]!.pixels),
  Math.min(a.at(-1)!.pixels, b.at(-1)!.pixels),
];

/** Mean Dice from one number of labelled pixels to another, by trapezia. */
function areaUnder(curve: Curve, [from, to]: [number, number]): number {
  const inside = curve.filter(({ pixels }) => pixels > from && pixels < to);
  const corners = [
    { pixels: from, dice: diceAt(curve, from) },
    ...inside,
    { pixels: to, dice: diceAt(curve, to) },
  ];
  let sum = 0;
  for (let i = 1; i < corners.length; i++) {
    const [a, b] = [corners[i - 1]!, corners[i]!];
    sum += ((a.dice + b.dice) / 2) * (b.pixels - a.pixels);
  }
  return to > from ? sum / (to - from) : diceAt(curve, from);
}

function diceAt(curve: Curve, pixels: number): number {
  const next = curve.findIndex((point) => point.pixels >= pixels);
  if (next <= 0) return curve.at(next)!.dice;
  const [a, b] = [curve[next - 1]!, curve[next]!];
  return a.dice + ((b.dice - a.dice) * (pixels - a.pixels)) / (b.pixels - a.pixels);
}

/** Values of Dice at which the needed pixels are compared. */
const LEVELS = 100;

/** See `LoopSummary.saving`; NaN where one of the curves never rises above the other's start. */
function saved(ours: Curve, theirs: Curve): number {
  const from = Math.max(ours[0]!.dice, theirs[0]!.dice);
  const to = Math.min(...[ours, theirs].map((curve) => Math.max(...curve.map(({ dice }) => dice))));
  if (to <= from) return NaN;
  const levels = Array.from({ length: LEVELS }, (_, i) => from + ((i + 0.5) / LEVELS) * (to - from));
  return (
    1 -
    mean(levels.map((dice) => pixelsFor(ours, dice))) / mean(levels.map((dice) => pixelsFor(theirs, dice)))
  );
}

/** Labelled pixels at which a curve first comes to a Dice that it reaches. */
function pixelsFor(curve: Curve, dice: number): number {
  const at = curve.findIndex((point) => point.dice >= dice);
  if (at <= 0) return curve[0]!.pixels;
  const [a, b] = [curve[at - 1]!, curve[at]!];
  return a.pixels + ((dice - a.dice) / (b.dice - a.dice)) * (b.pixels - a.pixels);
}

/** Of a figure over seeds. Resamples in which it does not exist count as the lowest. */
function interval(seeds: number, figure: (picked: readonly number[]) => number): Interval {
  const random = randomFor(seeds, 11);
  const all = Array.from({ length: seeds }, (_, i) => i);
  const figures = Array.from({ length: RESAMPLES }, () => figure(all.map(() => random.integer(seeds))))
    .map((value) => (Number.isNaN(value) ? -Infinity : value))
    .sort((a, b) => a - b);
  const at = (share: number) => figures[Math.round(share * (RESAMPLES - 1))]!;
  return { mean: figure(all), low: at(0.025), high: at(0.975) };
}
