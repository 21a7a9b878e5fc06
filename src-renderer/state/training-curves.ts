/** What a training's chart shows: curves over steps, in one table with a row for every step that any of them has. */
import type { TrainingCurve } from '../../src-main/shared/app-api-training.js';
import type { ClassInfo } from '../../src-main/shared/model.js';
import { trainingStrings as texts } from '../strings-training.js';

export const CHART_KINDS = ['loss', 'iou', 'dice', 'rate'] as const;
export type ChartKind = (typeof CHART_KINDS)[number];

/** `tone` is a colour of the window's, so that both themes have one with enough contrast; `color` a class's own. */
export type CurveTone = 'steps' | 'train' | 'val';

export interface Curve {
  label: string;
  tone: CurveTone;
  color: string | null;
  dashed: boolean;
  /** Ascending. */
  x: readonly number[];
  /** Null: no number; the line has a gap. */
  y: readonly (number | null)[];
}

/** The curves of one kind, of one run. `compared`: an earlier run, drawn dashed beside the one that is looked at. */
export function curvesOf(
  curve: TrainingCurve,
  kind: ChartKind,
  { classes, compared = null }: { classes: readonly ClassInfo[]; compared?: string | null },
): Curve[] {
  const make = (label: string, tone: CurveTone, color: string | null, points: readonly Point[]): Curve => ({
    label: compared === null ? label : `${label} · ${compared}`,
    tone,
    color,
    dashed: compared !== null,
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
  });
  const { steps, epochs } = curve;
  const train = epochs.flatMap(({ step, train: scores }) => (scores ? [{ step, scores }] : []));
  const val = epochs.flatMap(({ step, val: scores }) => (scores ? [{ step, scores }] : []));
  const made: Curve[] = [];
  if (kind === 'rate')
    made.push(
      make(
        texts.curves.rate,
        'train',
        null,
        steps.map(({ step, learningRate }) => [step, learningRate]),
      ),
    );
  else if (kind === 'loss') {
    // The objective of a step may hold more than the cross entropy of the held-out images: it stands by itself.
    if (compared === null)
      made.push(
        make(
          texts.curves.steps,
          'steps',
          null,
          steps.map(({ step, loss }) => [step, loss]),
        ),
      );
    const ofEpochs = train.length > 0;
    made.push(
      ofEpochs
        ? make(
            texts.curves.train,
            'train',
            null,
            train.map(({ step, scores }) => [step, scores.loss]),
          )
        : make(
            texts.curves.epochs,
            'train',
            null,
            epochs.map(({ step, loss }) => [step, loss]),
          ),
    );
    made.push(
      make(
        texts.curves.val,
        'val',
        null,
        val.map(({ step, scores }) => [step, scores.loss]),
      ),
    );
  } else {
    const scored = val.length > 0 ? val : train;
    classes.forEach(({ name, color }, index) =>
      made.push(
        make(
          name,
          'val',
          color,
          scored.map(({ step, scores }) => [step, scores.classes[index]?.[kind] ?? null]),
        ),
      ),
    );
  }
  return made.filter(({ x }) => x.length > 0);
}

type Point = readonly [number, number | null];

/** A table as uPlot takes it: the steps, then a column a curve; undefined: this curve has no point at this step. */
export interface AlignedCurves {
  x: number[];
  columns: (number | null | undefined)[][];
}

export function aligned(curves: readonly Curve[]): AlignedCurves {
  const x = [...new Set(curves.flatMap((curve) => [...curve.x]))].sort((a, b) => a - b);
  const rowOf = new Map(x.map((step, row) => [step, row]));
  const columns = curves.map((curve) => {
    const column: (number | null | undefined)[] = Array.from({ length: x.length });
    curve.x.forEach((step, i) => (column[rowOf.get(step)!] = curve.y[i]!));
    return column;
  });
  return { x, columns };
}

/** Points of a line in a box of 100 × 20, the latest right, the largest on top; empty without two numbers. */
export function sparkline(values: readonly (number | null)[]): string {
  const found = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (found.length < 2) return '';
  const low = Math.min(...found);
  const span = Math.max(...found) - low || 1;
  return found
    .map((value, i) => {
      const x = (i / (found.length - 1)) * 100;
      const y = 19 - ((value - low) / span) * 18;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

/** One row an epoch of the table that says what the chart draws. */
export interface EpochRow {
  epoch: number;
  step: number;
  loss: number | null;
  heldOutLoss: number | null;
  iou: number | null;
  dice: number | null;
}

export const epochRows = ({ epochs }: TrainingCurve): EpochRow[] =>
  epochs.map(({ epoch, step, loss, val }) => ({
    epoch,
    step,
    loss,
    heldOutLoss: val?.loss ?? null,
    iou: val?.meanIoU ?? null,
    dice: val ? meanDice(val.classes) : null,
  }));

const meanDice = (classes: readonly { dice: number }[]): number =>
  classes.reduce((sum, { dice }) => sum + dice, 0) / Math.max(1, classes.length);
