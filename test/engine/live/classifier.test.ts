import { afterAll, expect, test } from 'vitest';
import { LiveClassifier, type LabelledPixels } from '../../../src-main/engine/live/classifier.js';
import { labelledPixelsOf } from '../../../src-main/engine/live/labelled-pixels.js';
import { tf } from '../../../src-main/engine/tensorflow.js';
import { randomFor } from '../../../src-main/shared/random.js';

const made: LiveClassifier[] = [];
afterAll(() => {
  for (const one of made) one.dispose();
});

/** As many say nearly the same of a pixel as in an image. */
const FEATURES = 24;

/** Three rings around a point far from 0, the outermost rare; a feature is where a point lies along some direction. */
function rings(count: number, seed: number): LabelledPixels {
  const random = randomFor(seed, 1);
  const classes = Uint8Array.from({ length: count }, (_, i) => (i % 40 === 0 ? 2 : i % 2));
  const features = new Float32Array(FEATURES * count);
  classes.forEach((ring, i) => {
    const [radius, angle] = [0.5 + ring + 0.15 * random.normal(), random.uniform(0, 2 * Math.PI)];
    for (let row = 0; row < FEATURES; row++)
      features[row * count + i] = 100 + radius * Math.cos(angle - (row * 2 * Math.PI) / FEATURES);
  });
  return { features, classes };
}

function classifierFor(seed = 1): LiveClassifier {
  const classifier = new LiveClassifier({ features: FEATURES, classes: 3, seed });
  made.push(classifier);
  return classifier;
}

function probabilities(classifier: LiveClassifier, { features, classes }: LabelledPixels): Float32Array {
  const given = tf.tensor2d(features, [FEATURES, classes.length]);
  const found = classifier.probabilities(given);
  const values = found.dataSync() as Float32Array;
  tf.dispose([given, found]);
  return values;
}

/** Of each class, the share that is found. */
function recalls(values: Float32Array, { classes }: LabelledPixels): number[] {
  const [found, all] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  classes.forEach((truth, i) => {
    const of = [0, 1, 2].map((k) => values[k * classes.length + i]!);
    all[truth]!++;
    if (of[truth] === Math.max(...of)) found[truth]!++;
  });
  return found.map((count, k) => count / all[k]!);
}

test('separates classes that no line separates, a rare one as well as the others', async () => {
  const pixels = rings(2000, 1);
  const classifier = classifierFor();
  await classifier.fit(pixels);
  const unseen = rings(2000, 2);
  const values = probabilities(classifier, unseen);
  expect(Math.min(...recalls(values, unseen))).toBeGreaterThan(0.85);
  for (let i = 0; i < 2000; i += 100)
    expect(values[i]! + values[2000 + i]! + values[4000 + i]!).toBeCloseTo(1, 5);
});

test('equal seeds give equal suggestions, other seeds others', async () => {
  const pixels = rings(400, 3);
  const fitted = async (seed: number) => {
    const classifier = classifierFor(seed);
    await classifier.fit(pixels, { steps: 20 });
    return probabilities(classifier, pixels);
  };
  const first = await fitted(5);
  expect(await fitted(5)).toEqual(first);
  expect(await fitted(6)).not.toEqual(first);
});

test('a fit that is called off leaves what was there, and the next one does not know of either', async () => {
  const pixels = rings(800, 4);
  const classifier = classifierFor();
  await classifier.fit(rings(600, 5));
  const before = probabilities(classifier, pixels);
  const abort = new AbortController();
  const reason = new Error('a newer stroke');
  const fit = classifier.fit(pixels, { steps: 100_000, signal: abort.signal });
  setTimeout(() => abort.abort(reason), 50);
  await expect(fit).rejects.toBe(reason);
  expect(probabilities(classifier, pixels)).toEqual(before);
  await classifier.fit(pixels);
  const fresh = classifierFor();
  await fresh.fit(pixels);
  expect(probabilities(classifier, pixels)).toEqual(probabilities(fresh, pixels));
});

test('a sample is bounded, balanced, the same for a seed, and takes the features of its own pixels', async () => {
  const [width, height] = [700, 30];
  const labels = Uint8Array.from({ length: width * height }, (_, i) =>
    i % 3 === 0 ? 255 : i % 700 === 650 ? 1 : 0,
  );
  const image = {
    ...{ width, height },
    pixelsByClass: [0, 1].map((value) => labels.filter((one) => one === value).length),
    labels: async () => labels,
    // A pixel's only feature is its place.
    features: async (part: { x: number; y: number; width: number; height: number }) =>
      tf.tensor2d(
        Float32Array.from(
          { length: part.width * part.height },
          (_, i) => (part.y + Math.floor(i / part.width)) * width + part.x + (i % part.width),
        ),
        [1, part.width * part.height],
      ),
  };
  const sample = async (seed: number) => (await labelledPixelsOf([image], { classes: 2, seed, most: 500 }))!;
  const { features, classes } = await sample(1);
  const rare = labels.filter((value) => value === 1).length;
  expect(classes.filter((value) => value === 1)).toHaveLength(rare);
  expect(classes).toHaveLength(500);
  expect(new Set(features).size).toBe(500);
  expect([...features].map((place) => labels[place])).toEqual([...classes]);
  expect((await sample(1)).features).toEqual(features);
  expect((await sample(2)).features).not.toEqual(features);
  const none = { ...image, pixelsByClass: [0, 0], labels: async () => labels.map(() => 255) };
  expect(await labelledPixelsOf([none], { classes: 2, seed: 1 })).toBeNull();
});
