/** The object that a pixel belongs to. */
import type { LabelMap } from '../shared/model.js';

/**
 * The pixels of the same value that are connected with (x, y), also by a corner: 1 where they are. Row by row from runs
 * of equal pixels, so that the stack grows with the object's outline.
 */
export function floodFrom({ width, height, data }: LabelMap, x: number, y: number): Uint8Array {
  const filled = new Uint8Array(data.length);
  const value = data[y * width + x];
  const stack: [number, number][] = [[x, y]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [column, row] = next;
    const start = row * width;
    if (filled[start + column]) continue;
    let left = column;
    while (left > 0 && data[start + left - 1] === value) left--;
    let right = column;
    while (right < width - 1 && data[start + right + 1] === value) right++;
    filled.fill(1, start + left, start + right + 1);
    for (const other of [row - 1, row + 1]) {
      if (other < 0 || other >= height) continue;
      // A corner touches: one column further on either side.
      const end = Math.min(width - 1, right + 1);
      for (let at = Math.max(0, left - 1); at <= end; at++) {
        const here = other * width + at;
        const begins = at === Math.max(0, left - 1) || data[here - 1] !== value;
        if (begins && data[here] === value && !filled[here]) stack.push([at, other]);
      }
    }
  }
  return filled;
}
