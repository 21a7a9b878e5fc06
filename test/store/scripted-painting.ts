/** A made-up person who paints, undoes and redoes the same at every run: what a killed process did can be computed. */
import { cutTile, tilesOf } from '../../src-main/shared/mask.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';

export const WIDTH = 1100;
export const HEIGHT = 40;
export const CLASSES = 3;

export type Act =
  { kind: 'undo' | 'redo' } | { kind: 'stroke'; x: number; y: number; side: number; value: number };

/** What is done at a step. */
export function actAt(step: number): Act {
  const random = randomFor(step, 77);
  const dice = random.integer(10);
  if (dice < 2) return { kind: 'undo' };
  if (dice < 3) return { kind: 'redo' };
  return {
    kind: 'stroke',
    x: random.integer(WIDTH),
    y: random.integer(HEIGHT),
    side: 1 + random.integer(300),
    value: random.integer(CLASSES + 1),
  };
}

/** The label map with a square painted, as it is sent to the store: every tile the square touches. */
export function paint(map: LabelMap, { x, y, side, value }: Extract<Act, { kind: 'stroke' }>) {
  const [right, below] = [Math.min(WIDTH, x + side), Math.min(HEIGHT, y + side)];
  const data = map.data.slice();
  for (let row = y; row < below; row++) data.fill(value, row * WIDTH + x, row * WIDTH + right);
  const painted: LabelMap = { ...map, data };
  const tiles = tilesOf(WIDTH, HEIGHT)
    .filter((tile) => tile.x < right && tile.x + tile.width > x)
    .map((rect) => ({ ty: rect.ty, tx: rect.tx, values: cutTile(painted, rect) }));
  return { painted, tiles };
}

/** The history in memory, as simple as can be. */
export class PaintingModel {
  past: LabelMap[] = [];
  now: LabelMap = { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT) };
  future: LabelMap[] = [];

  take(act: Act): void {
    if (act.kind === 'stroke') {
      const { painted } = paint(this.now, act);
      if (Buffer.compare(painted.data, this.now.data) === 0) return;
      this.past.push(this.now);
      this.now = painted;
      this.future = [];
      return;
    }
    const [from, to] = act.kind === 'undo' ? [this.past, this.future] : [this.future, this.past];
    const state = from.pop();
    if (!state) return;
    to.push(this.now);
    this.now = state;
  }
}
