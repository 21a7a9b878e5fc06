import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { encodeNpy } from '../../../src-main/core/npy.js';
import { FeatureBank, FEATURES_A_CHANNEL, featureNames } from '../../../src-main/engine/live/features.js';
import { tf } from '../../../src-main/engine/tensorflow.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { runPython } from '../../python.js';

const random = randomFor(1, 2);
/** Coarse and fine structure, two channels of unlike brightness, more sides than any blur's radius and fewer. */
const imageOf = (width: number, height: number) => ({
  width,
  height,
  channels: 2,
  values: Float32Array.from({ length: width * height * 2 }, (_, i) => {
    const [x, y] = [(i >> 1) % width, Math.floor((i >> 1) / width)];
    return (i % 2 ? 3 : 1) * (Math.sin(x / 7) * Math.cos(y / 11) + 0.3 * random.normal());
  }),
});

const shapes = [
  [150, 97],
  [23, 9],
] as const;

test.each(shapes)(
  'features of %i × %i pixels equal those of SciPy and scikit-image',
  async (width, height) => {
    const folder = await mkdtemp(join(tmpdir(), 'features-'));
    const image = imageOf(width, height);
    const bank = new FeatureBank();
    try {
      await writeFile(join(folder, 'image.npy'), encodeNpy(image.values, [height, width, 2]));
      await runPython(resolve(import.meta.dirname, '../../python/live_features.py'), [folder]);
      const file = await readFile(join(folder, 'features.npy'));
      const count = 2 * FEATURES_A_CHANNEL * height * width;
      const bytes = file.subarray(file.length - 4 * count);
      const wanted = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * count));
      const features = bank.of(image, { x: 0, y: 0, width, height });
      expect(features.shape).toEqual([2 * FEATURES_A_CHANNEL, height * width]);
      const found = features.dataSync() as Float32Array;
      features.dispose();
      expect(worstByFeature(found, wanted, height * width)).toEqual({});
    } finally {
      bank.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  },
);

test('a part of an image has the features that it has in the whole', () => {
  const image = imageOf(260, 210);
  const bank = new FeatureBank();
  const whole = bank.of(image, { x: 0, y: 0, width: 260, height: 210 });
  const part = { x: 100, y: 90, width: 40, height: 30 };
  const own = bank.of(image, part);
  const cut = tf.tidy(() =>
    tf.reshape(
      tf.slice(tf.reshape(whole, [-1, 210, 260]), [0, part.y, part.x], [-1, part.height, part.width]),
      own.shape,
    ),
  );
  const worst = tf.tidy(() => tf.max(tf.abs(tf.sub(cut, own))).dataSync()[0]!);
  tf.dispose([whole, own, cut]);
  bank.dispose();
  expect(worst).toBeLessThan(2e-3);
  expect(tf.memory().numTensors).toBe(0);
});

/** Names and errors of features that are off by more than rounding, relative to how much they vary. */
function worstByFeature(found: Float32Array, wanted: Float32Array, pixels: number): Record<string, number> {
  const names = featureNames();
  const worst: Record<string, number> = {};
  for (let row = 0; row < wanted.length / pixels; row++) {
    const reference = wanted.subarray(row * pixels, (row + 1) * pixels);
    const spread = Math.max(...reference) - Math.min(...reference);
    let error = 0;
    reference.forEach((value, i) => (error = Math.max(error, Math.abs(found[row * pixels + i]! - value))));
    // The root of a difference of nearly equal numbers keeps half of their digits.
    if (!(error < 1e-3 * spread + 1e-3)) worst[`${names[row % names.length]!}`] = error;
  }
  return worst;
}
