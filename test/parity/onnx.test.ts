/**
 * Exported models computed by onnxruntime, from pictures that Python maps by the documented formulas, beside what
 * Brushfield predicts of the same pictures.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { toInput } from '../../src-main/engine/intensity.js';
import { LiveClassifier } from '../../src-main/engine/live/classifier.js';
import { classifierOptions, LivePixels } from '../../src-main/engine/live/live-pixels.js';
import { loadBest, networkOf } from '../../src-main/engine/model-file.js';
import { networkGraph } from '../../src-main/engine/network-graph.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { tf, type LayersModel, type Tensor } from '../../src-main/engine/tensorflow.js';
import { readWeights, writeWeights } from '../../src-main/engine/weights.js';
import { segmentationModel } from '../../src-main/interop/onnx/segmentation-model.js';
import { RUN_FILES, type ModelFile } from '../../src-main/shared/engine-api.js';
import type { PixelImage } from '../../src-main/shared/model.js';
import type { NetworkGraph } from '../../src-main/shared/network-graph.js';
import { randomFor } from '../../src-main/shared/random.js';
import { decodeSafetensors, encodeSafetensors } from '../../src-main/shared/safetensors.js';
import { temporaryFolder } from '../engine/synthetic-run.js';
import { runPython } from '../python.js';
import { livenWeights } from './network-weights.js';

type Type = 'uint8' | 'uint16' | 'float32';

const CLASSES = [
  { value: 4, name: 'ground', color: '#0072b2' },
  { value: 2, name: 'edge', color: '#d55e00' },
  { value: 9, name: 'Zellkörper', color: '#e69f00' },
];

const GREY = { channels: 'grey', count: 1 } as const;
const RGB = { channels: 'rgb', count: 3 } as const;
const PERCENTILE = { ...GREY, intensity: 'percentile' } as const;
const Z_SCORE = { ...GREY, intensity: 'z-score' } as const;
const COLOURS = { ...RGB, intensity: 'minus-one-to-one' } as const;

const model = (
  network: string,
  input: ModelFile['input'],
  settings: ModelFile['settings'] = {},
): ModelFile => ({
  ...{ version: 1, network, classes: CLASSES, input, scaleMode: 'native', size: 128, padding: 'same' },
  settings: { seed: 3, ...settings },
});

const MODELS: Record<string, ModelFile> = {
  ...Object.fromEntries(
    [2, 3, 4, 5].flatMap((depth) =>
      [0.5, 1].map((width) => [
        `unet-quick, depth ${depth}, width ${width}`,
        model('unet-quick', depth % 2 ? PERCENTILE : Z_SCORE, { depth, width }),
      ]),
    ),
  ),
  'unet-mini': model('unet-mini', COLOURS),
  'unet-mini, two channels': model('unet-mini', { channels: 'all', count: 2, intensity: 'percentile' }),
  'unet-mobilenet': model('unet-mobilenet', COLOURS),
  'unet-mobilenet, symmetric': { ...model('unet-mobilenet', COLOURS), padding: 'symmetric' },
  live: model('live', PERCENTILE),
  'live, colours': model('live', { ...RGB, intensity: 'z-score' }),
};

/** Also narrower than margins and kernels. */
const PICTURES: [width: number, height: number, type: Type][] = [
  [64, 96, 'uint8'],
  [131, 75, 'uint16'],
  [21, 50, 'float32'],
];

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };

/** Waves and noise, in another range for each type. */
function picture(width: number, height: number, channels: number, type: Type): PixelImage {
  const random = randomFor(width, height);
  const [offset, scale] = { uint8: [120, 1], uint16: [21000, 97.3], float32: [-3.5, 0.01] }[type] as [
    number,
    number,
  ];
  const values = Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    const wave = 70 * Math.sin(x / 7 + (i % channels)) * Math.cos(y / 9) + 15 * random.normal();
    return offset + scale * Math.max(-110, Math.min(110, wave));
  });
  return { width, height, channels, alpha: false, type, data: ARRAYS[type].from(values) };
}

/** Writes a run's folder with random weights. */
function writeModel(folder: string, file: ModelFile): void {
  mkdirSync(folder);
  writeFileSync(join(folder, RUN_FILES.model), JSON.stringify(file));
  writeFileSync(join(folder, RUN_FILES.best), encodeSafetensors(weightsOf(file)));
}

function weightsOf(file: ModelFile): Parameters<typeof encodeSafetensors>[0] {
  if (file.network === 'live') {
    const classifier = new LivePixels(new LiveClassifier(classifierOptions(file)), file);
    const { tensors, metadata } = classifier.weights();
    classifier.dispose();
    const random = randomFor(6, 6);
    for (const [name, { data, shape }] of tensors)
      if (/kernel$/.test(name))
        data.forEach((_, i) => (data[i] = random.normal() * Math.sqrt(2 / shape.at(-1)!)));
      else if (/bias$|mean$/.test(name)) data.forEach((_, i) => (data[i] = 0.1 * random.normal()));
      else if (/deviation$/.test(name)) data.forEach((_, i) => (data[i] = random.uniform(0.1, 1)));
    return { tensors, metadata };
  }
  const network = networkOf(file);
  livenWeights(network.model, 8);
  if (file.network !== 'unet-quick') spreadLogits(network.model, file);
  const tensors = readWeights(network.model);
  network.model.dispose();
  return { tensors, metadata: {} };
}

/** So that each class is somewhere the likeliest: mean 0 and deviation 2 over a picture. */
function spreadLogits(network: LayersModel, file: ModelFile): void {
  const [width, height, type] = PICTURES[0]!;
  const { values, channels } = toInput(picture(width, height, channelsOf(file), type), file.input);
  const logits = tf.tidy(
    () =>
      (
        network.predict(tf.tensor4d(values, [1, height, width, channels])) as Tensor
      ).dataSync() as Float32Array,
  );
  const means = CLASSES.map(
    (_, c) => logits.reduce((sum, v, i) => sum + (i % 3 === c ? v : 0), 0) / (width * height),
  );
  const variance = logits.reduce((sum, v, i) => sum + (v - means[i % 3]!) ** 2, 0) / logits.length;
  const scale = 2 / Math.sqrt(variance);
  const weights = readWeights(network);
  const changed = (name: string, change: (v: number, i: number) => number) => {
    const { shape, data } = weights.get(name)!;
    weights.set(name, { shape, data: data.map(change) });
  };
  changed('logits/kernel', (v) => v * scale);
  changed('logits/bias', (v, i) => (v - means[i]!) * scale);
  writeWeights(network, weights);
}

let folder: string;
const graphs = new Map<string, NetworkGraph>();
let metadata: Record<string, Record<string, string>>;

const nameOf = (name: string, index: number) => `${name.replaceAll(/\W+/g, '-')}-${index}`;
const channelsOf = ({ input }: ModelFile) => input.count;

beforeAll(async () => {
  folder = await temporaryFolder();
  const cases = Object.entries(MODELS).map(([name, file]) => {
    const run = join(folder, name);
    writeModel(run, file);
    graphs.set(name, networkGraph(run));
    const { tensors: weights } = decodeSafetensors(readFileSync(join(run, RUN_FILES.best)));
    const bytes = segmentationModel({
      ...{ name, file, weights, sha256: 'ab', version: '1.2.3' },
      graph: graphs.get(name)!,
    });
    writeFileSync(join(folder, `${name}.onnx`), bytes);
    const images = PICTURES.map(([width, height, type], index) => {
      const { data } = picture(width, height, channelsOf(file), type);
      writeFileSync(join(folder, nameOf(name, index)), data);
      return { file: nameOf(name, index), type, shape: [height, width, channelsOf(file)] };
    });
    return { model: `${name}.onnx`, images };
  });
  writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
  const script = resolve(import.meta.dirname, '../python/onnx_predictions.py');
  const { stdout } = await runPython(script, [folder, join(folder, 'cases.json')]);
  metadata = JSON.parse(stdout) as typeof metadata;
}, 300_000);

const bytesAt = (path: string) => Uint8Array.from(readFileSync(path));

describe.each(Object.entries(MODELS))('%s', (name, file) => {
  test('is computed by onnxruntime with the same probabilities and classes', async () => {
    const { pixels } = loadBest(join(folder, name));
    const predictor = new Predictor(pixels, file);
    const values = CLASSES.map(({ value }) => value);
    for (const [index, [width, height, type]] of PICTURES.entries()) {
      const at = join(folder, nameOf(name, index));
      const image = picture(width, height, channelsOf(file), type);
      const { probabilities, labels } = await predictor.predict(image, { probabilities: true });
      const theirs = new Float32Array(bytesAt(`${at}.probabilities`).buffer);
      const classes = bytesAt(`${at}.classes`);
      const area = width * height;
      expect(classes).toHaveLength(area);
      let [largest, others] = [0, 0];
      const found = new Set(labels);
      for (let pixel = 0; pixel < area; pixel++) {
        const ours = values.map((_, c) => probabilities![pixel * values.length + c]!);
        ours.forEach((p, c) => (largest = Math.max(largest, Math.abs(p - theirs[c * area + pixel]!))));
        const [first, second] = ours.toSorted((a, b) => b - a) as [number, number];
        if (classes[pixel] !== labels[pixel] && first - second > 2e-4) others++;
      }
      expect(largest).toBeLessThan(1e-4);
      expect(others).toBe(0);
      // Not one class everywhere, where nothing would be compared.
      expect(found.size).toBeGreaterThan(1);
    }
    predictor.dispose();
  });

  test('says how it is used', () => {
    const { multipleOf, margin, haloPx } = graphs.get(name)!;
    expect(metadata[`${name}.onnx`]).toMatchObject({
      ...{ brushfieldVersion: '1.2.3', run: name, network: file.network, sha256: 'ab', scaleMode: 'native' },
      ...{
        channels: file.input.channels,
        channelCount: `${file.input.count}`,
        intensity: file.input.intensity,
      },
      ...{ multipleOf: `${multipleOf}`, margin: `${margin}`, halo: `${haloPx}` },
    });
    expect(JSON.parse(metadata[`${name}.onnx`]!['classes']!)).toEqual(CLASSES);
  });
});
