/** Curves of `bench loop` as a picture: Dice against labelled pixels, one line a ranking, 95 % intervals as bands. */
import type { LoopSummary } from './loop-summary.js';

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = WIDTH - 24;
const TOP = 48;
const BOTTOM = HEIGHT - 56;
/** Told apart with any colour vision (Okabe and Ito 2008), and by their labels. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** SVG of one data set's summaries, on white so that it is legible on pages of any colour. */
export function loopPlot(summaries: readonly LoopSummary[]): string {
  const { data, seeds } = summaries[0]!;
  const points = summaries.flatMap(({ curve }) => curve);
  const x = scale([0, Math.max(...points.map(({ pixels }) => pixels))], [LEFT, RIGHT]);
  const dice = points.flatMap((point) => [point.dice.low, point.dice.high]);
  const y = scale([Math.min(...dice), Math.max(...dice)], [BOTTOM, TOP]);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(
      { x: LEFT, y: 24, anchor: 'start' },
      `${capital(data)}: held-out Dice, mean of ${seeds} seeds and 95 % interval`,
    ),
    text({ x: (LEFT + RIGHT) / 2, y: HEIGHT - 12, anchor: 'middle' }, 'labelled pixels, thousands'),
    ...y.ticks.map(
      (value) =>
        `<path d="M${LEFT} ${y.at(value)}H${RIGHT}" stroke="#e0e0e0"/>` +
        text({ x: LEFT - 8, y: y.at(value) + 4, anchor: 'end' }, value.toFixed(y.digits)),
    ),
    ...x.ticks.map((value) =>
      text({ x: x.at(value), y: BOTTOM + 20, anchor: 'middle' }, String(value / 1000)),
    ),
    ...summaries.map(({ curve, ranking }, i) => {
      const color = COLORS[i % COLORS.length]!;
      const line = curve.map((point) => `${x.at(point.pixels)} ${y.at(point.dice.mean)}`);
      const band = [
        ...curve.map((point) => `${x.at(point.pixels)} ${y.at(point.dice.high)}`),
        ...curve.toReversed().map((point) => `${x.at(point.pixels)} ${y.at(point.dice.low)}`),
      ];
      const dots = line.map((at) => `<circle cx="${at.replace(' ', '" cy="')}" r="3" fill="${color}"/>`);
      const named = BOTTOM - 12 - 18 * (summaries.length - 1 - i);
      return (
        `<path d="M${band.join('L')}Z" fill="${color}" fill-opacity="0.15"/>` +
        `<path d="M${line.join('L')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}` +
        `<path d="M${RIGHT - 200} ${named - 4}h24" stroke="${color}" stroke-width="2"/>` +
        text({ x: RIGHT - 168, y: named, anchor: 'start' }, ranking)
      );
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" fill="#222222">\n${parts.join('\n')}\n</svg>\n`;
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const text = ({ x, y, anchor }: { x: number; y: number; anchor: string }, words: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;

/** A linear axis with some round ticks within its range. */
function scale([from, to]: [number, number], [first, last]: [number, number]) {
  const rough = (to - from || 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough)!;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) ticks.push(i * step);
  return {
    ticks,
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    at: (value: number) => Number((first + ((value - from) / (to - from || 1)) * (last - first)).toFixed(1)),
  };
}
