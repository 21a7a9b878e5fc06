/** Training images that are deleted while the training runs. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUN_FILES } from '../../src-main/shared/engine-api.js';
import { forkEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun } from './synthetic-run.js';

const IMAGES = 60;

test('an image that is deleted in the middle of a training ends it with its name', async () => {
  // More than are looked at before the first step, or are read ahead of it.
  const pictures = Array.from({ length: IMAGES }, (_, seed) => discs('train', seed, 40));
  const settings = { network: 'unet-quick', size: 32, batch: 1, steps: 500, reestimate: 1, workers: 1 };
  const folder = await writeRun(await temporaryFolder(), pictures, settings);
  const engine = forkEngine();
  let gone: Promise<unknown> = Promise.resolve();
  const training = engine.api.train(
    { runFolder: folder, resume: false },
    {
      onEvent: ({ kind }) => {
        if (kind !== 'started') return;
        gone = Promise.all(
          pictures.map((_, i) => rm(join(folder, RUN_FILES.snapshot, `image${i + 1}.png`), { force: true })),
        );
      },
    },
  );
  await expect(training).rejects.toMatchObject({
    code: 'not-found',
    // Whether the picture or its labels are missed first depends on where the reader is.
    message: expect.stringMatching(/image\d+\.png/) as string,
  });
  await gone;
  await engine.kill();
});
