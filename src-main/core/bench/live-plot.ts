/** Curves of `bench live` as a picture: score against strokes, ours and the forest's, 95 % intervals as bands. */
import { curvePlot } from './curve-plot.js';
import type { LiveSummary } from './live-points.js';

const PROGRAMS = [
  { program: 'ours', name: 'Brushfield' },
  { program: 'forest', name: 'random forest' },
] as const;

/** SVG of one data set's summaries; strokes on a logarithmic axis. */
export function livePlot(summaries: readonly LiveSummary[]): string {
  const { data, seeds } = summaries[0]!;
  return curvePlot({
    title: `${data}: held-out score, mean of ${seeds} seeds and 95 % interval`,
    along: 'strokes',
    logarithmic: true,
    ticks: summaries.map(({ strokes }) => strokes),
    curves: PROGRAMS.map(({ program, name }) => ({
      name,
      points: summaries.map(({ strokes, score }) => ({ x: strokes, y: score[program] })),
    })),
  });
}
