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
    return Float32Array.from({ length: size * size }, (_, i) => {
      const [gx, gy] = [(i % size) / GRID_PX, Math.floor(i / size) / GRID_PX];
      const [x0, y0] = [Math.floor(gx), Math.floor(gy)];
      const [wx, wy] = [spline(gx - x0), spline(gy - y0)];
      let sum = 0;
      for (let r = 0; r < 4; r++)
        for (let c = 0; c < 4; c++) sum += wy[r]! * wx[c]! * grid[(y0 + r) * cells + x0 + c]!;
      return sum;
    });
  };
  return { x: field(), y: field() };
}

/** The four cubic B-spline weights at 0 ≤ t < 1. */
const spline = (t: number): readonly number[] => [
  (1 - t) ** 3 / 6,
  (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
  (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
  t ** 3 / 6,
];
