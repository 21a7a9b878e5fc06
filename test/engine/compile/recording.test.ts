/** What is in the graph of a training step. */
import { afterEach, describe, expect, test } from 'vitest';
import {
  arithmeticOf,
  recordFunctions,
  type RecordedFunction,
} from '../../../src-main/engine/compile/recording.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import { Adam } from '../../../src-main/engine/optimiser.js';
import type { LayersModel } from '../../../src-main/engine/tensorflow.js';
import { TrainingStep } from '../../../src-main/engine/training-step.js';

const models: LayersModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

const SIZE = 32;

/** The graph of a step of one crop. */
function graphOf(given: Partial<Parameters<typeof buildNetwork>[0]>) {
  const { model } = buildNetwork({ network: 'unet-mobilenet', classes: 2, channels: 3, seed: 1, ...given });
  models.push(model);
  const loss = { classWeights: null, focalGamma: 0, diceWeight: 1 };
  const step = new TrainingStep(model, { batch: 1, size: SIZE, seed: 1 }, loss, { compiled: true });
  const adam = new Adam(step.variables, {
    beta1: 0.9,
    beta2: 0.99,
    weightDecay: 0.01,
    clipNorm: 1,
    ema: 0.9,
  });
  const channels = given.channels ?? 3;
  const batch = { x: new Float32Array(SIZE * SIZE * channels), y: new Int32Array(SIZE * SIZE) };
  const [recorded] = recordFunctions(() => void step.run(batch, adam, { step: 0, rate: 1e-3 }));
  step.dispose();
  adam.dispose();
  return { recorded: recorded!, model };
}

/** How many operations of each kind the function has. */
function counts({ operations, body }: RecordedFunction): Record<string, number> {
  const found: Record<string, number> = {};
  for (const index of body) {
    const { type } = operations[index]!;
    found[type] = (found[type] ?? 0) + 1;
  }
  return found;
}

describe('a frozen encoder costs nothing', () => {
  test('none of its gradients is in the graph, all of them are without freezing', () => {
    const [free, frozen] = [graphOf({}), graphOf({ freezeEncoder: true })];
    const [all, fewer] = [counts(free.recorded), counts(frozen.recorded)];
    const kernels = (encoder: boolean, depthwise: boolean) =>
      free.model.layers.filter(
        ({ name, weights }) =>
          weights.some(({ shape }) => shape.length === 4) &&
          /^conv/.test(name) === encoder &&
          /^conv_dw/.test(name) === depthwise,
      ).length;
    // Eleven depthwise convolutions and twelve others before a decoder of five and the logits.
    expect([kernels(true, true), kernels(true, false), kernels(false, false)]).toEqual([11, 12, 6]);

    expect(all).toMatchObject({
      // What is doubled before a convolution, alone in one decoder's stage and beside an encoder's in three, has a transposed
      // convolution of its own, whose gradient is a convolution.
      Conv2D: 17 + 4,
      Conv2DBackpropFilter: 17 + 4,
      // The picture needs no gradient.
      Conv2DBackpropInput: 16 + 4,
      DepthwiseConv2dNative: 11,
      DepthwiseConv2dNativeBackpropFilter: 11,
      DepthwiseConv2dNativeBackpropInput: 11,
      Relu6Grad: 23,
      FusedBatchNormGradV3: 28,
    });
    expect(fewer).toMatchObject({
      Conv2D: 17 + 4,
      Conv2DBackpropFilter: 5 + 4,
      // What comes from the encoder needs none, also beside what the decoder doubled: only the input of the logits does.
      Conv2DBackpropInput: 1 + 4,
      DepthwiseConv2dNative: 11,
      FusedBatchNormGradV3: 5,
    });
    for (const gone of [
      'DepthwiseConv2dNativeBackpropFilter',
      'DepthwiseConv2dNativeBackpropInput',
      'Relu6Grad',
    ])
      expect(fewer[gone], gone).toBeUndefined();
  });

  test('its weights are read and never written, and the optimiser keeps no moments for them', () => {
    const { recorded, model } = graphOf({ freezeEncoder: true });
    const frozen = model.layers.filter(({ name }) => /^conv/.test(name)).flatMap(({ weights }) => weights);
    expect(frozen.length).toBeGreaterThan(100);
    const writes = recorded.body.filter((index) =>
      /^(Assign|ResourceApply)/.test(recorded.operations[index]!.type),
    );
    const written = new Set(
      writes.map((index) => {
        const { inputs } = recorded.operations[index]!;
        return (inputs[0] as readonly [number, number])[0];
      }),
    );
    const reads = recorded.body.filter((index) => recorded.operations[index]!.type === 'ReadVariableOp');
    const read = new Set(
      reads.map((index) => (recorded.operations[index]!.inputs[0] as readonly [number, number])[0]),
    );
    // And the vector that says which parameters decay.
    expect([...read].filter((variable) => !written.has(variable))).toHaveLength(frozen.length + 1);
    const trained = model.trainableWeights.reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a! * b!, 1)!,
      0,
    );
    const update = recorded.body
      .map((index) => recorded.operations[index]!)
      .find(({ type }) => type === 'ResourceApplyAdam')!;
    const [gradient, output] = update.inputs.at(-1) as readonly [number, number];
    expect(recorded.operations[gradient]!.outputs[output]!.shape).toEqual([trained]);
  });
});

test('operations of a step are counted as they are on paper', () => {
  const { recorded } = graphOf({ network: 'unet-mini', channels: 1, dropout: 0 });
  const at = (side: number, ...pairs: [number, number, number?][]) =>
    pairs.reduce((sum, [from, to, kernel = 3]) => sum + 2 * side * side * kernel * kernel * from * to, 0);
  const first = at(SIZE, [1, 32]);
  const rest =
    at(SIZE, [32, 32], [32, 32], [32, 32], [32, 2, 1]) +
    at(SIZE / 2, [32, 64], [64, 64], [64, 64], [64, 64]) +
    at(SIZE / 4, [64, 128], [128, 128]) +
    // Channels that are doubled: 4 × 4 products before it for 9 at each of four pixels after it.
    at(SIZE / 2, [64, 32, 4]) +
    at(SIZE / 4, [128, 64, 4]);
  // Forward, gradient of the weights and, but for the first, of the input; the norm of the gradient is no product.
  expect(arithmeticOf(recorded)).toBe(2 * first + 3 * rest);
});
