/**
 * A 3 × 3 convolution of an image that nearest up-sampling has doubled, computed before it is doubled: each of the four
 * pixels that come of one sees 2 × 2 different pixels only, so that 16 products do for 36.
 */
import type { Value } from '../compile/graph.js';
import type { Arithmetic } from './arithmetic.js';
import type { Convolution } from './convolution.js';

const PARITIES = [0, 1] as const;

/** Which rows of 3 fall on the first and on the second of two pixels, for the upper and the lower of the doubled ones. */
const ROWS = [
  [[0], [1, 2]],
  [[0, 1], [2]],
] as const;

/**
 * @param x [1, h, w, inputs], not yet doubled.
 * @param each is applied to each quarter of the result: bias, activation.
 * @returns [1, 2h, 2w, outputs].
 */
export function upSampledPart(
  a: Arithmetic,
  x: Value,
  part: Pick<Convolution, 'filters' | 'shape'>,
  each: (x: Value) => Value,
): Value {
  const [, , inputs, outputs] = part.shape;
  const quarter = (row: 0 | 1, column: 0 | 1): Value => {
    const filters = a.floats([2, 2, inputs, outputs], quarterFilters(part, row, column));
    return each(
      a.convolve('Conv2D', x, filters, { strides: [1, 1], padding: [1 - row, row, 1 - column, column] }),
    );
  };
  const sides = a.sides(x);
  const shape = (factors: readonly [number, number]) =>
    a.join([a.integers([1]), a.one('Mul', [sides, a.integers(factors)]), a.integers([outputs])]);
  // Side by side in memory is all that interleaving columns, and then rows, needs.
  const rows = PARITIES.map((row) => {
    const columns = PARITIES.map((column) => quarter(row, column));
    return a.reshape(a.concatenate(columns, 3), shape([1, 2]));
  });
  return a.reshape(a.concatenate(rows, 2), shape([2, 2]));
}

function quarterFilters(
  { filters, shape: [, , inputs, outputs] }: Pick<Convolution, 'filters' | 'shape'>,
  row: 0 | 1,
  column: 0 | 1,
): Float32Array {
  const size = inputs * outputs;
  const sums = new Float32Array(4 * size);
  for (const y of PARITIES)
    for (const x of PARITIES)
      for (const fromY of ROWS[row][y])
        for (const fromX of ROWS[column][x]) {
          const from = (fromY * 3 + fromX) * size;
          const to = (y * 2 + x) * size;
          for (let i = 0; i < size; i++) sums[to + i]! += filters[from + i]!;
        }
  return sums;
}
