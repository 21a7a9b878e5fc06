/** Which places are worth correcting: where the model is unsure, spread over images and places. */
import type { UncertainTile } from '../shared/app-api-predictions.js';
import { CELL_PX } from './prediction-file.js';

/** Side of a place that is offered, px: enough around an object to judge it, small enough to correct at a glance. */
export const OFFERED_PX = 128;
const CELLS = OFFERED_PX / CELL_PX;
/** Of each further place of an image the entropy counts this much: a model that is unsure of one image learns most from the first. */
const AGAIN = 0.8;

export interface UncertainImage {
  imageId: number;
  name: string;
  width: number;
  height: number;
  /** Mean entropies of cells of CELL_PX, 0 … 255, row by row. */
  cells: Uint8Array;
  /** Share of each cell that is labelled, 0 … 1; null: nothing is. */
  labelled: Float32Array | null;
}

/** Places on a grid of OFFERED_PX with the mean entropy of their unlabelled part, in the order of their corners. */
export function candidatesIn({
  imageId,
  name,
  width,
  height,
  cells,
  labelled,
}: UncertainImage): UncertainTile[] {
  const columns = Math.ceil(width / CELL_PX);
  const rows = Math.ceil(height / CELL_PX);
  const found: UncertainTile[] = [];
  for (let row = 0; row < rows; row += CELLS)
    for (let column = 0; column < columns; column += CELLS) {
      let sum = 0;
      let weight = 0;
      for (let y = row; y < Math.min(rows, row + CELLS); y++)
        for (let x = column; x < Math.min(columns, column + CELLS); x++) {
          const cell = y * columns + x;
          const open = 1 - (labelled?.[cell] ?? 0);
          sum += (open * cells[cell]!) / 255;
          weight += open;
        }
      if (!weight) continue;
      const [left, top] = [column * CELL_PX, row * CELL_PX];
      found.push({
        imageId,
        name,
        x: left,
        y: top,
        width: Math.min(OFFERED_PX, width - left),
        height: Math.min(OFFERED_PX, height - top),
        // Of a place that is labelled but for a corner there is little to learn.
        entropy: (sum / weight) * Math.min(1, weight / (CELLS * CELLS)),
      });
    }
  return found;
}

/**
 * The most uncertain first; none beside one that was chosen already, and images that were chosen from already count less
 * and less. Equals in the order of image and place, so that the same question has the same answer.
 */
export function mostUncertain(candidates: readonly UncertainTile[], limit: number): UncertainTile[] {
  const left = candidates.toSorted(
    (a, b) => b.entropy - a.entropy || a.imageId - b.imageId || a.y - b.y || a.x - b.x,
  );
  const chosen: UncertainTile[] = [];
  const taken = new Map<number, UncertainTile[]>();
  while (chosen.length < limit && left.length) {
    let best = -1;
    let most = -1;
    for (const [i, tile] of left.entries()) {
      // No later one can be worth more.
      if (tile.entropy <= most) break;
      const others = taken.get(tile.imageId) ?? [];
      if (others.some((other) => isBeside(other, tile))) continue;
      const worth = tile.entropy * AGAIN ** others.length;
      if (worth > most) [best, most] = [i, worth];
    }
    if (best < 0) break;
    const [tile] = left.splice(best, 1);
    chosen.push(tile!);
    taken.set(tile!.imageId, [...(taken.get(tile!.imageId) ?? []), tile!]);
  }
  return chosen;
}

const isBeside = (a: UncertainTile, b: UncertainTile): boolean =>
  Math.abs(a.x - b.x) <= OFFERED_PX && Math.abs(a.y - b.y) <= OFFERED_PX;
