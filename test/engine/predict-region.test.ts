/** A part of an image predicted alone equals the same part of the whole prediction. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkPixels } from '../../src-main/engine/pixel-model.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { largestDifference, modelFile, noisyPicture, tiledCase, type TiledCase } from './tiled-case.js';

const WIDTH = 517;
const HEIGHT = 333;

describe('a part', () => {
  let given: TiledCase;
  beforeAll(() => {
    given = tiledCase('unet-quick');
  });
  afterAll(() => given.network.model.dispose());

  const cut = (values: Float32Array, region: { x: number; y: number; width: number; height: number }) =>
    Float32Array.from({ length: region.width * region.height * 2 }, (_, i) => {
      const pixel = i >> 1;
      const [x, y] = [region.x + (pixel % region.width), region.y + Math.floor(pixel / region.width)];
      return values[2 * (y * WIDTH + x) + (i & 1)]!;
    });

  test.each(['native', 'letterbox'] as const)(
    'of a %s prediction is that of the whole',
    async (scaleMode) => {
      const file = { ...modelFile('unet-quick'), scaleMode };
      const predictor = new Predictor(networkPixels(given.network, file), file);
      // Brighter on one side: mapped by its own intensities a part would come out otherwise.
      const image = noisyPicture(WIDTH, HEIGHT);
      for (let i = 0; i < image.data.length; i++) image.data[i] = image.data[i]! * ((i % WIDTH) / WIDTH);
      const { values } = await predictor.probabilities(image);
      for (const region of [
        { x: 0, y: 0, width: 64, height: 50 },
        { x: 200, y: 101, width: 129, height: 77 },
        { x: 453, y: 300, width: 64, height: 33 },
        { x: 0, y: 0, width: WIDTH, height: HEIGHT },
      ]) {
        const part = await predictor.predict(image, { region, probabilities: true });
        expect([part.width, part.height]).toEqual([region.width, region.height]);
        expect(largestDifference(part.probabilities!, cut(values, region))).toBeLessThan(1e-5);
      }
    },
  );

  test('outside the image is refused', async () => {
    const region = { x: 500, y: 0, width: 18, height: 10 };
    await expect(given.predictor.predict(noisyPicture(WIDTH, HEIGHT), { region })).rejects.toThrow(
      RangeError,
    );
  });
});
