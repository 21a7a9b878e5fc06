/**
 * Our networks, losses, gradients, statistics and optimiser against Keras 3 on TensorFlow, from the same weights and the
 * same batch. Weights go over as .h5 and come back as .h5. Dropout is off.
 *
 * Gradients of the networks with BatchNorm are compared with tanh in place of ReLU and ReLU6 on both sides: rounding
 * flips values at the kinks of ReLU6, and BatchNorm spreads each flip over its channel, so that even two builds of
 * TensorFlow differ by some per cent there.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { segmentationLoss, type LossOptions } from '../../src-main/engine/losses.js';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import { Adam, type AdamOptions } from '../../src-main/engine/optimiser.js';
import { tf, type LayersModel, type Tensor } from '../../src-main/engine/tensorflow.js';
import { TrainingStep } from '../../src-main/engine/training-step.js';
import { readWeights, writeWeights } from '../../src-main/engine/weights.js';
import { readKerasWeights, writeKerasWeights } from '../../src-main/interop/keras-h5.js';
import type { ActivationName } from '../../src-main/shared/network-graph.js';
import { randomFor } from '../../src-main/shared/random.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';
import type { NetworkName } from '../../src-main/shared/settings.js';
import { runPython } from '../python.js';
import { frozenProbabilities } from './frozen-probabilities.js';
import { largestDifference, livenWeights, relativeL2, trainableNames } from './network-weights.js';

type Tensors = Map<string, NamedTensor>;

interface Case {
  name: string;
  network: NetworkName;
  channels: number;
  padding: 'same' | 'symmetric';
  /** Instead of the network's own. */
  activation: ActivationName | null;
  momentum: number;
  dice: number;
  /** Whether gradients and what follows from them are comparable; see above. */
  smooth: boolean;
  recipe: 'tutorial' | 'quick';
  freeze?: boolean;
  width?: number;
  depth?: number;
}

interface Pair {
  x: Tensor;
  y: Tensor;
}

const CLASSES = 3;
const SIZE = 64;
const LEARNING_RATE = 1e-3;
const RECIPES: Record<Case['recipe'], AdamOptions> = {
  tutorial: { beta1: 0.9, beta2: 0.999, weightDecay: 0, clipNorm: 0, ema: 0 },
  quick: { beta1: 0.9, beta2: 0.99, weightDecay: 0.02, clipNorm: 0.5, ema: 0.98 },
};

const mini = { network: 'unet-mini', channels: 3, padding: 'same', momentum: 0.9, dice: 0 } as const;
const mobile = { network: 'unet-mobilenet', channels: 3, momentum: 0.99, dice: 0 } as const;
const quick = { network: 'unet-quick', channels: 1, padding: 'same', momentum: 0.9, dice: 1 } as const;
const OWN = { activation: null, smooth: false, recipe: 'tutorial' } as const;
const SMOOTH = { activation: 'tanh', smooth: true, recipe: 'tutorial' } as const;

const CASES: Case[] = [
  { name: 'unet-mini', ...mini, ...OWN, smooth: true },
  { name: 'unet-mobilenet', ...mobile, padding: 'same', ...OWN },
  { name: 'unet-mobilenet smooth', ...mobile, padding: 'same', ...SMOOTH },
  { name: 'unet-mobilenet frozen', ...mobile, padding: 'same', ...SMOOTH, freeze: true },
  { name: 'unet-mobilenet symmetric', ...mobile, padding: 'symmetric', ...OWN },
  { name: 'unet-mobilenet symmetric smooth', ...mobile, padding: 'symmetric', ...SMOOTH },
  { name: 'unet-quick', ...quick, ...OWN },
  { name: 'unet-quick smooth', ...quick, ...SMOOTH },
  { name: 'unet-quick, narrower and deeper, smooth', ...quick, ...SMOOTH, width: 0.75, depth: 4 },
  { name: 'unet-quick smooth with its recipe', ...quick, ...SMOOTH, recipe: 'quick' },
];

let folder: string;
const ours = new Map<string, LayersModel>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
  for (const given of CASES) {
    const model = build(given);
    ours.set(given.name, model);
    const layers = model.layers.map(({ name }) => name);
    await writeKerasWeights(join(folder, `${given.name}.h5`), readWeights(model), layers);
    const batch = encodeSafetensors({ tensors: batchOf(given), metadata: {} });
    await writeFile(join(folder, `${given.name}.batch.safetensors`), batch);
  }
  const cases = CASES.map(({ recipe, ...given }) => {
    const { beta1, beta2, weightDecay, clipNorm, ema } = RECIPES[recipe];
    const optimizer = {
      learning_rate: LEARNING_RATE,
      beta_1: beta1,
      beta_2: beta2,
      weight_decay: weightDecay,
      clip_norm: clipNorm,
      ema,
    };
    return { ...given, classes: CLASSES, optimizer };
  });
  await writeFile(join(folder, 'cases.json'), JSON.stringify(cases));
  const script = resolve(import.meta.dirname, '../python/keras_training.py');
  await runPython(script, [folder, join(folder, 'cases.json')]);
}, 300_000);

afterAll(async () => {
  ours.forEach((model) => model.dispose());
  await rm(folder, { recursive: true, force: true });
});

function build(given: Case): LayersModel {
  const { network, channels, padding, activation, momentum, freeze, width, depth } = given;
  const options = {
    classes: CLASSES,
    channels,
    seed: 5,
    dropout: 0,
    bnMomentum: momentum,
    freezeEncoder: freeze ?? false,
    ...(width && { width }),
    ...(depth && { depth }),
  };
  const { model } = buildNetwork({ network, padding, ...options, ...(activation ? { activation } : {}) });
  livenWeights(model, 11);
  return model;
}

/** Two pictures with smooth structure and noise, three classes, a fifth of the pixels void. */
function batchOf({ channels }: Case): Tensors {
  const random = randomFor(3, channels);
  const x = Float32Array.from(
    { length: 2 * SIZE * SIZE * channels },
    (_, i) => Math.sin(i / 97) + 0.5 * random.normal(),
  );
  const y = Float32Array.from({ length: 2 * SIZE * SIZE }, () =>
    random.chance(0.2) ? -1 : random.integer(CLASSES),
  );
  return new Map([
    ['x', { shape: [2, SIZE, SIZE, channels], data: x }],
    ['y', { shape: [2, SIZE, SIZE], data: y }],
  ]);
}

const tensorOf = ({ shape, data }: NamedTensor): Tensor => tf.tensor(data, shape);

const infer = (model: LayersModel, x: Tensor): Float32Array =>
  tf.tidy(() => (model.apply(x, { training: false }) as Tensor).dataSync() as Float32Array);

const softmax = (logits: NamedTensor): Float32Array =>
  tf.tidy(() => tf.softmax(tensorOf(logits)).dataSync() as Float32Array);

/** One forward and backward pass in training mode; moves the statistics once. */
function backward(model: LayersModel, { x, y }: Pair, loss: LossOptions) {
  const { variables } = trainingStep(model, loss);
  let logits = new Float32Array();
  const { value, grads } = tf.variableGrads(() => {
    const output = model.apply(x, { training: true }) as Tensor;
    logits = output.dataSync() as Float32Array<ArrayBuffer>;
    return segmentationLoss(output, y, loss).objective.asScalar();
  }, [...variables]);
  const names = trainableNames(model);
  const gradients: Tensors = new Map(
    variables.map(({ name, shape }, i) => [
      names[i]!,
      { shape, data: grads[name]!.dataSync() as Float32Array },
    ]),
  );
  const scalar = value.dataSync()[0]!;
  tf.dispose([value, grads]);
  return { logits, loss: scalar, gradients };
}

const trainingStep = (model: LayersModel, loss: LossOptions) =>
  new TrainingStep(model, { batch: 2, size: SIZE, seed: 1 }, loss);

/** Three steps as training takes them. The caller disposes the optimiser. */
function train(model: LayersModel, given: Case): Adam {
  const batch = batchOf(given);
  const step = trainingStep(model, lossOf(given));
  const adam = new Adam(step.variables, RECIPES[given.recipe]);
  const crops = { x: batch.get('x')!.data, y: Int32Array.from(batch.get('y')!.data) };
  for (let count = 0; count < 3; count++) step.run(crops, adam, { step: count, rate: LEARNING_RATE });
  step.pull();
  return adam;
}

const lossOf = ({ dice }: Case): LossOptions => ({ classWeights: null, focalGamma: 0, diceWeight: dice });

const withPrefix = (tensors: Tensors, prefix: string, keep = (_: string) => true): Tensors =>
  new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(`${prefix}/`) && keep(name))
      .map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
  );
const isStatistic = (name: string) => name.includes('/moving_');

describe.each(CASES)('$name', (given) => {
  let keras: Tensors;
  let model: LayersModel;
  let pair: Pair;
  let initial: Tensors;

  beforeAll(async () => {
    keras = decodeSafetensors(await readFile(join(folder, `${given.name}.keras.safetensors`))).tensors;
    model = ours.get(given.name)!;
    const batch = batchOf(given);
    pair = { x: tensorOf(batch.get('x')!), y: tf.cast(tensorOf(batch.get('y')!), 'int32') };
    initial = readWeights(model);
  });
  beforeEach(() => writeWeights(model, initial));
  afterAll(() => tf.dispose([pair.x, pair.y]));

  test('gives the logits of Keras in inference mode', () => {
    expect(largestDifference(infer(model, pair.x), keras.get('inference')!.data)).toBeLessThan(1e-4);
  });

  test('gives logits, loss and moving statistics of Keras in training mode', () => {
    const { logits, loss } = backward(model, pair, lossOf(given));
    // Dozens of ReLU6 and BatchNorm over few values amplify rounding: there Keras with its batch in another order is
    // the judge of what equal means.
    const limit = given.smooth ? 1e-4 : Math.max(1e-4, 4 * keras.get('reordering')!.data[0]!);
    expect(largestDifference(logits, keras.get('logits')!.data)).toBeLessThan(limit);
    expect(loss).toBeCloseTo(keras.get('loss')!.data[0]!, 5);
    const statistics = withPrefix(keras, 'first', isStatistic);
    if (given.network === 'unet-mini') expect(statistics.size).toBe(0);
    else expect(relativeL2(readWeights(model), statistics)).toBeLessThan(1e-5);
  });

  if (given.smooth)
    test('gives the gradients of Keras, and its weights after three steps of Adam', () => {
      const { gradients } = backward(model, pair, lossOf(given));
      const expected = withPrefix(keras, 'gradient');
      expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
      expect(relativeL2(gradients, expected)).toBeLessThan(1e-4);

      writeWeights(model, initial);
      const adam = train(model, given);
      const last = withPrefix(keras, 'last');
      expect(relativeL2(readWeights(model), last)).toBeLessThan(1e-3);
      // Against what three steps changed, which is a hundredth of the weights.
      expect(relativeL2(changes(readWeights(model), initial), changes(last, initial))).toBeLessThan(2e-2);
      adam.dispose();
    });

  if (given.recipe === 'quick')
    test("averages the weights as the recipe's program does", async () => {
      const adam = train(model, given);
      await adam.withAverage(() => {
        const average = withPrefix(keras, 'average');
        expect(relativeL2(readWeights(model), average)).toBeLessThan(1e-3);
        expect(relativeL2(changes(readWeights(model), initial), changes(average, initial))).toBeLessThan(
          2e-2,
        );
      });
      adam.dispose();
    });

  if (given.freeze)
    test('leaves weights and statistics of the frozen encoder as they are', () => {
      train(model, given).dispose();
      const after = readWeights(model);
      const encoder = [...after.keys()].filter((name) => name.startsWith('conv'));
      expect(encoder).toHaveLength(23 * 5);
      for (const name of encoder) expect(after.get(name)!.data).toEqual(initial.get(name)!.data);
    });

  test.each(['h5', 'weights.h5'])('reads back what Keras trained from its .%s', async (ending) => {
    writeWeights(model, await readKerasWeights(join(folder, `${given.name}.after.${ending}`)));
    expect(relativeL2(readWeights(model), withPrefix(keras, 'last'))).toBe(0);
    const after = keras.get('after')!;
    expect(largestDifference(infer(model, pair.x), after.data)).toBeLessThan(1e-4);
    expect(largestDifference(frozenProbabilities(model, pair.x, CLASSES), softmax(after))).toBeLessThan(1e-5);
  });
});

/** What training added to the weights. */
const changes = (after: Tensors, before: Tensors): Tensors =>
  new Map(
    [...after].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value, i) => value - before.get(name)!.data[i]!) },
    ]),
  );
