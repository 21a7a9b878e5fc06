/** What class probabilities say of each pixel, by operations over whole planes: TensorFlow's Max and ArgMax take a call a pixel. */
import { tf, type Tensor } from '../tensorflow.js';

/**
 * @param probabilities [classes, pixels], at least two classes.
 * @returns [3, pixels] float32: index of the likeliest class (of equals the first), its probability and the entropy
 *   −Σ p·ln p / ln(classes), both as whole numbers 0 … 255.
 */
export function opinionOf(probabilities: Tensor): Tensor {
  const [first, ...others] = tf.unstack(probabilities) as [Tensor, ...Tensor[]];
  let [index, highest, sum] = [tf.zerosLike(first), first, surprise(first)] as [Tensor, Tensor, Tensor];
  others.forEach((probability, before) => {
    const larger = tf.greater(probability, highest);
    index = tf.where(larger, tf.fill(first.shape, before + 1), index);
    highest = tf.maximum(highest, probability);
    sum = tf.add(sum, surprise(probability));
  });
  const bytes = [tf.mul(highest, 255), tf.mul(sum, -255 / Math.log(others.length + 1))];
  return tf.stack([index, ...bytes.map((plane) => tf.round(tf.clipByValue(plane, 0, 255)))]);
}

/** Of single-precision numbers, so that its logarithm is finite. */
const SMALLEST = 2 ** -126;

/** p·ln p, 0 at 0. */
const surprise = (probability: Tensor): Tensor =>
  tf.mul(probability, tf.log(tf.maximum(probability, SMALLEST)));
