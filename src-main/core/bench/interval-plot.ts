/** Figures with their 95 % intervals, one row each, as SVG on white so that it is legible on pages of any colour. */
import type { Interval } from './loop-summary.js';

export interface IntervalRow {
  name: string;
  value: Interval;
  /** Drawn hollow: what the others are compared with. */
  reference?: boolean;
}

const WIDTH = 720;
const LEFT = 250;
const RIGHT = WIDTH - 70;
const TOP = 56;
const ROW = 26;
const COLOR = '#0072b2';
/** An axis has about so many ticks. */
const TICKS = 6;

/** SVG of at least one row. */
export function intervalPlot(title: string, rows: readonly IntervalRow[]): string {
  const [from, to] = [
    Math.min(...rows.map(({ value }) => value.low)),
    Math.max(...rows.map(({ value }) => value.high)),
  ];
  const bottom = TOP + ROW * rows.length;
  const x = (value: number) =>
    Number((LEFT + ((value - from) / (to - from || 1)) * (RIGHT - LEFT)).toFixed(1));
  const rough = (to - from || 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough)!;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: number[] = [];
  for (let n = Math.ceil(from / step); n * step <= to; n++) ticks.push(n * step);
  const parts = [
    `<rect width="${WIDTH}" height="${bottom + 40}" fill="#ffffff"/>`,
    `<text x="16" y="24">${escaped(title)}</text>`,
    ...ticks.map(
      (tick) =>
        `<path d="M${x(tick)} ${TOP - 8}V${bottom}" stroke="#e0e0e0"/>` +
        `<text x="${x(tick)}" y="${bottom + 20}" text-anchor="middle">${tick.toFixed(digits)}</text>`,
    ),
    ...rows.map(({ name, value, reference }, i) => {
      const y = TOP + ROW * i + ROW / 2 - 4;
      return (
        `<text x="${LEFT - 12}" y="${y + 5}" text-anchor="end">${escaped(name)}</text>` +
        `<path d="M${x(value.low)} ${y}H${x(value.high)}" stroke="${COLOR}" stroke-width="2"/>` +
        `<circle cx="${x(value.mean)}" cy="${y}" r="4.5" stroke="${COLOR}" stroke-width="2" fill="${reference ? '#ffffff' : COLOR}"/>` +
        `<text x="${RIGHT + 12}" y="${y + 5}">${value.mean.toFixed(3)}</text>`
      );
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 40}" font-family="sans-serif" font-size="13" fill="#222222">\n${parts.join('\n')}\n</svg>\n`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
