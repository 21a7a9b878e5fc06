/** Settings of a run as a whole: the images it holds out, the device and the threads it computes on. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { trainProject } from '../../src-main/core/training.js';
import { createTrainingRun, planNewRun } from '../../src-main/core/training-run.js';
import { imageIds } from '../../src-main/store/image-list.js';
import { saveMask } from '../../src-main/store/masks.js';
import { temporaryProject, writePng } from './temporary-project.js';

const SIDE = 40;
const TINY = { size: 32, batch: 1, steps: 1, stepsPerEpoch: 1, reestimate: 0, patience: 0 };

/** Five pictures with a bright square each, all pixels labelled. */
async function squares() {
  const { project, folder } = temporaryProject(['ground', 'square']);
  const inside = (n: number, x: number, y: number) => x > n + 4 && x < n + 20 && y > 8 && y < 24;
  const paths = Array.from({ length: 5 }, (_, n) =>
    // Grounds unlike each other: images that look alike would stay on one side.
    writePng(
      join(folder, `${n}.png`),
      (x, y) => (inside(n, x, y) ? 220 : [x * 4, y * 4, (x + y) * 2, (40 - x) * 4, (40 - y) * 4][n]!),
      { width: SIDE, height: SIDE },
    ),
  );
  await importImages(project, { paths });
  for (const [n, id] of imageIds(project.store).entries())
    saveMask(project.store, id, {
      ...{ width: SIDE, height: SIDE },
      data: Uint8Array.from({ length: SIDE ** 2 }, (_, i) =>
        inside(n, i % SIDE, Math.floor(i / SIDE)) ? 2 : 1,
      ),
    });
  return project;
}

test.each([
  [0, 0],
  [0.2, 1],
  [0.6, 3],
])('a share of %d of five images holds out %d', async (validation, held) => {
  const project = await squares();
  const { snapshot, run } = await createTrainingRun(
    project,
    await planNewRun(project, { set: { ...TINY, validation } }),
  );
  expect(snapshot.images.filter(({ split }) => split === 'val')).toHaveLength(held);
  expect(snapshot.images).toHaveLength(5);
  expect(run.settings['validation']).toBe(validation);
});

describe('the engine', () => {
  test.each([1, 2])('computes with %d threads on the processor, as the passport says', async (threads) => {
    const project = await squares();
    const { passport } = await trainProject(project, { set: { ...TINY, threads, device: 'cpu' } });
    expect(passport.device).toMatchObject({ kind: 'cpu', threads });
    expect(passport.settings).toMatchObject({ threads, device: 'cpu', validation: 0.2 });
  });

  test('computes on a GPU that was asked for, or says that there is none', async () => {
    const project = await squares();
    const done = await trainProject(project, { set: { ...TINY, device: 'gpu' } }).then(
      ({ passport }) => passport.device.kind,
      (error: Error) => error.message,
    );
    expect(done).toMatch(/^gpu$|^TensorFlow finds no GPU it can use/);
  });
});
