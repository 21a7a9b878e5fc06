import { afterAll, expect, test } from 'vitest';
import { LiveJob } from '../../../src-main/engine/live/live-job.js';
import { tf } from '../../../src-main/engine/tensorflow.js';
import type { LiveSuggestion } from '../../../src-main/shared/engine-api-live.js';
import type { PixelImage } from '../../../src-main/shared/model.js';
import { randomFor } from '../../../src-main/shared/random.js';

const WIDTH = 560;
const HEIGHT = 72;
const [CELL, GROUND] = [7, 3];
const TILES = [0, 512] as const;

const inCell = (x: number, y: number) => Math.hypot((x % 56) - 28, (y % 36) - 18) < 11;

/** Noisy bright discs of 22 px. @param count channels, which all hold the same or differ by their noise. */
function cells(seed: number, channels = 1): PixelImage {
  const random = randomFor(seed, 1);
  const data = Uint8Array.from({ length: WIDTH * HEIGHT * channels }, (_, i) => {
    const at = Math.floor(i / channels);
    const value = (inCell(at % WIDTH, Math.floor(at / WIDTH)) ? 150 : 80) + 20 * random.normal();
    return Math.max(0, Math.min(255, value));
  });
  return { width: WIDTH, height: HEIGHT, channels, alpha: false, type: 'uint8', data };
}

/** Short horizontal strokes, half of them in cells. */
function strokes(count: number): Uint8Array {
  const labels = new Uint8Array(WIDTH * HEIGHT);
  for (let stroke = 0; stroke < count; stroke++) {
    const ground = stroke % 2 === 1;
    const left = 56 * Math.floor(stroke / 2) + (ground ? 46 : 22);
    for (let x = left; x < left + 12; x++) labels[(ground ? 34 : 18) * WIDTH + x] = ground ? GROUND : CELL;
  }
  return labels;
}

const open: LiveJob[] = [];
afterAll(() => Promise.all(open.map((job) => job.dispose())));

const NO_PIXELS = { places: new Uint32Array(), values: new Uint8Array() };

async function jobWith(
  images: Record<string, PixelImage>,
  budget?: { images: number; features: number },
): Promise<LiveJob> {
  const job = new LiveJob(budget);
  open.push(job);
  for (const [key, image] of Object.entries(images)) await job.add({ key, image, ...NO_PIXELS });
  return job;
}

function fitOf(labels: Uint8Array, key = 'a') {
  const places = Uint32Array.from(labels.keys()).filter((at) => labels[at]! > 0);
  return {
    classes: [GROUND, CELL],
    seed: 1,
    images: [{ key, places, values: Uint8Array.from(places, (at) => labels[at]!) }],
  };
}

const suggested = (job: LiveJob, key: string) => TILES.map((x) => job.suggest({ key, x, y: 0 }));

/** Intersection over union of what is suggested as cells. */
function iou(tiles: readonly LiveSuggestion[]): number {
  let [both, either] = [0, 0];
  for (const { x, y, width, labels } of tiles)
    labels.forEach((value, at) => {
      const truth = inCell(x + (at % width), y + Math.floor(at / width));
      both += Number(truth && value === CELL);
      either += Number(truth || value === CELL);
    });
  return both / either;
}

test('ten strokes cover the cells of their image and of one without labels, and the same ones say the same', async () => {
  const job = await jobWith({ a: cells(1), b: cells(2) });
  expect(await job.fit(fitOf(strokes(10)))).toMatchObject({ fitted: true, missing: [], unlike: [] });
  const own = suggested(job, 'a');
  expect(own.map(({ width, height }) => [width, height])).toEqual([
    [512, HEIGHT],
    [48, HEIGHT],
  ]);
  expect(iou(own)).toBeGreaterThan(0.6);
  expect(iou(suggested(job, 'b'))).toBeGreaterThan(0.6);
  // Where it is likelier one of two classes it is less unsure.
  const sure = own[0]!.confidence.indexOf(Math.max(...own[0]!.confidence));
  const unsure = own[0]!.confidence.indexOf(Math.min(...own[0]!.confidence));
  expect(own[0]!.entropy[sure]).toBeLessThan(own[0]!.entropy[unsure]!);

  const again = await jobWith({ a: cells(1), b: cells(2) });
  await again.fit(fitOf(strokes(10)));
  for (const [index, tile] of suggested(again, 'a').entries())
    expect(Buffer.from(tile.labels).equals(own[index]!.labels)).toBe(true);
});

test('a newer fit ends an older one, and the suggestion is the newer one’s', async () => {
  const job = await jobWith({ a: cells(1) });
  const older = job.fit(fitOf(strokes(4)));
  const newer = job.fit(fitOf(strokes(10)));
  await expect(older).rejects.toMatchObject({ code: 'stopped' });
  expect((await newer).fitted).toBe(true);
  const abort = new AbortController();
  const called = job.fit(fitOf(strokes(6)), abort.signal);
  abort.abort(new Error('called off'));
  await expect(called).rejects.toThrow('called off');
  expect(iou(suggested(job, 'a'))).toBeGreaterThan(0.6);
});

test('one class suggests nothing, also after there were two', async () => {
  const job = await jobWith({ a: cells(1) });
  const nothing = () => suggested(job, 'a');
  expect(nothing).toThrow('Nothing has been learned');
  await job.fit(fitOf(strokes(10)));
  expect(nothing).not.toThrow();
  expect(await job.fit(fitOf(strokes(1)))).toMatchObject({ fitted: false });
  expect(nothing).toThrow('Nothing has been learned');
});

test('what is beyond the budgets is dropped, named and computed anew with the same result', async () => {
  const job = await jobWith({ a: cells(1) }, { images: 1, features: 1 });
  await job.fit(fitOf(strokes(10)));
  const before = suggested(job, 'a');
  const tensors = tf.memory().numTensors;
  expect(Buffer.from(suggested(job, 'a')[0]!.labels).equals(before[0]!.labels)).toBe(true);
  expect(tf.memory().numTensors).toBe(tensors);
  // What is known of the labelled pixels stays, so the image is not missed until others are labelled.
  await job.add({ key: 'b', image: cells(2), ...NO_PIXELS });
  expect(await job.fit(fitOf(strokes(8)))).toMatchObject({ missing: [], fitted: true });
  expect(() => suggested(job, 'a')).toThrow('no such part');
  expect(await job.fit(fitOf(strokes(12)))).toMatchObject({ missing: ['a'], fitted: false });
  await job.add({ image: cells(1), ...fitOf(strokes(12)).images[0]! });
  await job.add({ key: 'b', image: cells(2), ...NO_PIXELS });
  expect(await job.fit(fitOf(strokes(12)))).toMatchObject({ missing: [], fitted: true });
});

test('an image in colour beside grey ones makes colours count for all of them', async () => {
  const job = await jobWith({ a: cells(1) });
  await job.fit(fitOf(strokes(10)));
  await job.add({ key: 'b', image: cells(2, 3), ...NO_PIXELS });
  expect(() => suggested(job, 'a')).toThrow('Nothing has been learned');
  await job.fit(fitOf(strokes(10)));
  expect(iou(suggested(job, 'b'))).toBeGreaterThan(0.6);
});

test('pixels that are no numbers, too few of them, and parts that are none are refused', async () => {
  const job = await jobWith({ a: cells(1) });
  const image = cells(1);
  const added = (broken: PixelImage) => job.add({ key: 'b', image: broken, ...NO_PIXELS });
  await expect(added({ ...image, width: 5 })).rejects.toThrow('another number of pixels');
  const broken = new Float32Array(WIDTH * HEIGHT).fill(Number.NaN);
  await expect(added({ ...image, type: 'float32', data: broken })).rejects.toThrow('finite');
  await job.fit(fitOf(strokes(10)));
  expect(() => job.suggest({ key: 'a', x: 1, y: 0 })).toThrow('no such part');
  const outside = { key: 'a', places: Uint32Array.of(WIDTH * HEIGHT), values: Uint8Array.of(CELL) };
  await expect(job.fit({ ...fitOf(strokes(2)), images: [outside] })).rejects.toThrow('outside');
});
