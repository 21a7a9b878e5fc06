/** What `brushfield bench learn` measures, as lines of one CSV file that a run which was broken off goes on with. */
import { randomFor } from '../../shared/random.js';
import { iousOf } from '../../measure/threshold-rule.js';
import { classIntervals } from '../report/intervals.js';
import type { ScoredImage } from './learn-images.js';

/** With a 95 % interval by bootstrap over images; the interval is the value where there are too few images. */
export interface Figure {
  value: number;
  low: number;
  high: number;
}

export interface LearnPoint {
  data: string;
  labels: string;
  part: string;
  method: string;
  /** `none` of methods that take what they need. */
  budget: string;
  seed: number;
  /** Of the classes in order, then of their mean, called `mean`. */
  classes: { name: string; dice: Figure; iou: Figure }[];
  /** As the engine defines it; NaN of classical methods. */
  softMacroDice: number;
  /** 0 of classical methods. */
  steps: number;
  /** Of training or fitting. */
  seconds: number;
  /** Of prediction. */
  msPerMegapixel: number;
  /** Empty where they were not kept. */
  images: ScoredImage[];
}

export type LearnKey = Pick<LearnPoint, 'data' | 'labels' | 'part' | 'method' | 'budget' | 'seed'>;

export const MEAN = 'mean';
/** Of methods that take the time they need. */
export const NO_BUDGET = 'none';

export const LEARN_HEADER =
  'data,labels,part,method,budget,seed,class,Dice,Dice low,Dice high,IoU,IoU low,IoU high,soft macro Dice,steps,seconds,ms per megapixel\n';

const KEYS = ['data', 'labels', 'part', 'method', 'budget'] as const;

export const sameKey = (a: LearnKey, b: LearnKey): boolean =>
  a.seed === b.seed && KEYS.every((key) => a[key] === b[key]);

/** A line for each class, that of the mean last: a point without it was cut off. */
export function linesOf(point: LearnPoint): string {
  const head = KEYS.map((key) => quoted(point[key])).join();
  const { seed, softMacroDice, steps, seconds, msPerMegapixel } = point;
  const figures = ({ value, low, high }: Figure) => [value, low, high].map((n) => n.toFixed(5)).join();
  return point.classes
    .map(
      ({ name, dice, iou }) =>
        `${head},${seed},${quoted(name)},${figures(dice)},${figures(iou)},${softMacroDice.toFixed(5)},${steps},${seconds.toFixed(2)},${msPerMegapixel.toFixed(1)}\n`,
    )
    .join('');
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Of a point that was measured twice the later one counts; half a point counts not at all. */
export function learnPointsIn(text: string): LearnPoint[] {
  const points = new Map<string, LearnPoint>();
  let classes: LearnPoint['classes'] = [];
  let open = '';
  for (const line of text.split('\n').slice(1, -1)) {
    const cells = [...line.matchAll(/"((?:[^"]|"")*)"|([^,"]+)/g)].map(
      ([, words, plain]) => words?.replaceAll('""', '"') ?? plain!,
    );
    if (cells.length !== 17) continue;
    const [data, labels, part, method, budget, seed, name] = cells as [string, string, ...string[]];
    const numbers = cells.slice(7).map(Number);
    const key = cells.slice(0, 6).join('|');
    if (key !== open) [open, classes] = [key, []];
    const figure = (at: number): Figure => ({
      value: numbers[at]!,
      low: numbers[at + 1]!,
      high: numbers[at + 2]!,
    });
    classes.push({ name: name!, dice: figure(0), iou: figure(3) });
    if (name !== MEAN) continue;
    const [softMacroDice, steps, seconds, msPerMegapixel] = numbers.slice(6) as [
      number,
      number,
      number,
      number,
    ];
    points.set(key, {
      ...{ data, labels, part: part!, method: method!, budget: budget!, seed: Number(seed), classes },
      ...{ softMacroDice, steps, seconds, msPerMegapixel, images: [] },
    });
    open = '';
  }
  return [...points.values()];
}

const RESAMPLES = 2000;

/** @param confusions `confusion[truth][prediction]` in pixels, one an image; pixels are pooled */
export function figuresOf(
  confusions: readonly (readonly number[][])[],
  names: readonly string[],
): LearnPoint['classes'] {
  const pooled = pool(confusions);
  const { classes, meanIoU } = iousOf(pooled);
  const intervals = classIntervals(confusions);
  const meanDice = (scores: { dice: number }[]) =>
    scores.reduce((sum, { dice }) => sum + dice, 0) / scores.length;
  const random = randomFor(1, confusions.length);
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const drawn = confusions.map(() => confusions[random.integer(confusions.length)]!);
    const scores = iousOf(pool(drawn));
    return { dice: meanDice(scores.classes), iou: scores.meanIoU };
  });
  const within = (value: number, values: number[]): Figure => {
    values.sort((a, b) => a - b);
    const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
    return { value, low: at(0.025), high: at(0.975) };
  };
  return [
    ...classes.map(({ dice, iou }, k) => ({
      name: names[k]!,
      dice: { value: dice, ...(intervals[k]!.dice ?? { low: dice, high: dice }) },
      iou: { value: iou, ...(intervals[k]!.iou ?? { low: iou, high: iou }) },
    })),
    {
      name: MEAN,
      dice: within(
        meanDice(classes),
        resampled.map(({ dice }) => dice),
      ),
      iou: within(
        meanIoU,
        resampled.map(({ iou }) => iou),
      ),
    },
  ];
}

export const pool = (confusions: readonly (readonly number[][])[]): number[][] =>
  confusions[0]!.map((row, truth) =>
    row.map((_, predicted) => confusions.reduce((sum, one) => sum + one[truth]![predicted]!, 0)),
  );
