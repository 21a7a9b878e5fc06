/** The training objective: cross entropy over labelled pixels, optionally weighted or focal, plus a soft Dice term. */
import { sparseCrossEntropy, valuesAt } from './operations.js';
import { tf, type Tensor } from './tensorflow.js';

export interface LossOptions {
  /** One weight a class, or null for none. */
  classWeights: readonly number[] | null;
  /** Exponent of the focal loss (Lin et al. 2017, arXiv:1708.02002); 0 is plain cross entropy. */
  focalGamma: number;
  /** Weight of 1 − soft Dice of the batch, mean over classes. */
  diceWeight: number;
}

export interface Loss {
  /** The objective, a scalar. */
  objective: Tensor;
  /** Unweighted mean cross entropy over labelled pixels, a scalar; 0 when no pixel is labelled. */
  crossEntropy: Tensor;
}

/**
 * @param logits [N,H,W,C] float32.
 * @param labels [N,H,W] int32 class indices; −1 is void and carries no loss.
 */
export function segmentationLoss(
  logits: Tensor,
  labels: Tensor,
  options: Omit<LossOptions, 'classWeights'> & { classWeights: readonly number[] | Tensor | null },
): Loss {
  const classes = logits.shape.at(-1)!;
  const flat = tf.reshape(logits, [-1, classes]);
  const indices = tf.reshape(labels, [-1]);
  const labelled = tf.cast(tf.greaterEqual(indices, 0), 'float32');
  const count = tf.maximum(tf.sum(labelled), 1);
  const target = tf.maximum(indices, tf.scalar(0, 'int32'));

  const entropy = sparseCrossEntropy(flat, target);
  const crossEntropy = tf.div(tf.sum(tf.mul(entropy, labelled)), count);
  let pixels = entropy;
  if (options.focalGamma > 0)
    // 1 − p of the right class; the small floor keeps the power's gradient finite where p is 1.
    pixels = tf.mul(tf.pow(tf.maximum(tf.sub(1, tf.exp(tf.neg(entropy))), 1e-7), options.focalGamma), pixels);
  const weights = options.classWeights
    ? tf.mul(labelled, valuesAt(asTensor(options.classWeights), target))
    : labelled;
  let objective: Tensor = tf.div(tf.sum(tf.mul(pixels, weights)), count);
  if (options.diceWeight > 0)
    objective = tf.add(objective, tf.mul(options.diceWeight, diceLoss(flat, target, labelled, classes)));
  return { objective, crossEntropy };
}

const asTensor = (values: readonly number[] | Tensor): Tensor =>
  values instanceof tf.Tensor ? values : tf.tensor1d([...values]);

/** 1 − mean over classes of (2·Σpo + 1) / (Σp + Σo + 1), over the labelled pixels of the batch. */
function diceLoss(flat: Tensor, target: Tensor, labelled: Tensor, classes: number): Tensor {
  const mask = tf.expandDims(labelled, 1);
  const p = tf.mul(tf.softmax(flat), mask);
  const o = tf.mul(tf.oneHot(target, classes), mask);
  const overlap = tf.add(tf.mul(tf.sum(tf.mul(p, o), 0), 2), 1);
  const total = tf.add(tf.add(tf.sum(p, 0), tf.sum(o, 0)), 1);
  return tf.sub(1, tf.mean(tf.div(overlap, total)));
}

/**
 * Class weights of a setting: `none`, `frequency` (1/√frequency, mean weight over pixels 1) or a list.
 * @param pixels labelled pixels of each class.
 */
export function classWeightsOf(setting: string, pixels: readonly number[]): number[] | null {
  if (setting === 'none') return null;
  if (setting !== 'frequency') return setting.split(',').map(Number);
  const total = pixels.reduce((sum, n) => sum + n, 0);
  const raw = pixels.map((n) => (n > 0 ? Math.sqrt(total / n) : 0));
  const mean = raw.reduce((sum, weight, k) => sum + weight * (pixels[k]! / total), 0);
  return raw.map((weight) => weight / mean);
}
