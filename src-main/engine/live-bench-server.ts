/** Entry of a process that fits and suggests for `brushfield bench live`, and tells what came of it. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PixelImage } from '../shared/model.js';
import { decideInput, inputFacts } from './input-decision.js';
import { toInput } from './intensity.js';
import { LiveClassifier } from './live/classifier.js';
import { FEATURES_A_CHANNEL, FeatureBank, type Rectangle } from './live/features.js';
import { labelledPixelsOf, liveTiles } from './live/labelled-pixels.js';
import { tf } from './tensorflow.js';
import { VOID_INDEX } from './warp.js';

/** Samples of 8 bits, channels last, and class indices, 255 where unlabelled; one byte each, row by row. */
export interface LiveBenchImage {
  width: number;
  height: number;
  channels: number;
  pixels: string;
  labels: string;
}

/** What one line of stdin asks for; the peer is asked the same. */
export interface LiveBenchRequest {
  train: readonly LiveBenchImage[];
  test: readonly LiveBenchImage[];
  classes: number;
  seed: number;
  /** Fits after the first, with the same labels. */
  refits: number;
}

export interface LiveBenchReply {
  /** `confusion[truth][suggestion]`, pixels of all test images. */
  confusion: number[][];
  /** Of the labelled images' features, and of those of the test images, ms. */
  featuresMs: number;
  testFeaturesMs: number;
  fitMs: number;
  /** Of the classes of all pixels of the test images. */
  suggestMs: number;
  /** Of a later fit and of what it suggests for the test images, their features being there. */
  againMs: number[];
  peakMb: number;
}

const bank = new FeatureBank();

async function answer({ train, test, classes, seed, refits }: LiveBenchRequest): Promise<LiveBenchReply> {
  const decided = decideInput(
    train.map((one) => inputFacts(imageOf(one))),
    { channels: 'auto', intensity: 'auto' },
  );
  const clock = stopwatch();
  const features = (images: readonly LiveBenchImage[]) =>
    images.map((one) => {
      const input = toInput(imageOf(one), decided);
      return new Map(liveTiles(one).map((tile) => [keyOf(tile), bank.of(input, tile)]));
    });
  const trainFeatures = features(train);
  const featuresMs = clock();
  const testFeatures = features(test);
  const testFeaturesMs = clock();
  const images = train.map((one, index) => ({
    ...{ width: one.width, height: one.height },
    ...labelsOf(one, classes),
    features: async (tile: Rectangle) => trainFeatures[index]!.get(keyOf(tile))!.clone(),
  }));
  const truths = test.map((one) => readFileSync(one.labels));
  clock();
  const pixels = (await labelledPixelsOf(images, { classes, seed }))!;
  const classifier = new LiveClassifier({
    features: decided.count * FEATURES_A_CHANNEL,
    ...{ classes, seed },
  });
  await classifier.fit(pixels);
  const fitMs = clock();
  const suggested = test.map((one, index) =>
    liveTiles(one).map((tile) => classifier.opinion(testFeatures[index]!.get(keyOf(tile))!).classes),
  );
  const suggestMs = clock();
  const againMs: number[] = [];
  for (let again = 0; again < refits; again++) {
    clock();
    await classifier.fit((await labelledPixelsOf(images, { classes, seed }))!);
    testFeatures.forEach((tiles) => tiles.forEach((tile) => classifier.opinion(tile)));
    againMs.push(clock());
  }
  const confusion = confusionOf(test, { truths, suggested, classes });
  classifier.dispose();
  for (const tiles of [...trainFeatures, ...testFeatures]) tf.dispose([...tiles.values()]);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  return { confusion, featuresMs, testFeaturesMs, fitMs, suggestMs, againMs, peakMb };
}

function labelsOf({ labels: path }: LiveBenchImage, classes: number) {
  const labels = readFileSync(path);
  const pixelsByClass = new Array<number>(classes).fill(0);
  for (const value of labels) if (value !== VOID_INDEX) pixelsByClass[value]!++;
  return { labels: async () => labels, pixelsByClass };
}

const keyOf = ({ x, y }: Rectangle): string => `${x},${y}`;

/** Milliseconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return last - before;
  };
}

const imageOf = ({ width, height, channels, pixels }: LiveBenchImage): PixelImage => ({
  ...{ width, height, channels },
  alpha: false,
  type: 'uint8',
  data: readFileSync(pixels),
});

function confusionOf(
  test: readonly LiveBenchImage[],
  { truths, suggested, classes }: { truths: Uint8Array[]; suggested: Uint8Array[][]; classes: number },
): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  test.forEach((one, index) =>
    liveTiles(one).forEach((tile, number) => {
      const values = suggested[index]![number]!;
      for (let y = 0, at = 0; y < tile.height; y++)
        for (let x = 0; x < tile.width; x++, at++) {
          const truth = truths[index]![(tile.y + y) * one.width + tile.x + x]!;
          if (truth !== VOID_INDEX) confusion[truth]![values[at]!]!++;
        }
    }),
  );
  return confusion;
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(JSON.parse(line) as LiveBenchRequest);
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
