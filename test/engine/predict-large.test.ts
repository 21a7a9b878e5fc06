/** Images that are read in parts: the same input to the last bit, and the same labels as those of the whole image. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partToInput, toInput, type InputMapping } from '../../src-main/engine/intensity.js';
import { networkPixels } from '../../src-main/engine/pixel-model.js';
import { Predictor } from '../../src-main/engine/predict.js';
import { mapsOfRows } from '../../src-main/engine/plane-figures.js';
import { predictLarge } from '../../src-main/engine/predict-large.js';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { encodeGrey16Png, encodeGreyPng, encodeRgbPng } from '../../src-main/pixels/png.js';
import { cut } from '../../src-main/pixels/regions.js';
import type { PredictedRows } from '../../src-main/shared/engine-api.js';
import { randomFor } from '../../src-main/shared/random.js';
import { encodeFloatTiff } from './float-tiff.js';
import { temporaryFolder } from './synthetic-run.js';
import { tiledCase, modelFile, noisyPicture } from './tiled-case.js';

const WIDTH = 150;
const HEIGHT = 210;
const PIXELS = WIDTH * HEIGHT;

/** Files of each kind of pixels; values no sum of which is exact in floats. */
async function files() {
  const folder = await temporaryFolder();
  const random = randomFor(5, 5);
  const size = { width: WIDTH, height: HEIGHT };
  const grey = noisyPicture(WIDTH, HEIGHT).data as Uint8Array;
  const made: Record<string, Uint8Array> = {
    'grey.png': encodeGreyPng({ ...size, data: grey }),
    'deep.png': encodeGrey16Png({
      ...size,
      data: Uint16Array.from(grey, (v) => v * 200 + random.integer(200)),
    }),
    'rgb.png': encodeRgbPng({
      ...size,
      data: Uint8Array.from({ length: 3 * PIXELS }, () => random.integer(256)),
    }),
    'float.tif': encodeFloatTiff(
      WIDTH,
      HEIGHT,
      Float32Array.from(grey, (v) => v / 7 + 40 * random.normal()),
    ),
    'flat.png': encodeGreyPng({ ...size, data: new Uint8Array(PIXELS).fill(70) }),
  };
  for (const [name, bytes] of Object.entries(made)) await writeFile(join(folder, name), bytes);
  return Object.keys(made).map((name) => join(folder, name));
}

describe('an image that is read in parts', () => {
  const mappings: InputMapping[] = (['z-score', 'percentile', 'minus-one-to-one'] as const).flatMap(
    (intensity) => [
      { channels: 'grey', count: 1, intensity },
      { channels: 'rgb', count: 3, intensity },
    ],
  );

  test('is mapped to the network exactly as a whole, whatever its pixels and however it is cut', async () => {
    for (const path of await files()) {
      const image = await decodeImage(path);
      const uint8 = image.type === 'uint8';
      for (const mapping of mappings)
        for (const step of [1, 37, HEIGHT]) {
          const rows = async function* () {
            for (let y = 0; y < HEIGHT; y += step)
              yield await Promise.resolve(
                cut(image, { x: 0, y, width: WIDTH, height: Math.min(step, HEIGHT - y) }),
              );
          };
          const maps = await mapsOfRows(rows, { pixels: PIXELS, uint8, mapping });
          expect(partToInput(image, mapping, maps)).toEqual(toInput(image, mapping));
        }
    }
  });

  test('has the labels of the whole image, row after row from the top', async () => {
    const { network, predictor } = tiledCase('unet-quick');
    const model = modelFile('unet-quick');
    for (const path of await files()) {
      const image = await decodeImage(path);
      for (const tile of [48, 64, 1000]) {
        const parts: PredictedRows[] = [];
        const size = await predictLarge(
          { predictor, model },
          { model: '', path, page: 0, tile },
          { onEvent: (part) => parts.push(part) },
        );
        const whole = await predictor.predict(image, { tile });
        expect(size).toMatchObject({ width: WIDTH, height: HEIGHT, tiles: whole.tiles });
        expect(size.overhead).toBeCloseTo(whole.overhead, 12);
        let y = 0;
        for (const part of parts) {
          expect([part.y, part.labels.length]).toEqual([y, part.rows * WIDTH]);
          y += part.rows;
        }
        expect(y).toBe(HEIGHT);
        expect(parts.flatMap(({ labels }) => [...labels])).toEqual([...whole.labels]);
      }
    }
    network.model.dispose();
  });

  test('has the labels and probabilities of the whole image where a network sees it shrunk into a square', async () => {
    const { network } = tiledCase('unet-mini');
    const model = { ...modelFile('unet-mini'), scaleMode: 'letterbox', size: 64 } as const;
    const predictor = new Predictor(networkPixels(network, model), model);
    for (const path of await files()) {
      const whole = await predictor.predict(await decodeImage(path), { probabilities: true });
      const labels: number[] = [];
      const probabilities: number[] = [];
      const { tiles, overhead } = await predictLarge(
        { predictor, model },
        { model: '', path, page: 0, probabilities: true },
        {
          onEvent: (part) => {
            labels.push(...part.labels);
            probabilities.push(...part.probabilities!);
          },
        },
      );
      expect({ tiles, overhead }).toEqual({ tiles: whole.tiles, overhead: whole.overhead });
      expect(labels).toEqual([...whole.labels]);
      expect(probabilities).toEqual([...whole.probabilities!]);
    }
    network.model.dispose();
  });

  test('stops between two tiles, and refuses what a whole image is refused for', async () => {
    const { network, predictor } = tiledCase('unet-quick');
    const model = modelFile('unet-quick');
    const [grey] = await files();
    const stop = new AbortController();
    const parts: PredictedRows[] = [];
    const onEvent = (part: PredictedRows) => (parts.push(part), stop.abort());
    const params = { model: '', path: grey!, page: 0, tile: 48 };
    await expect(
      predictLarge({ predictor, model }, params, { signal: stop.signal, onEvent }),
    ).rejects.toThrow(/abort/i);
    expect(parts).toHaveLength(1);

    const path = join(await temporaryFolder(), 'nan.tif');
    await writeFile(
      path,
      encodeFloatTiff(
        9,
        9,
        Float32Array.from({ length: 81 }, (_, i) => (i === 80 ? NaN : i)),
      ),
    );
    await expect(predictLarge({ predictor, model }, { ...params, path })).rejects.toMatchObject({
      code: 'unsupported-image',
    });
    const rgb = { ...model, input: { channels: 'all', count: 3, intensity: 'z-score' } as const };
    await expect(predictLarge({ predictor, model: rgb }, params)).rejects.toThrow(
      /1 channels .* trained on 3/,
    );
    network.model.dispose();
  });
});
