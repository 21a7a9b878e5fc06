/** Settings of a run as a whole: the images and labels it is given, the device and the threads it computes on. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importImages } from '../../src-main/core/import.js';
import { trainProject } from '../../src-main/core/training.js';
import { planTraining } from '../../src-main/core/training-plan.js';
import { createTrainingRun, planNewRun } from '../../src-main/core/training-run.js';
import { RUN_FILES } from '../../src-main/shared/engine-api.js';
import { confirmPixels } from '../../src-main/store/confirm-pixels.js';
import { imageIds } from '../../src-main/store/image-list.js';
import { setSplit } from '../../src-main/store/images.js';
import { findLayer } from '../../src-main/store/layers.js';
import { loadMask, saveMask } from '../../src-main/store/masks.js';
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

test('a network of another width and depth passes on all its weights', async () => {
  const project = await squares();
  const { run } = await trainProject(project, { set: { ...TINY, width: 0.25, depth: 2 } });
  const next = await trainProject(project, { set: TINY, from: run });
  expect(next.passport.settings).toMatchObject({ width: 0.25, depth: 2 });
  expect(next.passport.pretrained).toMatchObject({ source: run, skipped: [] });
});

describe('labels that a model gave', () => {
  /** The right half of two training images is a model's; one image is a model's alone. */
  async function halfByModel() {
    const project = await squares();
    const [first, second, whole, held] = imageIds(project.store);
    setSplit(project.store, [held!], 'val');
    const relabel = (id: number, value: (i: number) => number, author?: 'model') => {
      const { data } = loadMask(project.store, id)!;
      const map = { width: SIDE, height: SIDE, data: data.map((_, i) => value(i)) };
      saveMask(project.store, id, map, author ? { author } : {});
    };
    const truth = new Map(imageIds(project.store).map((id) => [id, loadMask(project.store, id)!.data]));
    const right = (i: number) => i % SIDE >= SIDE / 2;
    for (const id of [first!, second!, held!])
      relabel(id, (i) => (right(i) ? 3 - truth.get(id)![i]! : truth.get(id)![i]!), 'model');
    relabel(whole!, () => 0);
    relabel(whole!, (i) => truth.get(whole!)![i]!, 'model');
    const erase = () => {
      for (const id of [first!, second!, held!]) relabel(id, (i) => (right(i) ? 0 : truth.get(id)![i]!));
      relabel(whole!, () => 0);
    };
    return { project, erase };
  }
  const kept = ({ folder }: { folder: string }) =>
    createHash('sha256')
      .update(readFileSync(join(folder, RUN_FILES.best)))
      .digest('hex');

  test('are left out of counts, masks and what is computed, as if nobody had labelled them', async () => {
    const { project, erase } = await halfByModel();
    const set = { ...TINY, steps: 2, threads: 1, classWeights: 'frequency' };
    const [all, painted] = [
      await trainProject(project, { set }),
      await trainProject(project, { set: { ...set, paintedOnly: true } }),
    ];
    erase();
    const erased = await trainProject(project, { set });
    expect(kept(painted)).toBe(kept(erased));
    expect(kept(painted)).not.toBe(kept(all));
    expect(painted.result.best!.val).toEqual(erased.result.best!.val);
    expect(painted.passport.settings).toMatchObject({ paintedOnly: true, classWeights: 'frequency' });
    const { images } = painted.passport;
    expect(images.map(({ labelledPixels, modelPixels }) => [labelledPixels, modelPixels])).toEqual([
      [800, 0],
      [800, 0],
      [800, 0],
      [1600, 0],
    ]);
    expect(all.passport.images.map(({ modelPixels }) => modelPixels)).toEqual([800, 800, 1600, 800, 0]);
  });

  test('are not counted by the plan, which says so, until somebody confirms them', async () => {
    const { project } = await halfByModel();
    const plan = (settings: Record<string, boolean>) =>
      planTraining(
        project,
        { goal: 'fast', structure: 'auto', classes: null, settings, weights: 'none', from: null },
        null,
      );
    const total = ({ classes }: ReturnType<typeof plan>, of: 'pixels' | 'heldOutPixels' = 'pixels') =>
      classes.reduce((sum, one) => sum + one[of], 0);
    const [all, painted] = [plan({}), plan({ paintedOnly: true })];
    expect([all.images, painted.images]).toEqual([
      { train: 4, heldOut: 1 },
      { train: 3, heldOut: 1 },
    ]);
    expect([total(all), total(painted), total(painted, 'heldOutPixels')]).toEqual([6400, 3200, 800]);
    expect(painted.sentences).toContain(
      '4,000 pixels that a model labelled and nobody has confirmed count as unlabelled.',
    );
    expect(all.sentences.join()).not.toContain('confirmed');

    const [first] = imageIds(project.store);
    const { version } = findLayer(project.store, first!)!;
    confirmPixels(project.store, { imageId: first!, title: 'Confirm', rect: null, expectedVersion: version });
    expect(total(plan({ paintedOnly: true }))).toBe(4000);
  });

  test('are all there is: the training does not start and says why', async () => {
    const { project } = await halfByModel();
    for (const id of imageIds(project.store)) {
      const { data } = loadMask(project.store, id)!;
      const map = { width: SIDE, height: SIDE, data: new Uint8Array(data.length) };
      saveMask(project.store, id, map);
      saveMask(project.store, id, { ...map, data }, { author: 'model' });
    }
    const set = { ...TINY, paintedOnly: true };
    await expect(trainProject(project, { set })).rejects.toThrow(/^All labels came from a model/);
    const choice = { goal: 'fast', structure: 'auto', classes: null, weights: 'none', from: null } as const;
    const { ready, problems } = planTraining(project, { ...choice, settings: { paintedOnly: true } }, null);
    expect([ready, problems[0]!.sentence]).toEqual([
      false,
      expect.stringMatching(/^All labels of the training images came from a model/),
    ]);
  });
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
