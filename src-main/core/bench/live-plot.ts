/** Curves of `bench live` as a picture: score against strokes, ours and the forest's, 95 % intervals as bands. */
import type { LiveSummary } from './live-points.js';

const WIDTH = 560;
const HEIGHT = 360;
const LEFT = 64;
const RIGHT = WIDTH - 24;
const TOP = 48;
const BOTTOM = HEIGHT - 56;
/** Told apart with any colour vision (Okabe and Ito 2008), and by their labels. */
const PROGRAMS = [
  { program: 'ours', name: 'Brushfield', color: '#0072b2' },
  { program: 'forest', name: 'random forest', color: '#d55e00' },
] as const;

/** SVG of one data set's summaries, on white so that it is legible on pages of any colour; strokes on a logarithmic axis. */
export function livePlot(summaries: readonly LiveSummary[]): string {
  const { data, seeds } = summaries[0]!;
  const strokes = summaries.map((one) => Math.log(one.strokes));
  const intervals = summaries.flatMap(({ score }) => Object.values(score));
  const low = Math.floor(Math.min(...intervals.map((one) => one.low)) * 10) / 10;
  const high = Math.ceil(Math.max(...intervals.map((one) => one.high)) * 10) / 10;
  const x = (log: number) => along(log, [Math.min(...strokes), Math.max(...strokes)], [LEFT + 16, RIGHT]);
  const y = (value: number) => along(value, [low, high], [BOTTOM, TOP]);
  const ticks = Array.from({ length: Math.round((high - low) * 10) + 1 }, (_, i) => low + i / 10);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(
      { x: LEFT, y: 24, anchor: 'start' },
      `${data}: held-out score, mean of ${seeds} seeds and 95 % interval`,
    ),
    text({ x: (LEFT + RIGHT) / 2, y: HEIGHT - 12, anchor: 'middle' }, 'strokes'),
    ...ticks.map(
      (value) =>
        `<path d="M${LEFT} ${y(value)}H${RIGHT}" stroke="#e0e0e0"/>` +
        text({ x: LEFT - 8, y: y(value) + 4, anchor: 'end' }, value.toFixed(1)),
    ),
    ...summaries.map((one) =>
      text({ x: x(Math.log(one.strokes)), y: BOTTOM + 20, anchor: 'middle' }, String(one.strokes)),
    ),
    ...PROGRAMS.map(({ program, name, color }, i) => {
      const points = summaries.map((one) => ({ at: x(Math.log(one.strokes)), ...one.score[program] }));
      const band = [
        ...points.map((one) => `${one.at} ${y(one.high)}`),
        ...points.toReversed().map((one) => `${one.at} ${y(one.low)}`),
      ];
      const named = BOTTOM - 12 - 18 * (PROGRAMS.length - 1 - i);
      return (
        `<path d="M${band.join('L')}Z" fill="${color}" fill-opacity="0.15"/>` +
        `<path d="M${points.map((one) => `${one.at} ${y(one.mean)}`).join('L')}" fill="none" stroke="${color}" stroke-width="2"/>` +
        `<path d="M${RIGHT - 150} ${named - 4}h24" stroke="${color}" stroke-width="2"/>` +
        text({ x: RIGHT - 118, y: named, anchor: 'start' }, name)
      );
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" fill="#222222">\n${parts.join('\n')}\n</svg>\n`;
}

/** Where a value of a range lies between two places. */
const along = (value: number, [from, to]: [number, number], [first, last]: [number, number]): number =>
  Number((first + ((value - from) / (to - from || 1)) * (last - first)).toFixed(1));

const text = ({ x, y, anchor }: { x: number; y: number; anchor: string }, words: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
