/** A smooth random displacement field (after Simard et al. 2003; a coarse random grid, interpolated by cubic B-splines). */
import type { Random } from '../shared/random.js';

const GRID_PX = 32;

/** @param deviation standard deviation of the grid's displacements, px. @returns two fields of [size · size]. */
export function elasticField(
  size: number,
  deviation: number,
  random: Random,
): { x: Float32Array; y: Float32Array } {
  const cells = Math.ceil(size / GRID_PX) + 3;
  const field = () => {
    const grid = Float32Array.from({ length: cells * cells }, () => deviation * random.normal());
    const out = new Float32Array(size * size);
    const line = new Float64Array(cells);
    for (let y = 0, i = 0; y < size; y++) {
      // Down first, then across: the weights of a row are the same for all its pixels.
      const top = Math.floor(y / GRID_PX) * cells;
      const [w0, w1, w2, w3] = PHASES[y % GRID_PX]!;
      for (let c = 0; c < cells; c++) {
        const at = top + c;
        line[c] =
          w0 * grid[at]! + w1 * grid[at + cells]! + w2 * grid[at + 2 * cells]! + w3 * grid[at + 3 * cells]!;
      }
      for (let x = 0; x < size; x++, i++) {
        const at = Math.floor(x / GRID_PX);
        const [v0, v1, v2, v3] = PHASES[x % GRID_PX]!;
        out[i] = v0 * line[at]! + v1 * line[at + 1]! + v2 * line[at + 2]! + v3 * line[at + 3]!;
      }
    }
    return out;
  };
  return { x: field(), y: field() };
}

/** The four cubic B-spline weights at 0 ≤ t < 1. */
const spline = (t: number): readonly [number, number, number, number] => [
  (1 - t) ** 3 / 6,
  (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
  (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
  t ** 3 / 6,
];

/** The weights at each pixel of a cell. */
const PHASES = Array.from({ length: GRID_PX }, (_, i) => spline(i / GRID_PX));
