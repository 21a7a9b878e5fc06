/** What class probabilities say of each pixel: a label, how sure it is, and how unsure the network is among all classes. */
import type { Prediction } from '../shared/engine-api.js';
import type { ClassInfo } from '../shared/model.js';

/** The likeliest class of each pixel (the first of equals) and its probability, 0 … 255. @param values [P · classes] */
export function labelsOf(
  values: Float32Array,
  classes: readonly Pick<ClassInfo, 'value'>[],
): Pick<Prediction, 'labels' | 'confidence'> {
  const labels = new Uint8Array(values.length / classes.length);
  const confidence = new Uint8Array(labels.length);
  for (let i = 0, at = 0; i < labels.length; i++, at += classes.length) {
    let best = 0;
    for (let c = 1; c < classes.length; c++) if (values[at + c]! > values[at + best]!) best = c;
    labels[i] = classes[best]!.value;
    confidence[i] = Math.round(values[at + best]! * 255);
  }
  return { labels, confidence };
}

/** −Σ p·ln p / ln(classes) of each pixel, 0 … 255. @param values [P · classes] */
export function entropyOf(values: Float32Array, classes: number): Uint8Array {
  const entropy = new Uint8Array(values.length / classes);
  const scale = -255 / Math.log(classes);
  for (let i = 0, at = 0; i < entropy.length; i++) {
    let sum = 0;
    for (let c = 0; c < classes; c++, at++) if (values[at]! > 0) sum += values[at]! * Math.log(values[at]!);
    entropy[i] = Math.round(sum * scale);
  }
  return entropy;
}
