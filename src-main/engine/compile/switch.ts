/** Which computations run as TensorFlow graphs. For comparisons and for finding faults; a person needs neither. */

import { AppError } from '../../shared/errors.js';
import { backend } from '../tensorflow.js';
import type { Computation } from './compiled-function.js';
import { PRECISIONS } from './precision.js';

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

/**
 * How the graph of a training step is computed: BRUSHFIELD_XLA is 1 for XLA, BRUSHFIELD_PRECISION bfloat16 or float16.
 * @throws AppError('usage') for another precision.
 */
export function stepComputation(): Computation {
  const precision = PRECISIONS.find((one) => one === (process.env['BRUSHFIELD_PRECISION'] ?? 'float32'));
  if (!precision) throw new AppError('usage', `BRUSHFIELD_PRECISION is one of ${PRECISIONS.join(', ')}.`);
  return { xla: process.env['BRUSHFIELD_XLA'] === '1', precision };
}
