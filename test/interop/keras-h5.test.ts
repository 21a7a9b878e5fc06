import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readKerasWeights, writeKerasWeights } from '../../src-main/interop/keras-h5.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { randomFor } from '../../src-main/shared/random.js';
import { decodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';
import { runPython } from '../python.js';
import { describeWithData, sharedData } from '../shared-data.js';

const SCRIPT = resolve(import.meta.dirname, '../python/keras_weight_files.py');
const LAYERS = ['input', 'conv1', 'conv1_bn', 'conv1_relu', 'conv_dw_1', 'conv_dw_1_bn', 'logits', 'score'];

let folder: string;
let truth: Map<string, NamedTensor>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keras-h5-'));
  await runPython(SCRIPT, ['write', folder]);
  truth = decodeSafetensors(await readFile(join(folder, 'truth.safetensors'))).tensors;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const sorted = (tensors: ReadonlyMap<string, NamedTensor>) =>
  [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));

async function codeOf(result: Promise<unknown>): Promise<string> {
  const error: unknown = await result.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(isAppError(error), String(error)).toBe(true);
  return isAppError(error) ? `${error.code}: ${error.message}` : '';
}

describe('reading what Keras writes', () => {
  test.each(['small.h5', 'model.h5', 'small.weights.h5', 'chunked.h5', 'big_endian.h5'])(
    '%s gives every weight by layer and name, bit for bit',
    async (name) => {
      expect(sorted(await readKerasWeights(join(folder, name)))).toEqual(sorted(truth));
    },
  );

  test('the names of Keras 1 become those of today', async () => {
    const expected = new Map(truth);
    expected.delete('conv_dw_1/depthwise_kernel');
    expect(sorted(await readKerasWeights(join(folder, 'keras1.h5')))).toEqual(sorted(expected));
  });

  test('bytes are read as the file is', async () => {
    const bytes = await readFile(join(folder, 'small.h5'));
    expect(sorted(await readKerasWeights(bytes))).toEqual(sorted(truth));
  });
});

describe('writing for Keras', () => {
  test('real Keras loads the file by position and by name, bit for bit', async () => {
    const path = join(folder, 'ours.h5');
    await writeKerasWeights(path, new Map([...truth].reverse()), LAYERS);
    await runPython(SCRIPT, ['read', path, join(folder, 'seen.safetensors')]);
    const seen = decodeSafetensors(await readFile(join(folder, 'seen.safetensors'))).tensors;
    expect(sorted(seen)).toEqual(sorted(truth));
    expect(sorted(await readKerasWeights(path))).toEqual(sorted(truth));
  }, 60_000);

  test('a name from which Keras 3 expects another layout is refused', async () => {
    expect(await codeOf(writeKerasWeights(join(folder, 'a.weights.h5'), truth, LAYERS))).toMatch(/^usage/);
  });

  test('a path below a file is refused and nothing is left behind', async () => {
    await writeFile(join(folder, 'file'), '');
    const before = await readdir(folder);
    expect(await codeOf(writeKerasWeights(join(folder, 'file', 'a.h5'), truth, LAYERS))).toMatch(/^disk/);
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('files that cannot be used', () => {
  test('a missing file is not found', async () => {
    expect(await codeOf(readKerasWeights(join(folder, 'none.h5')))).toMatch(/^not-found/);
  });

  test('an empty file, text, a cut file and a .keras archive are bad models, with a way out', async () => {
    const whole = await readFile(join(folder, 'small.h5'));
    const archive = await readFile(join(folder, 'small.keras'));
    for (const bytes of [new Uint8Array(0), Buffer.from('weights'), whole.subarray(0, 9000), archive])
      expect(await codeOf(readKerasWeights(bytes))).toMatch(/^bad-model: .*save_weights/);
  });

  test('16-bit weights are refused by name', async () => {
    expect(await codeOf(readKerasWeights(join(folder, 'half.h5')))).toMatch(
      /^bad-model: .*conv1\/kernel as 16-bit/,
    );
  });

  test('an HDF5 file of something else is refused', async () => {
    const path = join(folder, 'empty-model.h5');
    await writeKerasWeights(path, new Map(), []);
    expect(await codeOf(readKerasWeights(path))).toMatch(/^bad-model: .*without Keras weights/);
  });

  test('damaged bytes give weights or a bad model, never anything else, and the next file reads well', async () => {
    const whole = await readFile(join(folder, 'small.h5'));
    for (let trial = 0; trial < 100; trial++) {
      const random = randomFor(7, trial);
      const bytes = Uint8Array.from(whole);
      for (let hit = 0; hit < 12; hit++) bytes[random.integer(bytes.length)] = random.integer(256);
      const result = await readKerasWeights(bytes).catch((error: unknown) => error);
      if (!(result instanceof Map)) expect(isAppError(result), String(result)).toBe(true);
    }
    expect(sorted(await readKerasWeights(whole))).toEqual(sorted(truth));
  });
});

describeWithData('ImageNet weights of MobileNet', () => {
  test('the encoder comes out with the shapes of keras.applications', async () => {
    const weights = await readKerasWeights(
      sharedData('weights', 'mobilenet_1_0_224_tf_no_top.blocks0-11.h5'),
    );
    expect(weights.get('conv1/kernel')?.shape).toEqual([3, 3, 3, 32]);
    expect(weights.get('conv_dw_1/depthwise_kernel')?.shape).toEqual([3, 3, 32, 1]);
    expect(weights.get('conv_pw_11/kernel')?.shape).toEqual([1, 1, 512, 512]);
    expect(weights.get('conv_pw_11_bn/moving_variance')?.shape).toEqual([512]);
    const values = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    // 1,627,840 in its README: the trainable ones and the moving statistics.
    expect(values).toBe(1_627_840);
  });

  test('a cut copy is refused', async () => {
    const bytes = await readFile(sharedData('weights', 'mobilenet_1_0_224_tf_no_top.blocks0-11.h5'));
    const path = join(folder, 'cut.h5');
    await writeFile(path, bytes.subarray(0, 300_000));
    expect(await codeOf(readKerasWeights(path))).toMatch(/^bad-model: cut.h5 is damaged/);
  });
});
