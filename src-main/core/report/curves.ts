/** Curves of a training as SVG, told apart by dash as well as by colour. */
import type { Passport } from '../passport.js';
import { markup, type Markup } from './markup.js';

interface Series {
  name: string;
  points: { x: number; y: number }[];
}

const [WIDTH, HEIGHT] = [360, 220];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 350, 14, 178];
/** Okabe and Ito (2008). */
const LINES = [
  { color: '#0072b2', dash: '' },
  { color: '#b34700', dash: '6 3' },
];

/** Loss of training and held-out images, and mean IoU of the latter, by training step. */
export function trainingCurves(curve: Passport['curve']): Markup {
  const series = (name: string, of: (point: Passport['curve'][number]) => number | null): Series => ({
    name,
    points: curve.flatMap((point) => {
      const y = of(point);
      return y === null || !Number.isFinite(y) ? [] : [{ x: point.step, y }];
    }),
  });
  return markup`<div class="curves">${[
    plot('Loss', [series('training', ({ loss }) => loss), series('held out', ({ valLoss }) => valLoss)]),
    plot('Mean IoU, held out', [series('mean IoU', ({ meanIoU }) => meanIoU)]),
  ]}</div>`;
}

function plot(title: string, all: readonly Series[]): Markup | null {
  const series = all.filter(({ points }) => points.length);
  const points = series.flatMap((one) => one.points);
  if (!points.length) return null;
  const lastStep = Math.max(...points.map(({ x }) => x), 1);
  const [low, high] = spread(points.map(({ y }) => y));
  const px = (x: number) => round(LEFT + (x / lastStep) * (RIGHT - LEFT));
  const py = (y: number) => round(BOTTOM - ((y - low) / (high - low)) * (BOTTOM - TOP));
  const digits = high - low < 0.2 ? 3 : high - low < 2 ? 2 : 1;
  const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = low + share * (high - low);
    return markup`<path d="M${LEFT} ${py(y)}H${RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${py(y) + 4}" text-anchor="end">${y.toFixed(digits)}</text>`;
  });
  const curves = series.map(({ points: own }, i) => {
    const { color, dash } = LINES[i % LINES.length]!;
    const d = own.map(({ x, y }, at) => `${at ? 'L' : 'M'}${px(x)} ${py(y)}`).join('');
    return markup`<path d="${d}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  });
  const legend = series.map(({ name }, i) => {
    const { color, dash } = LINES[i % LINES.length]!;
    const x = LEFT + i * 110;
    return markup`<path d="M${x} 208H${x + 22}" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/><text x="${x + 28}" y="212">${name}</text>`;
  });
  const ends = series.map(({ name, points: own }) => `${name} ${own.at(-1)!.y.toFixed(3)} at the end`);
  return markup`<figure><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title} by training step: ${ends.join(', ')}`}">
${lines}<text x="${LEFT}" y="194">0</text><text x="${RIGHT}" y="194" text-anchor="end">step ${lastStep}</text>
${curves}${legend}</svg></figure>
`;
}

function spread(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

const round = (px: number): number => Math.round(px * 10) / 10;
