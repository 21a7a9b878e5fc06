/** Histogram and scatter plot of measurements on uPlot, in the colours of the window's theme. */
import uPlot from 'uplot';
import type { ResultChartData } from '../../../src-main/shared/app-api-results.js';

export interface ResultsPlotOptions {
  host: HTMLElement;
  data: Extract<ResultChartData, { kind: 'histogram' | 'scatter' }>;
  x: string;
  y: string;
  /** A point was clicked: its row. */
  onPoint: (row: number) => void;
}

/** CSS px around the pointer in which a point counts as meant. */
const REACH_PX = 12;

/** @returns what takes it away. */
export function drawResults({ host, data, x, y, onPoint }: ResultsPlotOptions): () => void {
  const css = getComputedStyle(host);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const grid = { stroke: color('--line'), width: 1 };
  const axis = { stroke: color('--text-soft'), font: `11px ${css.fontFamily}`, grid, ticks: grid };
  const labels = { labelFont: `11px ${css.fontFamily}`, labelSize: 18 };
  const histogram = data.kind === 'histogram';
  const points = histogram ? null : sortedByX(data);
  const values: uPlot.AlignedData = points
    ? [points.x, points.y]
    : histogram
      ? [data.edges, [...data.counts, null]]
      : [[], []];
  const plot = new uPlot(
    {
      ...{ width: host.clientWidth, height: host.clientHeight },
      legend: { show: false },
      cursor: { y: !histogram, drag: { x: true, y: !histogram } },
      scales: {
        x: { time: false, ...(points && { range: (_, low, high) => beyond(low, high) }) },
        y: histogram ? { range: (_, __, high) => [0, high * 1.05 || 1] } : {},
      },
      axes: [
        { ...axis, ...labels, label: x, size: 30 },
        { ...axis, ...labels, label: y, size: 52 },
      ],
      series: [
        {},
        histogram
          ? {
              fill: color('--accent-soft'),
              stroke: color('--accent'),
              paths: uPlot.paths.bars!({ align: 1, size: [1, Infinity] }),
              points: { show: false },
            }
          : {
              paths: () => null,
              points: { show: true, size: 5, fill: color('--accent'), stroke: color('--accent') },
            },
      ],
    },
    values,
    host,
  );
  const click = ({ offsetX, offsetY }: MouseEvent) => {
    if (!points) return;
    let nearest = { row: -1, distance: REACH_PX };
    for (const [i, row] of points.rows.entries()) {
      const dx = plot.valToPos(points.x[i]!, 'x') - offsetX;
      const dy = plot.valToPos(points.y[i]!, 'y') - offsetY;
      const distance = Math.hypot(dx, dy);
      if (distance < nearest.distance) nearest = { row, distance };
    }
    if (nearest.row >= 0) onPoint(nearest.row);
  };
  plot.over.addEventListener('click', click);
  const observer = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = host;
    if (width > 0 && height > 0) plot.setSize({ width, height });
  });
  observer.observe(host);
  return () => {
    observer.disconnect();
    plot.destroy();
  };
}

/** So that the outermost points are not cut. */
function beyond(low: number, high: number): [number, number] {
  const margin = (high - low) * 0.02 || 1;
  return [low - margin, high + margin];
}

/** uPlot wants its first row in order. */
function sortedByX({ x, y, rows }: Extract<ResultChartData, { kind: 'scatter' }>) {
  const order = x.map((_, i) => i).sort((a, b) => x[a]! - x[b]!);
  return {
    x: order.map((i) => x[i]!),
    y: order.map((i) => y[i]!),
    rows: order.map((i) => rows[i]!),
  };
}
