/** A chart of curves over steps on uPlot: drag to look closer, values under the pointer, colours of the window's theme. */
import uPlot from 'uplot';
import { aligned, type Curve } from '../../state/training-curves.js';

export interface CurvePlotOptions {
  host: HTMLElement;
  /** Row of the table under the pointer, with the value of each curve at or before it; null: the pointer is elsewhere. */
  onHover: (at: { step: number; values: (number | null)[] } | null) => void;
  onZoom: (zoomed: boolean) => void;
}

/** A curve with few points shows them: a first epoch alone would be no line. */
const MOST_DOTS = 80;
const Y_AXIS_PX = 46;
const X_AXIS_PX = 26;

export class CurvePlot {
  private plot: uPlot | null = null;
  private shape = '';
  private x: number[] = [];
  private columns: (number | null | undefined)[][] = [];
  private zoomed = false;

  constructor(private readonly options: CurvePlotOptions) {}

  /** Draws the curves; a part that was zoomed into stays while only points are added. */
  show(curves: readonly Curve[], { log, theme }: { log: boolean; theme: string }): void {
    const { x, columns } = aligned(curves);
    this.x = x;
    // A logarithm has no place for what is not positive, such as the rate at the very first step.
    this.columns = log ? columns.map((column) => column.map((y) => (y && y > 0 ? y : y && null))) : columns;
    const data = [x, ...this.columns] as uPlot.AlignedData;
    const shape = JSON.stringify([
      log,
      theme,
      curves.map((curve) => [curve.label, curve.color, curve.dashed, dotted(curve)]),
    ]);
    if (this.plot && shape === this.shape) {
      this.plot.setData(data, !this.zoomed);
      if (this.zoomed) this.plot.redraw();
      return;
    }
    this.shape = shape;
    this.plot?.destroy();
    this.setZoomed(false);
    this.plot = new uPlot(this.optionsFor(curves, log), data, this.options.host);
  }

  whole(): void {
    this.setZoomed(false);
    this.plot?.setData([this.x, ...this.columns] as uPlot.AlignedData, true);
  }

  /** CSS px. */
  resize(width: number, height: number): void {
    if (width > 0 && height > 0) this.plot?.setSize({ width, height });
  }

  dispose(): void {
    this.plot?.destroy();
    this.plot = null;
  }

  private setZoomed(zoomed: boolean): void {
    this.zoomed = zoomed;
    this.options.onZoom(zoomed);
  }

  private optionsFor(curves: readonly Curve[], log: boolean): uPlot.Options {
    const { host } = this.options;
    const css = getComputedStyle(host);
    const color = (name: string) => css.getPropertyValue(name).trim();
    const font = `11px ${css.fontFamily}`;
    const line = { stroke: color('--line'), width: 1 };
    const axis = { stroke: color('--text-soft'), font, grid: line, ticks: { ...line, size: 4 }, gap: 3 };
    return {
      width: host.clientWidth,
      height: host.clientHeight,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: log ? { distr: 3 } : { range: rangeFor } },
      axes: [
        {
          ...axis,
          size: X_AXIS_PX,
          space: 48,
          values: (_, splits) => splits.map((value) => (Number.isInteger(value) ? String(value) : '')),
        },
        {
          ...axis,
          size: Y_AXIS_PX,
          space: 28,
          values: (_, splits) => splits.map((value) => (value === null ? '' : short(value))),
        },
      ],
      series: [
        {},
        ...curves.map((curve) => ({
          label: curve.label,
          stroke: curve.color ?? color(`--curve-${curve.tone}`),
          width: curve.tone === 'steps' ? 1 : 1.75,
          points: { show: dotted(curve), size: 5, fill: color('--field') },
          ...(curve.dashed && { dash: [5, 4] }),
        })),
      ],
      hooks: {
        setCursor: [(plot) => this.hover(plot.cursor.idx)],
        setSelect: [({ select }) => select.width > 0 && this.setZoomed(true)],
        ready: [(plot) => plot.over.addEventListener('dblclick', () => this.setZoomed(false))],
      },
    };
  }

  private hover(row: number | null | undefined): void {
    const step = row === null || row === undefined ? undefined : this.x[row];
    if (step === undefined) return this.options.onHover(null);
    const values = this.columns.map((column) => {
      for (let i = row!; i >= 0; i--) if (column[i] !== undefined) return column[i]!;
      return null;
    });
    this.options.onHover({ step, values });
  }
}

const dotted = ({ x, tone }: Curve): boolean => x.length <= (tone === 'steps' ? 1 : MOST_DOTS);

/** Losses and scores have a zero that means something, so the chart shows it unless all lies far above. */
const rangeFor = (_: uPlot, low: number | null, high: number | null): [number, number] => {
  if (low === null || high === null) return [0, 1];
  const span = high - low || Math.abs(high) || 1;
  const bottom = low - span * 0.08;
  return [low >= 0 && bottom < span ? Math.max(0, Math.min(bottom, low)) : bottom, high + span * 0.08];
};

/** At most five characters. */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(0).replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}
