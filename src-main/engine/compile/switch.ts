/** Which computations run as TensorFlow graphs. For comparisons and for finding faults; a person needs neither. */

import { backend } from '../tensorflow.js';

/** Training steps: on a CPU. BRUSHFIELD_COMPILED_STEP is 0 for no, 1 for yes; graphs have not been measured on a GPU. */
export function stepsCompiled(): boolean {
  const wish = process.env['BRUSHFIELD_COMPILED_STEP'];
  return wish === undefined ? !backend.isUsingGpuDevice : wish === '1';
}

/**
 * Predictions: where BRUSHFIELD_COMPILED_PREDICTION is 1. Not by default: which images get a graph depends on those before
 * them, a graph's probabilities differ by rounding, and a repeated prediction must give the same bytes.
 */
export const predictionsCompiled = (): boolean => process.env['BRUSHFIELD_COMPILED_PREDICTION'] === '1';
