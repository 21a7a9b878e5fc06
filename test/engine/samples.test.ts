/** Which sample comes when, and what is in it. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AugmentSettings } from '../../src-main/engine/augment.js';
import { BatchLoader, type Batch } from '../../src-main/engine/batches.js';
import { Samples, type SampleConfig, type SampleStream } from '../../src-main/engine/samples.js';
import { VOID_INDEX } from '../../src-main/engine/warp.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';
import type { Snapshot } from '../../src-main/shared/snapshot.js';
import { discs, sparsely, temporaryFolder, writeSnapshot } from './synthetic-run.js';

let folder: string;
let snapshot: Snapshot;

beforeAll(async () => {
  folder = await temporaryFolder();
  const pictures = [1, 2, 3, 4, 5].map((seed) => discs('train', seed, 80, 60));
  snapshot = await writeSnapshot(folder, [...pictures, discs('val', 9)]);
});

const everyAugmentation: Partial<AugmentSettings> = {
  rotation: 30,
  elastic: 2,
  gamma: 0.2,
  noise: 0.1,
  blur: 1,
  gainJitter: 0.1,
  offsetJitter: 0.1,
};

function configOf(augment: Partial<AugmentSettings> = {}, more: Partial<SampleConfig> = {}): SampleConfig {
  const settings = resolveSettings({ size: 32, rotation: 0, gainJitter: 0, offsetJitter: 0 });
  return {
    snapshotFolder: folder,
    snapshot,
    input: { channels: 'grey', count: 1, intensity: 'z-score' },
    augment: { ...settings, ...augment, padValue: 0 },
    focus: { labelled: false, rareShare: 0 },
    seed: 5,
    cacheBytes: 1 << 24,
    ...more,
  };
}

const crops = async (config: SampleConfig, count: number, stream: SampleStream = 'train') => {
  const samples = new Samples(config);
  const made = [];
  for (let number = 0; number < count; number++) made.push(await samples.crop(stream, number));
  return made;
};

describe('sample number n depends on the seed and n alone', () => {
  test('whatever was asked for before, and also when the image was dropped from memory meanwhile', async () => {
    const config = configOf(everyAugmentation);
    const forwards = await crops(config, 12);
    const backwards = new Samples({ ...config, cacheBytes: 1 });
    for (let number = 11; number >= 0; number--)
      expect(await backwards.crop('train', number)).toEqual(forwards[number]);
  });

  test('other seeds, numbers and streams give other crops', async () => {
    const config = configOf(everyAugmentation);
    const made = [
      ...(await crops(config, 12)),
      ...(await crops({ ...config, seed: 6 }, 12)),
      ...(await crops(config, 12, 'statistics')),
    ];
    expect(new Set(made.map(({ x }) => x.join())).size).toBe(36);
  });

  test('with one worker, with three, and from a later step on', async () => {
    const config = configOf(everyAugmentation);
    const batches = async (workers: number, from: number, to: number): Promise<Batch[]> => {
      const loader = new BatchLoader(config, 3, workers, 9);
      const made = [];
      for (let step = from; step < to; step++) made.push(await loader.forStep(step));
      made.push(await loader.statistics(1, 3));
      await loader.close();
      return made.map(({ x, y }) => ({ x, y }));
    };
    const one = await batches(1, 0, 9);
    expect(await batches(3, 0, 9)).toEqual(one);
    expect(await batches(2, 5, 9)).toEqual(one.slice(5));
    // The loader's batches are the samples in order, void as −1.
    const plain = await crops(config, 6);
    expect(one[1]!.x).toEqual(Float32Array.from(plain.slice(3).flatMap(({ x }) => [...x])));
    expect(one[1]!.y).toEqual(
      Int32Array.from(plain.slice(3).flatMap(({ y }) => [...y].map((v) => (v === VOID_INDEX ? -1 : v)))),
    );
  });
});

test('every pass takes every training image once, in an order of its own, and no held-out image', async () => {
  const flat = [40, 80, 120, 160, 200].map((level, i) => {
    const picture = discs('train', i);
    return { ...picture, pixels: picture.data.map(() => level) };
  });
  const root = join(folder, 'flat');
  const config = configOf(
    {},
    {
      snapshotFolder: root,
      snapshot: await writeSnapshot(root, [...flat, discs('val', 9)]),
      input: { channels: 'grey', count: 1, intensity: 'minus-one-to-one' },
    },
  );
  const levels = (await crops(config, 20)).map(({ x }) => Math.round((x[0]! + 1) * 127.5));
  const passes = [0, 5, 10, 15].map((from) => levels.slice(from, from + 5));
  for (const pass of passes) expect(pass.toSorted((a, b) => a - b)).toEqual([40, 80, 120, 160, 200]);
  expect(new Set(passes.map((pass) => pass.join())).size).toBeGreaterThan(1);
});

test('an image that changed since the labels were made is refused by the worker, with the reason', async () => {
  const changed: Snapshot = {
    ...snapshot,
    images: snapshot.images.map((image) => ({ ...image, sha256: '0'.repeat(64) })),
  };
  const loader = new BatchLoader(configOf({}, { snapshot: changed }), 2, 1, 4);
  await expect(loader.forStep(0)).rejects.toMatchObject({ code: 'changed' });
  await loader.close();
});

describe('few labelled pixels', () => {
  test.each([
    ['bilinear, turned and scaled', { rotation: 180, scaleMin: 0.7, scaleMax: 1.4 }],
    ["the tutorial's way", { interpolation: 'bicubic', border: 'void', scaleMin: 0.5, scaleMax: 2 }],
  ] as const)('are in every crop that is drawn near them: %s', async (_, augment) => {
    const root = join(folder, `sparse-${augment.scaleMin}`);
    // A spot in the corner, in the middle of an edge and inside.
    const spots = [
      [1, 1],
      [60, 118],
      [50, 70],
    ] as const;
    const pictures = spots.map(([x, y], seed) =>
      sparsely(discs('train', seed, 120), (px, py) => Math.hypot(px - x, py - y) <= 2.5),
    );
    const sparse = configOf(augment, {
      snapshotFolder: root,
      snapshot: await writeSnapshot(root, pictures),
      focus: { labelled: true, rareShare: 0 },
    });
    const share = async (config: SampleConfig) => {
      const made = await crops(config, 300);
      return made.filter(({ y }) => y.some((label) => label !== VOID_INDEX)).length / made.length;
    };
    expect(await share(sparse)).toBe(1);
    expect(await share({ ...sparse, focus: { labelled: false, rareShare: 0 } })).toBeLessThan(0.5);
  });

  test('of a rare class come more often the larger rareShare is', async () => {
    const root = join(folder, 'rare');
    const rare = discs('train', 1, 160);
    rare.data.forEach((_, i) => {
      const [x, y] = [i % 160, Math.floor(i / 160)];
      rare.data[i] = Math.hypot(x - 130, y - 30) < 6 ? 2 : 1;
    });
    const config = configOf({}, { snapshotFolder: root, snapshot: await writeSnapshot(root, [rare]) });
    const frequency = async (rareShare: number) => {
      const made = await crops({ ...config, focus: { labelled: false, rareShare } }, 200);
      return made.filter(({ y }) => y.includes(1)).length / made.length;
    };
    const [none, half, all] = [await frequency(0), await frequency(0.5), await frequency(1)];
    expect(none).toBeLessThan(0.25);
    // Half of the half is drawn at the rare class, and the rest meets it by chance.
    expect(half).toBeGreaterThan(none + 0.1);
    expect(all).toBeGreaterThan(0.4);
    expect(all).toBeGreaterThan(half);
  });
});
