/** A kept classifier says of an image in tiles, rows and regions what it says of the image's parts in the window. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideInput, inputFacts } from '../../../src-main/engine/input-decision.js';
import { rawInput, toInput } from '../../../src-main/engine/intensity.js';
import { LiveClassifier } from '../../../src-main/engine/live/classifier.js';
import { FeatureBank } from '../../../src-main/engine/live/features.js';
import { featuresOf, liveTiles } from '../../../src-main/engine/live/labelled-pixels.js';
import { classifierOptions, LivePixels } from '../../../src-main/engine/live/live-pixels.js';
import { Predictor } from '../../../src-main/engine/predict.js';
import type { ModelFile } from '../../../src-main/shared/engine-api.js';
import type { PixelImage } from '../../../src-main/shared/model.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src-main/shared/safetensors.js';

const CLASSES = [
  { value: 3, name: 'ground', color: '#0072b2' },
  { value: 7, name: 'blob', color: '#e69f00' },
];

/** Waves and noise, brighter to the right; with three channels as colours. */
function picture(width: number, height: number, channels: number, deep: boolean): PixelImage {
  const random = randomFor(width, height);
  const values = Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    const wave = 60 * Math.sin(x / 9 + (i % channels)) * Math.cos(y / 7);
    return Math.min(255, Math.max(0, 90 + wave + (60 * x) / width + 20 * random.normal()));
  });
  const shape = { width, height, channels, alpha: false };
  return deep
    ? { ...shape, type: 'uint16', data: Uint16Array.from(values, (value) => value * 200) }
    : { ...shape, type: 'uint8', data: Uint8Array.from(values) };
}

interface Case {
  image: PixelImage;
  model: ModelFile;
  classifier: LiveClassifier;
  pixels: LivePixels;
  predictor: Predictor;
}

/** Fitted to what is bright around a pixel. */
async function caseOf(width: number, height: number, channels = 1, deep = false): Promise<Case> {
  const image = picture(width, height, channels, deep);
  const input = decideInput([inputFacts(image)], { channels: 'auto', intensity: 'auto' });
  const model: ModelFile = {
    ...{ version: 1, network: 'live', classes: CLASSES, input },
    ...{ scaleMode: 'native', size: 128, padding: 'same', settings: { seed: 4 } },
  };
  const classifier = new LiveClassifier(classifierOptions(model));
  const bank = new FeatureBank();
  const random = randomFor(9, 9);
  const places = [...new Set(Array.from({ length: 900 }, () => random.integer(width * height)))].sort(
    (a, b) => a - b,
  );
  const mapped = toInput(image, input);
  const { values } = await featuresOf(
    { width, height, features: async (part) => bank.of(mapped, part) },
    Uint32Array.from(places),
  );
  bank.dispose();
  const classes = Uint8Array.from(places, (place) =>
    Number(image.data[place * channels]! > (deep ? 23_000 : 115)),
  );
  await classifier.fit({ features: values, classes }, { steps: 60 });
  const pixels = new LivePixels(classifier, model);
  return { image, model, classifier, pixels, predictor: new Predictor(pixels, model) };
}

/** What the window shows: opinions of parts whose features are those of the whole image. */
function inWindow({ image, model, classifier }: Case): Uint8Array {
  const bank = new FeatureBank();
  const input = toInput(image, model.input);
  const labels = new Uint8Array(image.width * image.height);
  for (const tile of liveTiles(image)) {
    const features = bank.of(input, tile);
    const { classes } = classifier.opinion(features);
    features.dispose();
    classes.forEach((index, i) => {
      const [x, y] = [tile.x + (i % tile.width), tile.y + Math.floor(i / tile.width)];
      labels[y * image.width + x] = CLASSES[index]!.value;
    });
  }
  bank.dispose();
  return labels;
}

const share = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Array.from(a).filter((value, i) => value !== b[i]).length / a.length;
};

describe.each([
  ['larger than a tile', 700, 530, 1, false],
  ['smaller than the halo', 50, 40, 1, false],
  ['one pixel wide', 1, 90, 1, false],
  ['in colour', 150, 90, 3, false],
  ['of 16 bits', 150, 130, 1, true],
] as const)('an image %s', (_, width, height, channels, deep) => {
  let given: Case;
  beforeAll(async () => {
    given = await caseOf(width, height, channels, deep);
  });
  afterAll(() => given.predictor.dispose());

  test('is predicted as the window suggests, whatever the tiles', async () => {
    const { image, predictor } = given;
    const suggested = inWindow(given);
    expect(new Set(suggested)).toEqual(new Set([3, 7]));
    for (const tile of [0, 150]) {
      const { labels, confidence } = await predictor.predict(image, { tile });
      // Sums in another order: a pixel between two classes may fall to either side.
      expect(share(labels, suggested)).toBeLessThan(2e-4);
      expect(confidence.every((value) => value >= 127)).toBe(true);
    }
  });

  test('has the same probabilities in tiles, in a region and from rows', async () => {
    const { image, model, predictor } = given;
    const { values } = await predictor.probabilities(image, { tile: 4096 });
    const tiled = await predictor.probabilities(image, { tile: Math.max(48, width >> 2) });
    const difference = (a: Float32Array, b: Float32Array) =>
      a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    expect(difference(tiled.values, values)).toBeLessThan(1e-3);

    const region = { x: Math.floor(width / 3), y: 5, width: Math.ceil(width / 3), height: 20 };
    const part = await predictor.predict(image, { region, probabilities: true });
    const cut = Float32Array.from({ length: region.width * region.height * 2 }, (_, i) => {
      const [x, y] = [(i >> 1) % region.width, Math.floor((i >> 1) / region.width)];
      return values[2 * ((region.y + y) * width + region.x + x) + (i & 1)]!;
    });
    expect(difference(part.probabilities!, cut)).toBeLessThan(1e-3);

    const rows = new Float32Array(values.length);
    const raw = rawInput(image, model.input);
    await predictor.finishedRows(
      { width, height },
      async (y0, y1) => ({
        ...raw,
        height: y1 - y0,
        data: raw.data.slice(y0 * width * raw.stride, y1 * width * raw.stride),
      }),
      { tile: 70, probabilities: true, take: (found, y) => rows.set(found, y * width * 2) },
    );
    expect(difference(rows, values)).toBeLessThan(1e-3);
  });

  test('comes out the same, byte for byte, of a classifier that was kept in a file', async () => {
    const { image, model, pixels, predictor } = given;
    const kept = LivePixels.from(decodeSafetensors(encodeSafetensors(pixels.weights())), model);
    const again = new Predictor(kept, model);
    expect((await again.probabilities(image)).values).toEqual((await predictor.probabilities(image)).values);
    again.dispose();
  });
});

test('weights of other classes, or of other features, are refused', async () => {
  const { model, pixels, predictor } = await caseOf(60, 50);
  const weights = pixels.weights();
  const more = { ...model, classes: [...CLASSES, { value: 9, name: 'third', color: '#000000' }] };
  expect(() => LivePixels.from(weights, more)).toThrow('third/kernel is 4 × 2 × 32, not 4 × 3 × 32');
  const other = { ...weights, metadata: { features: 'gaussian, 3 px' } };
  expect(() => LivePixels.from(other, model)).toThrow('train it again');
  predictor.dispose();
});
