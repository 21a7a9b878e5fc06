/** Strokes to measure painting by: the same ones in Node and in a browser, at any size. */
import { MaskEditor } from './mask-editor.js';
import { LabelTiles } from './label-tiles.js';
import { discSpans, sweptDiscSpans } from './raster.js';

export interface PaintSpeedOptions {
  /** Side of the square image, px. */
  sidePx: number;
  radiusPx: number;
  /** Pointer moves of the stroke. */
  moves: number;
  /** Milliseconds from any start. */
  now: () => number;
  protect?: boolean;
}

export interface PaintSpeed {
  /** Time of each pointer move, ms, in order. */
  movesMs: number[];
  commitMs: number;
  /** To encode what is to be saved, which an editor does in slices after the stroke. */
  encodeMs: number;
  /** Compressed tiles to be saved, bytes. */
  savedBytes: number;
}

/** One stroke in a spiral around the middle, ten classes painted beforehand, each move half a radius long (at least 2 px). */
export function measureStroke({
  sidePx,
  radiusPx,
  moves,
  now,
  protect = false,
}: PaintSpeedOptions): PaintSpeed {
  const bounds = { width: sidePx, height: sidePx };
  const editor = new MaskEditor(new LabelTiles(bounds));
  for (let value = 1; value <= 10; value++) {
    editor.begin('Brush');
    const sink = editor.sink({ value, protectAllBut: null });
    const y = (value / 11) * sidePx;
    const end = { x: sidePx * 0.9, y: sidePx - y, radiusPx: sidePx / 60 };
    sweptDiscSpans({ x: sidePx * 0.1, y, radiusPx: sidePx / 60 }, end, { bounds, sink });
    editor.commit();
  }
  editor.takeDirty();
  const movesMs: number[] = [];
  editor.begin('Brush');
  const sink = editor.sink({ value: 3, protectAllBut: protect ? 3 : null });
  let from = { x: sidePx / 2, y: sidePx / 2, radiusPx };
  const stepPx = Math.max(2, radiusPx / 2);
  for (let move = 1, angle = 0; move <= moves; move++) {
    const away = sidePx * 0.05 + (sidePx * 0.35 * move) / moves;
    angle += stepPx / away;
    const to = { x: sidePx / 2 + away * Math.cos(angle), y: sidePx / 2 + away * Math.sin(angle), radiusPx };
    const start = now();
    if (move === 1) discSpans(to, bounds, sink);
    else sweptDiscSpans(from, to, { bounds, sink, painted: from });
    editor.takeDirty();
    movesMs.push(now() - start);
    from = to;
  }
  const start = now();
  const edit = editor.commit();
  const commitMs = now() - start;
  const tiles = edit?.tiles.map(({ after }) => after()) ?? [];
  const savedBytes = tiles.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
  return { movesMs, commitMs, encodeMs: now() - start - commitMs, savedBytes };
}
