/** A small image, a tool in hand, and pictures of what it should paint. */
import { LabelTiles } from '../../src-renderer/editor/label-tiles.js';
import { MaskEditor, type Edit } from '../../src-renderer/editor/mask-editor.js';
import type { PredictedRows } from '../../src-renderer/editor/model-brush.js';
import type { Pointer, Preview, SelectionAsk } from '../../src-renderer/editor/tool-events.js';
import { ToolRunner } from '../../src-renderer/editor/tool-runner.js';
import { INITIAL_TOOL_STATE, type ToolState } from '../../src-renderer/editor/tool-state.js';
import { distanceToSweep, paintNaively, pixelsWhere } from './naive-map.js';

export const SIDE = 64;
export const whole = { x: 0, y: 0, width: SIDE, height: SIDE };

/** An image, a window around it, and a hand at the mouse. */
export function workplace(state: Partial<ToolState> = {}) {
  const editor = new MaskEditor(new LabelTiles({ width: SIDE, height: SIDE }));
  const edits: Edit[] = [];
  const asks: SelectionAsk[] = [];
  const applied: [SelectionAsk, object][] = [];
  let preview: Preview | null = null;
  let blocked: Promise<unknown> | null = null;
  let answerAtOnce: ((ask: number) => void) | null = null;
  let predictedRows: PredictedRows | null = null;
  const authors: string[] = [];
  const host = {
    editor,
    state: { ...INITIAL_TOOL_STATE, radiusPx: 3, ...state },
    commit: (author = 'person') => {
      const edit = editor.commit();
      if (edit) {
        edits.push(edit);
        authors.push(author);
      }
    },
    select: (ask: SelectionAsk) => {
      const number = asks.push(ask) - 1;
      answerAtOnce?.(number);
      return number;
    },
    predicted: (): PredictedRows => {
      if (!predictedRows) throw new Error('nothing is predicted');
      return predictedRows;
    },
    apply: (ask: SelectionAsk, options: object) => void applied.push([ask, options]),
  };
  const runner = new ToolRunner({ host, onPreview: (shown) => (preview = shown), blocked: () => blocked });
  const at = (x: number, y: number, held: Partial<Pointer> = {}): Pointer => ({
    x,
    y,
    screenX: 10 * x,
    screenY: 10 * y,
    pressure: 1,
    shift: false,
    alt: false,
    ctrl: false,
    ...held,
  });
  const send = (kind: 'press' | 'move' | 'release', x: number, y: number, held: Partial<Pointer> = {}) =>
    runner.send({ kind, ...at(x, y, held) });
  const drag = (points: readonly (readonly [number, number])[], held: Partial<Pointer> = {}) => {
    points.forEach(([x, y], i) => send(i === 0 ? 'press' : 'move', x, y, held));
    send('release', ...points.at(-1)!, held);
  };
  return {
    ...{ editor, edits, authors, asks, applied, host, runner, send, drag },
    labels: () => editor.tiles.read(whole),
    preview: () => preview,
    answerWith: (answer: (ask: number) => void): void => {
      answerAtOnce = answer;
    },
    predict: (rows: PredictedRows): void => {
      predictedRows = rows;
    },
    block: (promise: Promise<unknown> | null): void => {
      blocked = promise;
    },
  };
}

export const disc = (x: number, y: number, radiusPx = 3) => ({ x, y, radiusPx });
export const swept = (stops: readonly { x: number; y: number; radiusPx: number }[]) =>
  pixelsWhere(SIDE, SIDE, (x, y) =>
    stops.some((stop, i) => distanceToSweep([x, y], stops[Math.max(0, i - 1)]!, stop) <= 1e-9),
  );
export const painted = (mask: Uint8Array, value: number, labels = new Uint8Array(SIDE * SIDE)) => {
  paintNaively(labels, mask, { value, protectAllBut: null });
  return labels;
};
