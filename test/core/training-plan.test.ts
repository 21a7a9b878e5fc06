/** What a plan says of projects as people have them, and the settings it would use. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StructureSize } from '../../src-main/core/app/training-structure.js';
import { importImages } from '../../src-main/core/import.js';
import { planTraining, settingsOf } from '../../src-main/core/training-plan.js';
import type { TrainingChoice } from '../../src-main/shared/app-api-training.js';
import { defaultSettings } from '../../src-main/shared/settings-values.js';
import type { Store } from '../../src-main/store/store.js';
import { imageIds } from '../../src-main/store/image-list.js';
import { setSplit } from '../../src-main/store/images.js';
import { saveMask } from '../../src-main/store/masks.js';
import { temporaryProject, writePng } from './temporary-project.js';

const choice = (rest: Partial<TrainingChoice> = {}): TrainingChoice => ({
  goal: 'balanced',
  structure: 'auto',
  classes: null,
  settings: {},
  weights: 'none',
  from: null,
  ...rest,
});

/** Pictures of 100 × 80 px whose labels come from a function of the pixel. */
async function projectOf(...labels: ((x: number, y: number) => number)[]) {
  const { project, folder } = temporaryProject(['background', 'nucleus', 'dirt']);
  const size = { width: 100, height: 80 };
  const paths = labels.map((_, n) =>
    writePng(join(folder, `${n}.png`), (x, y) => (x * (n + 3) + y * 7) % 256, size),
  );
  if (paths.length) await importImages(project, { paths });
  const ids = imageIds(project.store);
  for (const [n, id] of ids.entries())
    saveMask(project.store, id, {
      ...size,
      data: Uint8Array.from({ length: 8000 }, (_, i) => labels[n]!(i % 100, Math.floor(i / 100))),
    });
  return { project, ids };
}

const disc = (radius: number) => (x: number, y: number) => (Math.hypot(x - 50, y - 40) <= radius ? 2 : 1);
const sentences = (plan: ReturnType<typeof planTraining>) => plan.problems.map(({ sentence }) => sentence);

describe('what is missing', () => {
  test('is said in the order of a first training', async () => {
    const empty = await projectOf();
    expect(planTraining(empty.project, choice(), null)).toMatchObject({
      ready: false,
      problems: [{ level: 'blocks', sentence: 'cells has no images yet: add some first.' }],
    });
    const bare = await projectOf(() => 0);
    expect(sentences(planTraining(bare.project, choice(), null))).toEqual([
      'Nothing is labelled yet: paint some strokes of each class.',
    ]);
    const flat = await projectOf(() => 2);
    expect(sentences(planTraining(flat.project, choice(), null))[0]).toMatch(/^Only nucleus is labelled/);
    const held = await projectOf(disc(20));
    setSplit(held.project.store, held.ids, 'val');
    expect(sentences(planTraining(held.project, choice(), null))[0]).toMatch(
      /^Every labelled image is held out/,
    );
  });

  test('of a class with few pixels or none is a warning with the number', async () => {
    const { project } = await projectOf(disc(8));
    const plan = planTraining(project, choice(), null);
    expect(plan.ready).toBe(true);
    expect(sentences(plan)).toEqual([
      `nucleus has only ${plan.classes[1]!.pixels} labelled pixels: paint more.`,
      'dirt is not labelled in any training image, so it cannot be learned: paint some.',
      expect.stringMatching(/^Only one image is labelled/),
    ]);
    expect(plan.classes[1]).toMatchObject({ value: 2, images: 1, heldOutPixels: 0 });
  });

  test('changes with the classes that are chosen', async () => {
    const { project } = await projectOf(disc(20), disc(22), disc(24));
    const two = planTraining(project, choice({ classes: [1, 2] }), null);
    expect(sentences(two)).toEqual([]);
    expect(two.sentences).toContain('Pixels of dirt count as unlabelled: nothing is learned from them.');
    expect(planTraining(project, choice({ classes: [2] }), null).ready).toBe(false);
  });
});

test('what follows from the labels is said in words, unless it was set', async () => {
  const stroke = (x: number, y: number) => (y > 30 || x > 50 ? 0 : x < 3 && y < 5 ? 2 : 1);
  const { project } = await projectOf(stroke, stroke);
  const said = (settings = {}) =>
    planTraining(project, choice({ classes: [1, 2], settings }), null).sentences;
  expect(said()).toContain(
    'Less than half of the images is labelled, so pieces are cut near labels, turned by any angle and varied in brightness and contrast.',
  );
  const set = { cropAt: 'anywhere', rotation: 0, gainJitter: 0 };
  expect(said(set).some((sentence) => /pieces are/.test(sentence))).toBe(false);
  const whole = await projectOf(disc(20), disc(20));
  const plan = planTraining(whole.project, choice({ classes: [1, 2] }), null);
  expect(plan.sentences.some((sentence) => /pieces are/.test(sentence))).toBe(false);
});

test('a class with little of what is labelled is named, with what becomes of it', async () => {
  const { project } = await projectOf(disc(12), disc(12));
  const said = (settings = {}) =>
    planTraining(project, choice({ classes: [1, 2], settings }), null).sentences.find((sentence) =>
      sentence.startsWith('Rare among'),
    );
  expect(said()).toBe(
    'Rare among the labels is nucleus (5.5\u00a0%): every pixel counts alike, which Class weights under Advanced changes.',
  );
  expect(said({ classWeights: 'frequency', rareShare: 0.3 })).toMatch(
    /: pixels of classes are weighted as you set it and more pieces are cut around rare classes\.$/,
  );
  const large = await projectOf(disc(30), disc(30));
  const plan = planTraining(large.project, choice({ classes: [1, 2] }), null);
  expect(plan.sentences.some((sentence) => sentence.startsWith('Rare among'))).toBe(false);
});

describe('images that do not go together', () => {
  const sized = (store: Store, id: number, micrometres: number) =>
    store.sql('update image set pixel_size_um = ? where id = ?').run(micrometres, id);

  test('differ in the size of their pixels, in training or only where it is scored', async () => {
    const { project, ids } = await projectOf(disc(20), disc(22), disc(24));
    const plan = () => sentences(planTraining(project, choice({ classes: [1, 2] }), null));
    for (const id of ids) sized(project.store, id, 0.5);
    expect(plan()).toEqual([]);
    sized(project.store, ids[2]!, 1);
    expect(plan()).toEqual([expect.stringMatching(/^The training images have pixels of 0.5 µm to 1 µm/)]);
    setSplit(project.store, [ids[2]!], 'val');
    expect(plan()).toEqual([
      expect.stringMatching(/^A held-out image has pixels of 1 µm and the training images 0.5 µm/),
    ]);
  });

  test('differ in their channels, unless all become grey', async () => {
    const { project, ids } = await projectOf(disc(20), disc(22), disc(24));
    const plan = (settings = {}) =>
      sentences(planTraining(project, choice({ classes: [1, 2], settings }), null));
    const channels = (id: number, count: number, alpha: number) =>
      project.store.sql('update image set channels = ?, alpha = ? where id = ?').run(count, alpha, id);
    // Grey with alpha is grey.
    channels(ids[1]!, 2, 1);
    expect(plan()).toEqual([]);
    channels(ids[0]!, 4, 1);
    expect(plan()).toEqual([expect.stringMatching(/^The labelled images have 1 and 3 channels/)]);
    expect(plan({ channels: 'grey' })).toEqual([]);
  });
});

test('no held-out image is said whatever the reason', async () => {
  const { project } = await projectOf(disc(20), disc(22));
  const plan = (validation: number) =>
    planTraining(project, choice({ classes: [1, 2], settings: { validation } }), null);
  expect(sentences(plan(0))).toEqual([expect.stringMatching(/^No image is held out, because/)]);
  expect(sentences(plan(0.3))).toEqual([]);
  expect(plan(0.3).sentences).toContain(
    'About 1 of the 2 images will be held out to measure how good it is.',
  );
});

test('weights that cannot be used are said before the start, and others by the name of their file', async () => {
  const { project } = await projectOf(disc(20), disc(22));
  const plan = (weights: string, settings = {}) =>
    planTraining(project, choice({ classes: [1, 2], weights, settings }), null);
  expect(plan('/nowhere/cells.h5')).toMatchObject({
    ready: false,
    problems: [{ level: 'blocks', sentence: expect.stringContaining('/nowhere/cells.h5') as string }],
  });
  expect(sentences(plan('imagenet'))[0]).toMatch(/^ImageNet weights fit unet-mobilenet only/);
  expect(plan('imagenet', { network: 'unet-mobilenet' }).ready).toBe(true);
  expect(plan(import.meta.filename).sentences).toContain(
    'It starts from the weights in training-plan.test.ts, as far as they fit.',
  );
});

test('structures are measured from labels, and again when those change', async () => {
  const { project, ids } = await projectOf(disc(20), disc(20));
  const structure = new StructureSize();
  const before = await structure.of(project, null);
  expect(Math.abs(before! - 40)).toBeLessThanOrEqual(4);
  for (const id of ids)
    saveMask(project.store, id, {
      width: 100,
      height: 80,
      data: Uint8Array.from({ length: 8000 }, (_, i) => disc(10)(i % 100, Math.floor(i / 100))),
    });
  expect(Math.abs((await structure.of(project, null))! - 20)).toBeLessThanOrEqual(3);
});

describe('settings', () => {
  const of = (
    given: Partial<TrainingChoice>,
    structurePx: number | null = null,
    like: Record<string, unknown> | null = null,
  ) => settingsOf(choice(given), { structurePx, like });

  test('are the defaults but for the time, so that the command line gives the same run', () => {
    for (const [goal, minutes, width] of [
      ['fast', 1, 0.5],
      ['balanced', 4, 1],
      ['thorough', 15, 1],
    ] as const)
      expect(of({ goal }, 30)).toEqual({ ...defaultSettings('unet-quick'), minutes, width });
  });

  test('of a short training give half the filters, unless somebody or an earlier run says otherwise', () => {
    expect(of({ goal: 'fast' }, 90)).toMatchObject({ width: 0.5, size: 256 });
    expect(of({ goal: 'fast', settings: { width: 1 } }).width).toBe(1);
    expect(of({ goal: 'fast', settings: { steps: 900 } }).width).toBe(1);
    expect(of({ goal: 'fast', settings: { device: 'gpu' } }).width).toBe(1);
    expect(of({ goal: 'fast', settings: { network: 'unet-mini' } }).width).toBe(1);
    const before = of({ goal: 'balanced' });
    expect(of({ goal: 'fast' }, null, before).width).toBe(1);
    expect(of({ goal: 'balanced' }, null, of({ goal: 'fast' })).width).toBe(0.5);
    // A run of before there was such a setting.
    const { width: _, ...old } = before;
    expect(of({ goal: 'fast' }, null, old).width).toBe(1);
  });

  test('show structures whole, with as many pixels a step', () => {
    const large = of({ structure: 90 });
    expect(large.size).toBe(256);
    expect(large.batch * large.size ** 2).toBe(8 * 128 ** 2);
    expect(of({ structure: 4000 })).toMatchObject({ size: 512, batch: 1 });
  });

  test('that were given stay as they were given', () => {
    expect(of({ structure: 90, settings: { size: 160, steps: 7 } })).toMatchObject({
      size: 160,
      steps: 7,
      minutes: 0,
    });
    expect(of({}, null, { network: 'unet-mini' })).toMatchObject({ network: 'unet-mini', size: 224 });
    const wide = { network: 'unet-quick', width: 1.5, depth: 4, lr: 1 };
    expect(of({}, null, wide)).toMatchObject({ width: 1.5, depth: 4, lr: 4e-3 });
    expect(() => of({ settings: { sise: 1 } })).toThrow(/did you mean "size"/);
  });
});

test('the classifier behind suggestions is planned without a budget, and refuses what it does not know', async () => {
  const { project } = await projectOf(disc(20), disc(30));
  const live = choice({ goal: 'thorough', structure: 200, settings: { network: 'live' } });
  const plan = planTraining(project, live, 40);
  expect(plan).toMatchObject({
    ready: true,
    minutes: 0,
    settings: { network: 'live', steps: 200, size: 128 },
  });
  expect(plan.sentences[0]).toBe('Learns in seconds from 2 images with 16,000 pixels labelled.');
  expect(plan.sentences.at(-1)).toContain('as live suggestions do');
  const wrong = planTraining(project, choice({ settings: { network: 'live', batch: 3 } }), null);
  expect(wrong.ready).toBe(false);
  expect(sentences(wrong).join()).toContain('batch changes nothing for the network "live"');
});
