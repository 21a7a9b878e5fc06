import { expect, test } from 'vitest';
import { entropyOf, labelsOf } from '../../../src-main/engine/likeliest-class.js';
import { LiveClassifier } from '../../../src-main/engine/live/classifier.js';
import { opinionOf } from '../../../src-main/engine/live/opinion.js';
import { tf } from '../../../src-main/engine/tensorflow.js';
import { randomFor } from '../../../src-main/shared/random.js';

const PIXELS = 20_000;

/** [pixels, classes], among them certain ones and ties. */
function probabilities(classes: number): Float32Array {
  const random = randomFor(5, classes);
  const values = new Float32Array(PIXELS * classes);
  for (let at = 0; at < PIXELS; at++) {
    const raw = Array.from({ length: classes }, () => random.next() ** 4);
    if (at % 10 === 1) raw.fill(0).splice(at % classes, 1, 1);
    if (at % 10 === 2) raw.fill(1);
    const sum = raw.reduce((total, value) => total + value, 0);
    raw.forEach((value, c) => (values[at * classes + c] = value / sum));
  }
  return values;
}

const furthest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

test.each([2, 3, 7])('planes of %i classes say what is said pixel by pixel', (classes) => {
  const values = probabilities(classes);
  const found = tf.tidy(() => {
    const planes = tf.transpose(tf.tensor2d(values, [PIXELS, classes]));
    return Uint8Array.from(opinionOf(planes).dataSync());
  });
  const numbered = Array.from({ length: classes }, (_, value) => ({ value }));
  const { labels, confidence } = labelsOf(values, numbered);
  expect(Buffer.from(labels).equals(found.subarray(0, PIXELS))).toBe(true);
  // A half is rounded to the even number by TensorFlow.
  expect(furthest(confidence, found.subarray(PIXELS, 2 * PIXELS))).toBeLessThanOrEqual(1);
  expect(furthest(entropyOf(values, classes), found.subarray(2 * PIXELS))).toBeLessThanOrEqual(1);
});

test('a classifier’s opinion is that of its probabilities, over more pixels than are computed together', async () => {
  const random = randomFor(6);
  const [rows, classes] = [6, 3];
  const classifier = new LiveClassifier({ features: rows, classes, seed: 1 });
  const features = Float32Array.from({ length: rows * PIXELS }, () => random.normal());
  const truth = Uint8Array.from({ length: PIXELS }, (_, i) =>
    features[i]! > 0.3 ? 2 : features[i]! < -0.5 ? 1 : 0,
  );
  await classifier.fit({ features, classes: truth }, { steps: 50 });
  const { expected, opinion } = tf.tidy(() => {
    const given = tf.tensor2d(features, [rows, PIXELS]);
    const expected = opinionOf(classifier.probabilities(given)).dataSync();
    return { expected: Uint8Array.from(expected), opinion: classifier.opinion(given) };
  });
  const differs = opinion.classes.filter((value, i) => value !== expected[i]).length;
  // Rounding decides where two classes are as likely.
  expect(differs / PIXELS).toBeLessThan(1e-3);
  expect(furthest(opinion.confidence, expected.subarray(PIXELS, 2 * PIXELS))).toBeLessThanOrEqual(1);
  expect(furthest(opinion.entropy, expected.subarray(2 * PIXELS))).toBeLessThanOrEqual(1);
  classifier.dispose();
});
