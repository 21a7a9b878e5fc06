/**
 * Gaussian blur as a product with banded matrices: on planes of some hundred pixels a side that is one fast TensorFlow
 * operation a direction, with one cost for every σ and the border exactly as SciPy continues it.
 */
import { tf, type Tensor } from '../tensorflow.js';
import { mirror } from '../warp.js';

/** In standard deviations, as SciPy's default. */
const TRUNCATE = 4;

/** Pixels to either side that a blur reads. */
export const blurRadius = (sigmaPx: number): number => Math.floor(TRUNCATE * sigmaPx + 0.5);

/** Weights of 2 · radius + 1 pixels, which sum to 1. */
export function blurKernel(sigmaPx: number): Float64Array {
  const radius = blurRadius(sigmaPx);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigmaPx ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  return kernel.map((weight) => weight / sum);
}

/**
 * The matrix that blurs a column of `length` pixels when multiplied from the left, the border mirrored without its edge
 * pixel (SciPy’s `mirror`). [length, length], rows sum to 1.
 */
export function blurMatrix(length: number, sigmaPx: number): Float32Array {
  const radius = blurRadius(sigmaPx);
  const kernel = blurKernel(sigmaPx);
  const matrix = new Float32Array(length * length);
  for (let row = 0; row < length; row++)
    for (let i = 0; i < kernel.length; i++)
      matrix[row * length + mirror(row + i - radius, length)]! += kernel[i]!;
  return matrix;
}

/** Blurs planes of one size by one σ. */
export class Blur {
  private readonly down: Tensor;
  private readonly across: Tensor;

  constructor(height: number, width: number, sigmaPx: number) {
    // Outlive the tidy they are first asked for in.
    this.down = tf.keep(tf.tensor2d(blurMatrix(height, sigmaPx), [height, height]));
    this.across = tf.keep(tf.tensor2d(blurMatrix(width, sigmaPx), [width, width]));
  }

  /** @param plane [height, width]. */
  of(plane: Tensor): Tensor {
    return tf.matMul(tf.matMul(this.down, plane), this.across, false, true);
  }

  dispose(): void {
    tf.dispose([this.down, this.across]);
  }
}
