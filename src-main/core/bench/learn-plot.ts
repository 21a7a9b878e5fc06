/** Curves of `bench learn` as a picture: a score against budgets, methods without a budget as level lines. */
import { curvePlot } from './curve-plot.js';
import { intervalPlot } from './interval-plot.js';
import { NO_BUDGET } from './learn-points.js';
import { parseBudgets } from './learn-plan.js';
import type { LearnSummary } from './learn-summary.js';

/** SVG of the summaries of one data set, label amount and part: curves over budgets, or a row a method where there is only one. */
export function learnPlot(summaries: readonly LearnSummary[]): string {
  const trained = summaries.filter(({ budget }) => budget !== NO_BUDGET);
  const inSteps = trained.filter(({ budget }) => budget.endsWith('steps'));
  const [own, along] =
    inSteps.length * 2 > trained.length ? [inSteps, 'steps'] : [trained, 'minutes of training'];
  const lengthOf = ({ budget }: LearnSummary) => {
    const { minutes, asSteps, steps } = parseBudgets(budget)[0]!;
    return along === 'steps' ? steps : (minutes ?? asSteps);
  };
  const lengths = [...new Set(own.flatMap((one) => lengthOf(one) ?? []))].sort((a, b) => a - b);
  const { data, labels, part, metric } = summaries[0]!;
  const scored = part === 'test' ? '' : `, scored on ${part}`;
  const title = `${data}, labels: ${labels}${scored}; ${metric}, mean of seeds and 95 % interval over images`;
  if (lengths.length < 2)
    return intervalPlot(
      title,
      summaries.map(({ method, budget, score }) => ({
        name: budget === NO_BUDGET ? method : `${method}, ${budget}`,
        ...{ value: score, reference: budget === NO_BUDGET },
      })),
    );
  const level = summaries.filter(({ budget }) => budget === NO_BUDGET);
  return curvePlot({
    ...{ title, along },
    logarithmic: true,
    ticks: lengths,
    curves: [
      ...[...Map.groupBy(own, ({ method }) => method)].map(([name, its]) => ({
        name,
        points: its
          .flatMap((one) => {
            const x = lengthOf(one);
            return x === undefined ? [] : [{ x, y: one.score }];
          })
          .toSorted((a, b) => a.x - b.x),
      })),
      ...level.map(({ method, score }) => ({
        name: method,
        points: [lengths[0]!, lengths.at(-1)!].map((x) => ({ x, y: score })),
      })),
    ],
  });
}
