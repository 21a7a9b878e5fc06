/** Curves of `bench loop` as a picture: Dice against labelled pixels, one line a ranking, 95 % intervals as bands. */
import { curvePlot } from './curve-plot.js';
import type { LoopSummary } from './loop-summary.js';

/** SVG of one data set's summaries. */
export function loopPlot(summaries: readonly LoopSummary[]): string {
  const { data, seeds } = summaries[0]!;
  return curvePlot({
    title: `${capital(data)}: held-out Dice, mean of ${seeds} seeds and 95 % interval`,
    along: 'labelled pixels, thousands',
    label: (pixels) => String(pixels / 1000),
    curves: summaries.map(({ ranking, curve }) => ({
      name: ranking,
      points: curve.map(({ pixels, dice }) => ({ x: pixels, y: dice })),
    })),
  });
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
