/** Steps in mixed precision and by XLA: near those in float32, and none that overflows changes anything. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Computation } from '../../../src-main/engine/compile/compiled-function.js';
import { LossScale } from '../../../src-main/engine/loss-scale.js';
import { buildNetwork } from '../../../src-main/engine/models/build.js';
import { Adam } from '../../../src-main/engine/optimiser.js';
import type { LayersModel } from '../../../src-main/engine/tensorflow.js';
import { TrainingStep } from '../../../src-main/engine/training-step.js';
import { readWeights } from '../../../src-main/engine/weights.js';
import { randomFor } from '../../../src-main/shared/random.js';

const SIZE = 32;
const models: LayersModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

/** Steps of unet-quick with tanh on one batch: gradients at the kinks of ReLU flip with rounding. */
function course(computation: Computation, lossScale?: LossScale) {
  const options = { network: 'unet-quick', classes: 2, channels: 1, seed: 5, activation: 'tanh' } as const;
  const { model } = buildNetwork(options);
  models.push(model);
  const loss = { classWeights: null, focalGamma: 0, diceWeight: 1 };
  const step = new TrainingStep(model, { batch: 2, size: SIZE, seed: 1 }, loss, {
    compiled: true,
    computation,
    ...(lossScale && { lossScale }),
  });
  const adam = new Adam(step.variables, {
    beta1: 0.9,
    beta2: 0.99,
    weightDecay: 0.02,
    clipNorm: 0,
    ema: 0.9,
  });
  const random = randomFor(3, 1);
  const x = Float32Array.from({ length: 2 * SIZE * SIZE }, () => random.normal());
  const batch = { x, y: Int32Array.from(x, (value) => (value > 0 ? 1 : 0)) };
  let taken = 0;
  return {
    take: () => {
      const { objective } = step.run(batch, adam, { step: taken++, rate: 1e-2 });
      expect(step.eagerBecause).toBeNull();
      return objective;
    },
    /** What a step may change, but for the statistics. */
    held: () => {
      step.pull();
      const trained = new Set(
        model.trainableWeights.map(({ originalName }) => originalName.split('/').at(-1)),
      );
      const weights = [...readWeights(model)].filter(([name]) => trained.has(name.split('/').at(-1)));
      const { first, second, average, step: counted } = adam.state();
      const values = [...weights.map(([, { data }]) => data), first, second, average!];
      return {
        counted,
        first,
        bytes: Buffer.concat(values.map((one) => new Uint8Array(one.slice().buffer))),
      };
    },
    end: () => {
      step.dispose();
      adam.dispose();
    },
  };
}

const relative = (a: Float32Array, b: Float32Array): number => {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  return norm(a.map((value, i) => value - b[i]!)) / norm(b);
};

const figuresOf = (computation: Computation) => {
  const { take, held, end } = course(computation);
  const loss = take();
  // After one step from nothing the first moment is a tenth of the gradient.
  const gradient = held().first;
  const later = Array.from({ length: 14 }, take).at(-1)!;
  end();
  return { loss, gradient, later };
};

// Numbers of 8 and 11 bits: 2⁻⁸ and 2⁻¹¹ at each of some forty operations.
test.each([
  { xla: false, precision: 'bfloat16', loss: 0.02, gradient: 0.1 },
  { xla: false, precision: 'float16', loss: 0.003, gradient: 0.02 },
  { xla: true, precision: 'float32', loss: 1e-5, gradient: 1e-3 },
] as const)(
  'XLA $xla, $precision: loss, gradient and course of float32',
  ({ loss, gradient, ...computation }) => {
    const exact = figuresOf({ xla: false, precision: 'float32' });
    const found = figuresOf(computation);
    expect(Math.abs(found.loss - exact.loss) / exact.loss).toBeLessThan(loss);
    expect(relative(found.gradient, exact.gradient)).toBeLessThan(gradient);
    expect(exact.later).toBeLessThan(exact.loss / 2);
    expect(Math.abs(found.later - exact.later)).toBeLessThan(0.1 * exact.loss);
  },
);

describe('float16', () => {
  test('a step whose gradients overflow changes nothing and does not count; the scale is halved until they fit', () => {
    const scale = new LossScale(2 ** 40, 3);
    const { take, held, end } = course({ xla: false, precision: 'float16' }, scale);
    const before = held();
    let skipped = 0;
    for (let value = scale.value; ; value = scale.value) {
      const loss = take();
      expect(Number.isFinite(loss)).toBe(true);
      if (scale.value === value) break;
      expect(scale.value).toBe(value / 2);
      skipped++;
      expect(skipped).toBeLessThan(40);
      const now = held();
      expect(now.counted).toBe(0);
      expect(now.bytes.equals(before.bytes)).toBe(true);
    }
    expect(skipped).toBeGreaterThan(3);
    const after = held();
    expect(after.counted).toBe(1);
    expect(after.bytes.equals(before.bytes)).toBe(false);
    // Two more finite ones, and it grows again.
    const fitting = scale.value;
    take();
    take();
    expect(scale.value).toBe(2 * fitting);
    end();
  });

  test('the scale stays between 1 and 2²⁴', () => {
    const scale = new LossScale(2 ** 23, 1);
    scale.settle(true);
    scale.settle(true);
    expect(scale.value).toBe(2 ** 24);
    for (let i = 0; i < 30; i++) scale.settle(false);
    expect(scale.value).toBe(1);
  });
});
