/** Curves with 95 % intervals as bands, as SVG on white so that it is legible on pages of any colour. */
import type { Interval } from './loop-summary.js';

export interface Curve {
  name: string;
  points: { x: number; y: Interval }[];
}

export interface CurvePlot {
  title: string;
  /** Below the horizontal axis, with the unit. */
  along: string;
  /** Logarithmic where values lie further apart the larger they are. */
  logarithmic?: boolean;
  /** Values named on the horizontal axis; round ones from 0 on when left out. */
  ticks?: readonly number[];
  /** How a value of the horizontal axis is written. */
  label?: (value: number) => string;
  curves: readonly Curve[];
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = WIDTH - 24;
const TOP = 48;
const BOTTOM = HEIGHT - 56;
/** Told apart with any colour vision (Okabe and Ito 2008), and by their labels. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** SVG of some curves with at least one point. */
export function curvePlot({ title, along, logarithmic, ticks, label = String, curves }: CurvePlot): string {
  const points = curves.flatMap((curve) => curve.points);
  const values = points.map(({ x }) => x);
  const warped = logarithmic ? Math.log : (value: number) => value;
  const xScale = scale(
    [logarithmic ? warped(Math.min(...values)) : 0, warped(Math.max(...values))],
    [LEFT, RIGHT],
  );
  const x = (value: number) => xScale.at(warped(value));
  const y = scale(
    [Math.min(...points.map((point) => point.y.low)), Math.max(...points.map((point) => point.y.high))],
    [BOTTOM, TOP],
  );
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text({ x: LEFT, y: 24, anchor: 'start' }, title),
    text({ x: (LEFT + RIGHT) / 2, y: HEIGHT - 12, anchor: 'middle' }, along),
    ...y.ticks.map(
      (value) =>
        `<path d="M${LEFT} ${y.at(value)}H${RIGHT}" stroke="#e0e0e0"/>` +
        text({ x: LEFT - 8, y: y.at(value) + 4, anchor: 'end' }, value.toFixed(y.digits)),
    ),
    ...(ticks ?? xScale.ticks).map((value) =>
      text({ x: x(value), y: BOTTOM + 20, anchor: 'middle' }, label(value)),
    ),
    ...curves.map((curve, i) => {
      const color = COLORS[i % COLORS.length]!;
      const line = curve.points.map((point) => `${x(point.x)} ${y.at(point.y.mean)}`);
      const band = [
        ...curve.points.map((point) => `${x(point.x)} ${y.at(point.y.high)}`),
        ...curve.points.toReversed().map((point) => `${x(point.x)} ${y.at(point.y.low)}`),
      ];
      const dots = line.map((at) => `<circle cx="${at.replace(' ', '" cy="')}" r="3" fill="${color}"/>`);
      const named = BOTTOM - 12 - 18 * (curves.length - 1 - i);
      return (
        `<path d="M${band.join('L')}Z" fill="${color}" fill-opacity="0.15"/>` +
        `<path d="M${line.join('L')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}` +
        `<path d="M${RIGHT - 200} ${named - 4}h24" stroke="${color}" stroke-width="2"/>` +
        text({ x: RIGHT - 168, y: named, anchor: 'start' }, curve.name)
      );
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" fill="#222222">\n${parts.join('\n')}\n</svg>\n`;
}

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
