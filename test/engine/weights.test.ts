import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import type { LayersModel } from '../../src-main/engine/tensorflow.js';
import { loadMatching, readWeights, writeWeights } from '../../src-main/engine/weights.js';
import { decodeSafetensors, encodeSafetensors } from '../../src-main/shared/safetensors.js';
import { NETWORKS } from '../../src-main/shared/settings.js';

let model: LayersModel;
beforeEach(() => {
  model = buildNetwork({ network: 'unet-mini', classes: 2, channels: 3, seed: 1 }).model;
});
afterEach(() => model.dispose());

const mini = (classes: number, seed: number) =>
  buildNetwork({ network: 'unet-mini', classes, channels: 3, seed }).model;

test.each([
  ['unet-quick', 1, 882_824],
  ['unet-mini', 3, 471_586],
] as const)('%s with %i channels and two classes has %i parameters', (network, channels, parameters) => {
  const built = buildNetwork({ network, classes: 2, channels, seed: 1 }).model;
  expect(built.countParams()).toBe(parameters);
  built.dispose();
});

test.each(NETWORKS)('%s starts with weights that depend on the seed alone', (network) => {
  const weightsOf = (seed: number) => {
    const built = buildNetwork({ network, classes: 2, channels: 1, seed }).model;
    const weights = readWeights(built);
    built.dispose();
    return weights;
  };
  const first = weightsOf(3);
  const again = weightsOf(3);
  for (const [name, { data }] of first)
    expect(Buffer.compare(Buffer.from(again.get(name)!.data.buffer), Buffer.from(data.buffer))).toBe(0);
  const other = weightsOf(4);
  // No two kernels of one size are alike either.
  const kernels = [...first].filter(([name]) => name.endsWith('kernel'));
  for (const [name, { data }] of kernels)
    expect(other.get(name)!.data.subarray(0, 8)).not.toEqual(data.subarray(0, 8));
  expect(new Set(kernels.map(([, { data }]) => data.subarray(0, 8).join())).size).toBe(kernels.length);
});

test('weights that went through a file are the same to the last bit', () => {
  const weights = readWeights(model);
  const other = mini(2, 9);
  writeWeights(other, decodeSafetensors(encodeSafetensors({ tensors: weights, metadata: {} })).tensors);
  expect(readWeights(other)).toEqual(weights);
  other.dispose();
});

describe('weights of another model', () => {
  test('are loaded where name and shape fit, and every other weight of the network is reported with its reason', () => {
    const pretrained = mini(5, 2);
    const given = readWeights(pretrained);
    given.delete('block2_conv1/kernel');
    given.set('unknown/kernel', { shape: [1], data: Float32Array.of(1) });
    const before = readWeights(model);
    const report = loadMatching(model, given);
    expect(report.skipped).toEqual([
      { name: 'block2_conv1/kernel', reason: 'is not in the file' },
      { name: 'logits/kernel', reason: 'is 1 × 1 × 32 × 5 there and 1 × 1 × 32 × 2 here' },
      { name: 'logits/bias', reason: 'is 5 there and 2 here' },
    ]);
    expect([...report.loaded, ...report.skipped.map(({ name }) => name)].sort()).toEqual(
      [...before.keys()].sort(),
    );
    const after = readWeights(model);
    for (const name of report.loaded) expect(after.get(name)).toEqual(given.get(name));
    for (const { name } of report.skipped) expect(after.get(name)).toEqual(before.get(name));
    pretrained.dispose();
  });

  test('are refused as a whole where all of them are needed', () => {
    const given = readWeights(mini(2, 2));
    given.delete('logits/bias');
    expect(() => writeWeights(model, given)).toThrow(
      expect.objectContaining({
        code: 'bad-model',
        message: 'The weights do not fit the network: logits/bias is not in the file.',
      }) as Error,
    );
  });
});
