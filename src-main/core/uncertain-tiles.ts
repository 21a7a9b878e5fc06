/** Which places are worth correcting: where the model is unsure, spread over images and places. */
import type { UncertainTile } from '../shared/app-api-predictions.js';
import { CELL_PX } from './prediction-file.js';

/** Side of a place that is offered, px: enough around an object to judge it, small enough to correct at a glance. */
const OFFERED_PX = 128;

/**
 * A whole number of cells, and no more than about a quarter of a small image's shorter side: what is offered of one of 120 px
 * is a place in it, and not the image.
 */
export const offeredSide = (width: number, height: number): number =>
  Math.max(CELL_PX, Math.min(OFFERED_PX, CELL_PX * Math.round(Math.min(width, height) / 4 / CELL_PX)));

/** Keeps the places that are offered from being all alike. */
export interface Spread {
  /** Of each further place of an image its worth counts this much: a model that is unsure of one image learns most from the first. */
  again: number;
  /** No place beside one that was chosen already. */
  apart: boolean;
}

const SPREAD: Spread = { again: 0.8, apart: true };

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

/** Places on a grid of `offeredSide` with the mean entropy of their unlabelled part, in the order of their corners. */
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
  const side = offeredSide(width, height);
  const across = side / CELL_PX;
  const found: UncertainTile[] = [];
  for (let row = 0; row < rows; row += across)
    for (let column = 0; column < columns; column += across) {
      let sum = 0;
      let weight = 0;
      for (let y = row; y < Math.min(rows, row + across); y++)
        for (let x = column; x < Math.min(columns, column + across); x++) {
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
        width: Math.min(side, width - left),
        height: Math.min(side, height - top),
        // Of a place that is labelled but for a corner there is little to learn.
        entropy: (sum / weight) * Math.min(1, weight / (across * across)),
      });
    }
  return found;
}

/**
 * The most uncertain first; none beside one that was chosen already, and images that were chosen from already count less
 * and less. Equals in the order of image and place, so that the same question has the same answer.
 */
export function mostUncertain<T extends UncertainTile>(
  candidates: readonly T[],
  limit: number,
  { again, apart }: Spread = SPREAD,
): T[] {
  const left = candidates.toSorted(
    (a, b) => b.entropy - a.entropy || a.imageId - b.imageId || a.y - b.y || a.x - b.x,
  );
  const chosen: T[] = [];
  const taken = new Map<number, T[]>();
  while (chosen.length < limit && left.length) {
    let best = -1;
    let most = -1;
    for (const [i, tile] of left.entries()) {
      // No later one can be worth more.
      if (tile.entropy <= most) break;
      const others = taken.get(tile.imageId) ?? [];
      if (apart && others.some((other) => isBeside(other, tile))) continue;
      const worth = tile.entropy * again ** others.length;
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
  Math.abs(a.x - b.x) <= Math.max(a.width, b.width) && Math.abs(a.y - b.y) <= Math.max(a.height, b.height);
