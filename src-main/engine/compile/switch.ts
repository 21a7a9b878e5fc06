/** Which computations run as TensorFlow graphs. For comparisons and for finding faults; a person needs neither. */

import { backend } from '../tensorflow.js';

/** Training steps: on a CPU. BRUSHFIELD_COMPILED_STEP is 0 for no, 1 for yes; graphs have not been measured on a GPU. */
export function stepsCompiled(): boolean {
  const wish = process.env['BRUSHFIELD_COMPILED_STEP'];
  return wish === undefined ? !backend.isUsingGpuDevice : wish === '1';
}

/** Predictions: as steps. BRUSHFIELD_COMPILED_PREDICTION is 0 for no, 1 for yes. */
export function predictionsCompiled(): boolean {
  const wish = process.env['BRUSHFIELD_COMPILED_PREDICTION'];
  return wish === undefined ? !backend.isUsingGpuDevice : wish === '1';
}
