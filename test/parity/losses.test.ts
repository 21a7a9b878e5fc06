import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classWeightsOf, segmentationLoss, type LossOptions } from '../../src-main/engine/losses.js';
import '../../src-main/engine/operations.js';
import { tf, type Tensor } from '../../src-main/engine/tensorflow.js';
import { decodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';
import { runPython } from '../python.js';
import { relativeL2 } from './network-weights.js';

let folder: string;
let keras: Map<string, NamedTensor>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'losses-'));
  const out = join(folder, 'losses.safetensors');
  await runPython(resolve(import.meta.dirname, '../python/losses_reference.py'), [out]);
  keras = decodeSafetensors(await readFile(out)).tensors;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const NONE: LossOptions = { classWeights: null, focalGamma: 0, diceWeight: 0 };
const tensorOf = ({ shape, data }: NamedTensor): Tensor => tf.tensor(data, shape);

function lossAndGradient(options: LossOptions) {
  const logits = tensorOf(keras.get('logits')!);
  const labels = tf.cast(tensorOf(keras.get('labels')!), 'int32');
  const { value, grad } = tf.valueAndGrad((x: Tensor) => segmentationLoss(x, labels, options).objective)(
    logits,
  );
  return { loss: value.dataSync()[0]!, gradient: grad.dataSync() as Float32Array };
}

describe('the objective and its gradient equal those of Keras', () => {
  const weights = () => [...keras.get('weights')!.data];
  test.each<[string, () => LossOptions]>([
    ['cross_entropy', () => NONE],
    ['weighted', () => ({ ...NONE, classWeights: weights() })],
    ['focal', () => ({ ...NONE, focalGamma: 2 })],
    ['weighted_focal', () => ({ ...NONE, focalGamma: 2, classWeights: weights() })],
    ['with_dice', () => ({ ...NONE, diceWeight: 0.7 })],
  ])('%s', (name, options) => {
    const { loss, gradient } = lossAndGradient(options());
    expect(loss).toBeCloseTo(keras.get(`${name}/loss`)!.data[0]!, 5);
    const expected = keras.get(`${name}/gradient`)!;
    const seen = new Map([['gradient', { shape: expected.shape, data: gradient }]]);
    expect(relativeL2(seen, new Map([['gradient', expected]]))).toBeLessThan(1e-5);
  });
});

test('void pixels have no gradient at all', () => {
  const { gradient } = lossAndGradient({ classWeights: null, focalGamma: 1, diceWeight: 1 });
  keras.get('labels')!.data.forEach((label, pixel) => {
    if (label < 0) expect([...gradient.subarray(pixel * 4, pixel * 4 + 4)]).toEqual([0, 0, 0, 0]);
  });
});

test('a batch without a labelled pixel has loss 0 and no gradient', () => {
  const logits = tensorOf(keras.get('logits')!);
  const labels = tf.fill(logits.shape.slice(0, 3), -1, 'int32');
  const { value, grad } = tf.valueAndGrad(
    (x: Tensor) => segmentationLoss(x, labels, { ...NONE, focalGamma: 2 }).objective,
  )(logits);
  expect(value.dataSync()[0]).toBe(0);
  expect(Math.max(...grad.dataSync())).toBe(0);
});

test('the cross entropy that is reported stays unweighted', () => {
  const { crossEntropy } = segmentationLoss(
    tensorOf(keras.get('logits')!),
    tf.cast(tensorOf(keras.get('labels')!), 'int32'),
    { classWeights: [9, 9, 9, 9], focalGamma: 3, diceWeight: 2 },
  );
  expect(crossEntropy.dataSync()[0]).toBeCloseTo(keras.get('cross_entropy/loss')!.data[0]!, 5);
});

test('frequency weights are inverse roots of the frequencies and average to one over the pixels', () => {
  // By hand: frequencies .64, .36 and 0; roots .8 and .6; mean weight .64/.8 + .36/.6 = 1.4.
  const weights = classWeightsOf('frequency', [64, 36, 0])!;
  [1 / 0.8 / 1.4, 1 / 0.6 / 1.4, 0].forEach((expected, k) => expect(weights[k]).toBeCloseTo(expected, 12));
  expect(classWeightsOf('none', [1, 1])).toBeNull();
  expect(classWeightsOf('1,2.5', [1, 1])).toEqual([1, 2.5]);
});
