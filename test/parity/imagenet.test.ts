import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { buildNetwork } from '../../src-main/engine/models/build.js';
import { tf, type Tensor } from '../../src-main/engine/tensorflow.js';
import { loadMatching, readWeights } from '../../src-main/engine/weights.js';
import { readKerasWeights, writeKerasWeights } from '../../src-main/interop/keras-h5.js';
import { decodeSafetensors } from '../../src-main/shared/safetensors.js';
import { runPython } from '../python.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { largestDifference } from './network-weights.js';

const SCRIPT = resolve(import.meta.dirname, '../python/keras_imagenet.py');

describeWithData('the ImageNet encoder', () => {
  test.each(['same', 'symmetric'] as const)(
    'loads by name as real Keras loads it, and sees the same in a micrograph (%s padding)',
    async (padding) => {
      const imagenet = sharedData('weights', 'mobilenet_1_0_224_tf_no_top.blocks0-11.h5');
      const folder = await mkdtemp(join(tmpdir(), 'imagenet-'));
      const { model } = buildNetwork({
        network: 'unet-mobilenet',
        classes: 2,
        channels: 3,
        seed: 2,
        padding,
      });
      try {
        const { loaded, skipped } = loadMatching(model, await readKerasWeights(imagenet));
        expect(loaded).toHaveLength(23 * 5);
        expect(skipped.every(({ name }) => /^(decoder\d_|logits)/.test(name))).toBe(true);

        const [ours, out] = [join(folder, 'ours.h5'), join(folder, 'out.safetensors')];
        const layers = model.layers.map(({ name }) => name);
        await writeKerasWeights(ours, readWeights(model), layers);
        const picture = sharedData('membrane', 'images', '0.png');
        await runPython(SCRIPT, [imagenet, ours, padding, picture, out]);
        const { tensors } = decodeSafetensors(await readFile(out));
        expect(tensors.get('changed')!.data[0]).toBe(0);

        const { shape, data } = tensors.get('input')!;
        const logits = tf.tidy(() => (model.apply(tf.tensor(data, shape)) as Tensor).dataSync());
        expect(largestDifference(logits as Float32Array, tensors.get('logits')!.data)).toBeLessThan(1e-4);
      } finally {
        model.dispose();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
