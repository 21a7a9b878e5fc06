/** What the points of `bench learn` say: the data set's figure, mean over seeds, with its interval over images. */
import type { LearnPoint } from './learn-points.js';
import type { LearnSet } from './learn-sets.js';
import type { Interval } from './loop-summary.js';

export interface LearnSummary {
  data: string;
  labels: string;
  method: string;
  budget: string;
  seeds: number;
  /** What `score` is: a Dice or a mean IoU, 0 … 1. */
  metric: string;
  /** Mean over seeds; the ends are means over seeds of the 95 % intervals over images. */
  score: Interval;
  /** In the order of the seeds. */
  bySeed: number[];
  steps: number;
  seconds: number;
  msPerMegapixel: number;
}

/** In the order of the sets, then of the first points; points of other sets are left out. */
export function learnSummariesOf(points: readonly LearnPoint[], sets: readonly LearnSet[]): LearnSummary[] {
  return sets.flatMap(({ name, metric, score }) => {
    const own = points.filter(({ data }) => data === name);
    const groups = Map.groupBy(own, ({ labels, method, budget }) => [labels, method, budget].join('|'));
    return [...groups.values()].map((group) => {
      const sorted = group.toSorted((a, b) => a.seed - b.seed);
      const mean = (of: (point: LearnPoint) => number) =>
        sorted.reduce((sum, point) => sum + of(point), 0) / sorted.length;
      const { labels, method, budget } = sorted[0]!;
      return {
        ...{ data: name, labels, method, budget, metric, seeds: sorted.length },
        score: {
          mean: mean((point) => score(point).value),
          low: mean((point) => score(point).low),
          high: mean((point) => score(point).high),
        },
        bySeed: sorted.map((point) => score(point).value),
        steps: mean((point) => point.steps),
        seconds: mean((point) => point.seconds),
        msPerMegapixel: mean((point) => point.msPerMegapixel),
      };
    });
  });
}
