/** How Keras 1, 2 and 3 name a layer's weights, brought to one spelling: that of Keras 2. Pure. */

/** Order in which Keras lists a layer's weights: trainable ones, then the moving statistics. */
const CANONICAL_ORDER = [
  'kernel',
  'depthwise_kernel',
  'pointwise_kernel',
  'bias',
  'gamma',
  'beta',
  'moving_mean',
  'moving_variance',
];

// Keras 1 wrote "running_std" for what is and always was the variance.
const KERAS_1_NAMES: Record<string, string> = {
  W: 'kernel',
  b: 'bias',
  running_mean: 'moving_mean',
  running_std: 'moving_variance',
};

/**
 * The weight's name within its layer from what the file calls it: `conv1/kernel:0`, `kernel`,
 * `block1_conv1_W_1:0` (Keras 1) or `model/conv1/kernel:0` (nested) all give `kernel`.
 */
export function weightNameIn(layer: string, stored: string): string {
  let name = lastPart(stored.replace(/:\d+$/, ''));
  if (name.startsWith(`${layer}_`)) name = name.slice(layer.length + 1);
  const plain = name.replace(/_\d+$/, '');
  const known = KERAS_1_NAMES[plain] ?? plain;
  return CANONICAL_ORDER.includes(known) ? known : name;
}

/** The layer a stored weight belongs to inside a nested model: the part before the last; null when there is none. */
export function nestedLayerOf(stored: string): string | null {
  const parts = stored.replace(/:\d+$/, '').split('/');
  return parts.length > 1 ? parts.at(-2)! : null;
}

/** Keras 3 calls a depthwise kernel `kernel` as well; by its shape alone it cannot be told from a convolution's. */
export function withDepthwiseName(layer: string, weight: string, shape: readonly number[]): string {
  const depthwise = /(^|_)(dw|depthwise)(_|\d|$)|depthwise/i.test(layer);
  return weight === 'kernel' && depthwise && shape.length === 4 && shape[3] === 1
    ? 'depthwise_kernel'
    : weight;
}

/**
 * Names of a layer's variables in a Keras 3 `.weights.h5`, where they are only numbered. `group` is the layer's group
 * in the file: its class in snake case, perhaps with a number (`batch_normalization_3`).
 */
export function namesByOrder(group: string, shapes: readonly (readonly number[])[]): string[] {
  const numbered = shapes.map((_, index) => String(index));
  const take = (names: string[]) =>
    shapes.length <= names.length ? names.slice(0, shapes.length) : numbered;
  if (group.startsWith('batch_normalization')) {
    const statistics = ['moving_mean', 'moving_variance'];
    // Without scale or centre only the statistics are certain: they are always there and always last.
    if (shapes.length === 2) return statistics;
    if (shapes.length === 3) return ['beta', ...statistics];
    return take(['gamma', 'beta', ...statistics]);
  }
  if (group.startsWith('depthwise_conv')) return take(['depthwise_kernel', 'bias']);
  if (group.startsWith('separable_conv')) return take(['depthwise_kernel', 'pointwise_kernel', 'bias']);
  if ((shapes[0]?.length ?? 0) >= 2) return take(['kernel', 'bias']);
  return numbered;
}

/** Sorts weight names as Keras lists them; unknown names keep their order at the end. */
export function inKerasOrder(names: readonly string[]): string[] {
  const rank = (name: string) => {
    const index = CANONICAL_ORDER.indexOf(name);
    return index < 0 ? CANONICAL_ORDER.length : index;
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
