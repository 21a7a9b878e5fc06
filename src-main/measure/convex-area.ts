/** Pixels of an object's convex hull, as scikit-image counts them. */

/** The leftmost and rightmost pixel of an object in each of its rows. */
export interface RowExtents {
  /** Columns, one a row from the object's first row on; Infinity where a row has none of its pixels. */
  left: number[];
  /** Columns, inclusive; −Infinity where a row has none of its pixels. */
  right: number[];
}

/** A corner in half pixels, so that all is computed in whole numbers. */
interface Corner {
  x: number;
  y: number;
}

/**
 * Pixels whose centres lie inside or on the convex hull of the middles of all pixel edges: scikit-image's
 * `convex_hull_image(offset_coordinates=True)`, on which its solidity rests (S. Eddins, "Binary image convex hull
 * algorithm notes", MathWorks, 2011). Exact for sides below 2^24 px.
 */
export function convexArea({ left, right }: RowExtents): number {
  const leftChain: Corner[] = [];
  const rightChain: Corner[] = [];
  // Above and below the object there is nothing, and between two rows the wider one counts.
  for (let row = 0; row <= left.length; row++) {
    const l = Math.min(left[row - 1] ?? Infinity, left[row] ?? Infinity);
    const r = Math.max(right[row - 1] ?? -Infinity, right[row] ?? -Infinity);
    if (l <= r) {
      append(leftChain, { x: 2 * l, y: 2 * row - 1 }, 1);
      append(rightChain, { x: 2 * r, y: 2 * row - 1 }, -1);
    }
    if (row < left.length && left[row]! <= right[row]!) {
      append(leftChain, { x: 2 * left[row]! - 1, y: 2 * row }, 1);
      append(rightChain, { x: 2 * right[row]! + 1, y: 2 * row }, -1);
    }
  }
  let area = 0;
  let [l, r] = [0, 0];
  for (let row = 0; row < left.length; row++) {
    while (leftChain[l + 1] && leftChain[l + 1]!.y < 2 * row) l++;
    while (rightChain[r + 1] && rightChain[r + 1]!.y < 2 * row) r++;
    const first = Math.ceil(at(leftChain, l, 2 * row));
    const last = Math.floor(at(rightChain, r, 2 * row));
    area += Math.max(0, last - first + 1);
  }
  return area;
}

/** Adds a corner below the others and drops those that the hull leaves out; `side` 1: the left chain, −1: the right one. */
function append(chain: Corner[], corner: Corner, side: 1 | -1): void {
  while (chain.length >= 2) {
    const [a, b] = [chain.at(-2)!, chain.at(-1)!];
    const turn = (b.x - a.x) * (corner.y - a.y) - (corner.x - a.x) * (b.y - a.y);
    if (side * turn < 0) break;
    chain.pop();
  }
  chain.push(corner);
}

/** Column, in pixels, of the edge from corner `i` on at height `y`; a quotient of whole numbers, so exact where it is whole. */
function at(chain: readonly Corner[], i: number, y: number): number {
  const a = chain[i]!;
  const b = chain[i + 1] ?? a;
  if (a.y === b.y) return a.x / 2;
  return (a.x * (b.y - a.y) + (b.x - a.x) * (y - a.y)) / (2 * (b.y - a.y));
}
