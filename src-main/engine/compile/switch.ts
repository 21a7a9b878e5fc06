/** Which computations run as TensorFlow graphs. For comparisons and for finding faults; a person needs neither. */

/** Training steps: where BRUSHFIELD_COMPILED_STEP is 1. */
export const stepsCompiled = (): boolean => process.env['BRUSHFIELD_COMPILED_STEP'] === '1';

/**
 * Predictions: where BRUSHFIELD_COMPILED_PREDICTION is 1. Not by default: which images get a graph depends on those before
 * them, a graph's probabilities differ by rounding, and a repeated prediction must give the same bytes.
 */
export const predictionsCompiled = (): boolean => process.env['BRUSHFIELD_COMPILED_PREDICTION'] === '1';
