/** Touching objects of images that come in rows: the pixels of the whole image, on drawn and on real shapes. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanedRows, type RowCleaning } from '../../src-main/core/cleaned-rows.js';
import { RowParting } from '../../src-main/core/parted-rows.js';
import { cleanUp, type CleanUpValues } from '../../src-main/measure/clean-up.js';
import { partLines } from '../../src-main/measure/part-lines.js';
import { objectKinds } from '../../src-main/measure/streamed-clean-up.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import type { CleanUp } from '../../src-main/shared/clean-up.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { describeWithData, sharedData } from '../shared-data.js';
import { temporaryFolder } from '../store/temporary-store.js';

const VOID: CleanUpValues = { background: [], empty: 0 };
const GROUND: CleanUpValues = { background: [1], empty: 1 };

type Choices = Partial<RowCleaning> & { band?: number };

async function byRows(
  { width, height, data }: LabelMap,
  steps: CleanUp,
  values: CleanUpValues,
  { band = 64, ...choices }: Choices = {},
): Promise<Buffer> {
  const bands = async function* () {
    for (let y = 0; y < height; y += band) {
      const rows = Math.min(band, height - y);
      yield { y, rows, width, height, labels: data.slice(y * width, (y + rows) * width) };
      await Promise.resolve();
    }
  };
  const rows = cleanedRows(bands(), {
    ...{ steps, values, folder: temporaryFolder(), mostPartedPixels: Infinity },
    part: (job) => Promise.resolve(partLines(job)),
    smooth: (labels, radius) => Promise.resolve(cleanUp(labels, { smooth: radius }, values)),
    ...choices,
  });
  const parts: Uint8Array[] = [];
  for await (const { labels } of rows) parts.push(labels);
  return Buffer.concat(parts);
}

/** How many pixels parting changes; fails where the rows are cleaned up otherwise than the whole. */
async function compared(map: LabelMap, values: CleanUpValues, more: CleanUp = {}): Promise<number> {
  const alone = cleanUp(map, { split: true }, values).data;
  const steps = { ...more, split: true };
  expect((await byRows(map, steps, values)).equals(cleanUp(map, steps, values).data)).toBe(true);
  return alone.reduce((sum, value, i) => sum + (value === map.data[i] ? 0 : 1), 0);
}

const labelsOf = async (path: string): Promise<LabelMap> => {
  const { width, height, data } = await decodeLabelImage(path);
  return { width, height, data: Uint8Array.from(data) };
};

/** Clusters of overlapping discs of two classes, some at the edges. */
function clusters(seed: number, width: number, height: number): LabelMap {
  const random = randomFor(seed, 37);
  const data = new Uint8Array(width * height).fill(1);
  for (let n = 0; n < (width * height) / 700; n++) {
    const [cx, cy] = [random.integer(width), random.integer(height)];
    const [value, radius] = [2 + random.integer(2), random.uniform(4, 16)];
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(height - 1, cy + radius); y++)
      for (let x = Math.max(0, Math.ceil(cx - radius)); x <= Math.min(width - 1, cx + radius); x++)
        if (Math.hypot(x - cx, y - cy) <= radius) data[y * width + x] = value;
  }
  return { width, height, data };
}

test('clusters of discs are parted by the lines of the whole image, with all other steps too', async () => {
  for (const seed of [1, 2, 3]) {
    const map = clusters(seed, 400, 300);
    expect(await compared(map, GROUND)).toBeGreaterThan(100);
    // Without a background everything is an object of its value.
    expect(await compared(map, VOID)).toBeGreaterThan(100);
    await compared(map, GROUND, { smooth: 2, fillHoles: true, minArea: 80, wholeOnly: true });
    await compared(map, GROUND, { region: { x: 33, y: 41, width: 200, height: 150 } });
  }
});

test('the sample’s nuclei are parted as in the whole image', async () => {
  const folder = join(import.meta.dirname, '../../resources/sample/labels');
  let changed = 0;
  for (const name of readdirSync(folder))
    changed += await compared(await labelsOf(join(folder, name)), GROUND, { minArea: 20 });
  expect(changed).toBeGreaterThan(100);
});

describeWithData('real shapes', () => {
  test('nuclei that touch, and cells and membranes that go through the whole image', async () => {
    const nuclei = sharedData('dsb2018_fluo', 'labels');
    let changed = 0;
    for (const name of readdirSync(nuclei).slice(0, 60)) {
      const map = await labelsOf(join(nuclei, name));
      changed += await compared({ ...map, data: map.data.map((value) => (value ? 1 : 0)) }, VOID);
    }
    expect(changed).toBeGreaterThan(500);
    const membranes = sharedData('membrane', 'labels');
    changed = 0;
    for (const name of readdirSync(membranes).slice(0, 4)) {
      const map = await labelsOf(join(membranes, name));
      changed += await compared({ ...map, data: map.data.map((value) => (value ? 1 : 2)) }, VOID);
    }
    expect(changed).toBeGreaterThan(500);
  });
});

test('an object in too large a box stays, the others are parted, and it is told once', async () => {
  const map = clusters(4, 300, 300);
  // A bar through the whole image joins two discs, and what else it meets.
  for (let i = 0; i < map.data.length; i++) {
    const [x, y] = [i % 300, Math.floor(i / 300) - 151];
    if (Math.abs(y) < 2 || Math.min(Math.hypot(x - 60, y), Math.hypot(x - 200, y)) < 12) map.data[i] = 2;
  }
  const whole = cleanUp(map, { split: true }, GROUND).data;
  const told: number[] = [];
  const mostPartedPixels = 300 * 20;
  const found = await byRows(map, { split: true }, GROUND, {
    mostPartedPixels,
    onUnparted: (objects) => told.push(objects),
  });
  expect(told).toEqual([1]);
  let [kept, parted] = [0, 0];
  found.forEach((value, i) => {
    if (value !== whole[i]) kept++;
    else if (value !== map.data[i]) parted++;
    expect(value === whole[i] || value === map.data[i]).toBe(true);
  });
  expect(kept).toBeGreaterThan(0);
  expect(parted).toBeGreaterThan(100);
  const none: number[] = [];
  const options = { onUnparted: (objects: number) => none.push(objects) };
  expect((await byRows(map, { split: true }, GROUND, options)).equals(whole)).toBe(true);
  expect(none).toEqual([]);
});

test('lines that do not fit into memory wait in a file without a name', async () => {
  const map = clusters(5, 300, 400);
  const { width, height, data } = map;
  const folder = temporaryFolder();
  const parting = new RowParting(map, {
    ...{ kindOf: objectKinds(GROUND), empty: 1, mostPixels: Infinity, folder, mostHeld: 10 },
    part: (job) => Promise.resolve(partLines(job)),
  });
  const bands: Uint8Array[] = [];
  for (let y = 0; y < height; y += 50) bands.push(data.slice(y * width, (y + 50) * width));
  for (const band of bands) await parting.add(band);
  const change = await parting.finish();
  for (let time = 0; time < 2; time++) {
    const again = bands.map((band) => band.slice());
    const apply = change();
    for (const band of again) apply(band);
    expect(Buffer.concat(again).equals(cleanUp(map, { split: true }, GROUND).data)).toBe(true);
  }
  expect(readdirSync(folder)).toEqual([]);
  await parting.close();
});

test('a thread that fails ends it with its error', async () => {
  const failing = byRows(clusters(6, 90, 90), { split: true }, GROUND, {
    part: () => Promise.reject(new Error('its thread ended')),
  });
  await expect(failing).rejects.toThrow('its thread ended');
});
