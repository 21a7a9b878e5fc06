/**
 * Convolutions of 3 × 3 over what nearest up-sampling has doubled, in graphs of training steps: computed from the image
 * before it was doubled, with 16 products in place of 36, and without ever making the doubled image or its concatenation
 * with another.
 *
 * Each layer computes what it always does, and a convolution whose input is known to come from up-sampling leaves that
 * unused; a graph has only what its outputs need. Operation by operation, where nothing is left out, it is no gain.
 */
import { traceUnderWay } from './compile/trace.js';
import { tf, type Tensor } from './tensorflow.js';

/** Channels of an image, in their order: as they are, or still to be doubled. */
type Part = { plain: Tensor } | { half: Tensor };

/** Of tensors made by up-sampling or concatenation in the trace under way. */
const origins = new WeakMap<Tensor, readonly Part[]>();

const partsOf = (x: Tensor): readonly Part[] => origins.get(x) ?? [{ plain: x }];

/** `doubled` is `half`, each pixel twice in both directions. */
export function rememberDoubled(doubled: Tensor, half: Tensor): void {
  if (traceUnderWay()) origins.set(doubled, [{ half }]);
}

/** `joined` has the channels of the others, one after the other. */
export function rememberJoined(joined: Tensor, others: readonly Tensor[]): void {
  if (traceUnderWay()) origins.set(joined, others.flatMap(partsOf));
}

/**
 * The convolution of stride 1 that keeps the size, where that is cheaper than computing it from `x` itself.
 * @param x [N,H,W,C]; kernel [3,3,C,F].
 * @returns [N,H,W,F], or null where no part of `x` was doubled.
 */
export function convolveDoubled(x: Tensor, kernel: Tensor): Tensor | null {
  const parts = partsOf(x);
  if (!parts.some((part) => 'half' in part)) return null;
  const channels = parts.map((part) => ('half' in part ? part.half : part.plain).shape.at(-1)!);
  const kernels = parts.length === 1 ? [kernel] : tf.split(kernel, channels, 2);
  const [height, width] = x.shape.slice(1, 3) as [number, number];
  return parts
    .map((part, i) =>
      'half' in part
        ? transposed(part.half, kernels[i]!, height, width)
        : tf.conv2d(part.plain as never, kernels[i] as never, 1, 'same'),
    )
    .reduce((sum, one) => tf.add(sum, one));
}

/**
 * Doubling and then convolving with w is the transposed convolution of stride 2 with w spread by a window of 2 × 2:
 * row d of its kernel is row 2 − d of w plus row 3 − d, where there are such, and columns alike.
 */
const ROWS = [
  [0, 0, 1],
  [0, 1, 1],
  [1, 1, 0],
  [1, 0, 0],
];
const SPREAD = ROWS.flatMap((row) => ROWS.map((column) => row.flatMap((r) => column.map((c) => r * c))));

function transposed(half: Tensor, kernel: Tensor, height: number, width: number): Tensor {
  const [, , inputs, outputs] = kernel.shape as [number, number, number, number];
  const spread = tf.matMul(tf.tensor2d(SPREAD), tf.reshape(kernel, [9, inputs * outputs]));
  const filters = tf.transpose(tf.reshape(spread, [4, 4, inputs, outputs]), [0, 1, 3, 2]);
  return tf.conv2dTranspose(
    half as never,
    filters as never,
    [half.shape[0]!, height, width, outputs],
    2,
    'same',
  );
}
