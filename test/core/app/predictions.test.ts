/** Predictions of a window's images with the real engine: their pixels, taking them over, what to correct next. */
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { resolveModel } from '../../../src-main/core/models.js';
import { segmentFiles } from '../../../src-main/core/segmentation.js';
import { decodeLabelImage } from '../../../src-main/pixels/decode.js';
import type { PredictionInfo } from '../../../src-main/shared/app-api-predictions.js';
import { decodeRuns } from '../../../src-main/shared/mask.js';
import { choiceOf, discProject, QUICK, SIDE_PX, told, type DiscProject } from './training-windows.js';
import { temporaryApp, type TemporaryApp } from './windows.js';

const PIXELS = SIDE_PX ** 2;

interface Trained extends DiscProject {
  app: TemporaryApp;
  run: number;
  modelFolder: string;
}

/** Two of five pictures have no labels. */
async function trained(): Promise<Trained> {
  const app = temporaryApp();
  const project = await discProject(app, 5, 2);
  const { id } = await project.window.api.startTraining({ choice: choiceOf({ ...QUICK, steps: 30 }) });
  await told(project.window, 'ended');
  const { folder } = await project.window.api.runDetail({ run: id });
  return { ...project, app, run: id, modelFolder: folder };
}

async function pixelsOf({ app, window, folder }: Trained, info: PredictionInfo): Promise<Uint8Array> {
  const { session } = await window.api.openProject({ folder });
  const { status, bytes } = await app.service.pixels(
    `/prediction/${session}/${info.imageId}/${info.run}/${info.key}/0/0/0`,
  );
  expect(status).toBe(200);
  return bytes;
}

const labelsOf = async ({ window }: DiscProject, imageId: number): Promise<Uint8Array> => {
  const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
  const [tile] = (await window.api.loadTiles({ imageId, level: 0, range })).tiles;
  return tile ? decodeRuns(inflateRawSync(tile.bytes!), PIXELS) : new Uint8Array(PIXELS);
};

test('a prediction is what "segment" writes, is kept, and is taken over, undone and told apart', async () => {
  const project = await trained();
  const { window, ids, run, app, modelFolder } = project;
  const bare = ids[4]!;
  expect(await window.api.predictionOf({ imageId: bare, run })).toBeNull();
  const info = await window.api.predict({ imageId: bare, run });
  expect(info).toMatchObject({ width: SIDE_PX, height: SIDE_PX, levels: 1 });
  expect(await window.api.predictionOf({ imageId: bare, run })).toEqual(info);
  const output = join(app.folder, 'segmented');
  const input = join(app.folder, 'images', 'disc4.png');
  await segmentFiles(await resolveModel(modelFolder), { input, output, engine: { device: 'cpu' } });
  const mask = (await decodeLabelImage(join(output, 'disc4_mask.png'))).data;
  const pixels = await pixelsOf(project, info);
  expect(pixels).toHaveLength(2 * PIXELS);
  expect(Buffer.compare(pixels.subarray(0, PIXELS), Buffer.from(mask))).toBe(0);
  const rect = { x: 8, y: 4, width: 16, height: 30 };
  const alone = await window.api.predictPart({ imageId: bare, run, rect });
  const cut = (plane: Uint8Array) =>
    Uint8Array.from({ length: 16 * 30 }, (_, i) => plane[(4 + Math.floor(i / 16)) * SIDE_PX + 8 + (i % 16)]!);
  expect(Buffer.compare(alone.labels, cut(pixels.subarray(0, PIXELS)))).toBe(0);
  // Rounded to 255 steps from numbers that may differ in the last bit.
  cut(pixels.subarray(PIXELS)).forEach((sure, i) =>
    expect(Math.abs(alone.confidence[i]! - sure)).toBeLessThanOrEqual(1),
  );
  await expect(
    window.api.predictPart({ imageId: bare, run, rect: { ...rect, x: SIDE_PX } }),
  ).rejects.toMatchObject({ code: 'usage' });
  expect(info.classes.reduce((sum, one) => sum + one.pixels, 0)).toBe(PIXELS);
  const [row] = await window.api.imageRows({ ids: [bare] });
  expect(row!.status).toBe('predicted');

  const accept = { imageId: bare, run, classes: null, minConfidence: 0, replace: false, baseVersion: 0 };
  // A rectangle first: within it what is predicted, outside nothing.
  const part = await window.api.acceptPrediction({
    ...accept,
    region: { kind: 'rect', x: 8, y: 4, width: 16, height: 30 },
  });
  expect(part).toMatchObject({ version: 1, labelledPixels: 16 * 30, status: 'partly' });
  const inside = (i: number) => {
    const [x, y] = [i % SIDE_PX, Math.floor(i / SIDE_PX)];
    return x >= 8 && x < 24 && y >= 4 && y < 34;
  };
  expect(await labelsOf(project, bare)).toEqual(
    Uint8Array.from({ length: PIXELS }, (_, i) => (inside(i) ? pixels[i]! : 0)),
  );
  // What a person corrected stays, unless asked otherwise; a stale window is refused.
  const whole = { ...accept, region: { kind: 'image' } as const };
  await expect(window.api.acceptPrediction(whole)).rejects.toMatchObject({ code: 'changed' });
  const sure = await window.api.acceptPrediction({ ...whole, baseVersion: 1, minConfidence: 0.8 });
  const expected = Uint8Array.from({ length: PIXELS }, (_, i) =>
    inside(i) || pixels[PIXELS + i]! >= 0.8 * 255 ? pixels[i]! : 0,
  );
  expect(sure ? await labelsOf(project, bare) : expected).toEqual(expected);
  for (let undone = sure ? 2 : 1; undone > 0; undone--) await window.api.undo({ imageId: bare });
  expect(await labelsOf(project, bare)).toEqual(new Uint8Array(PIXELS));
});

test('objects and classes are taken over alone; the queue has an order of its own; a changed class list is seen', async () => {
  const project = await trained();
  const { window, ids, run, labels } = project;
  const imageId = ids[3]!;
  const info = await window.api.predict({ imageId, run });
  const pixels = (await pixelsOf(project, info)).subarray(0, PIXELS);
  const at = pixels.indexOf(1);
  const accept = { imageId, run, minConfidence: 0, replace: true, baseVersion: 0 };
  const object = { kind: 'object', x: at % SIDE_PX, y: Math.floor(at / SIDE_PX) } as const;
  await window.api.acceptPrediction({ ...accept, region: object, classes: null });
  const taken = await labelsOf(project, imageId);
  expect(taken[at]).toBe(1);
  expect(taken.every((value, i) => value === 0 || value === pixels[i])).toBe(true);
  expect(taken).toEqual(naiveObject(pixels, at));
  const only = await window.api.acceptPrediction({
    ...accept,
    baseVersion: 1,
    region: { kind: 'image' },
    classes: [2],
  });
  if (only)
    expect(await labelsOf(project, imageId)).toEqual(taken.map((value, i) => (pixels[i] === 2 ? 2 : value)));

  // Only training images, without what was looked at, and the same every time.
  const queue = await window.api.uncertainTiles({ run, limit: 9, exclude: [] });
  expect(queue.length).toBeGreaterThan(0);
  expect(queue.every((tile) => tile.imageId !== ids[1])).toBe(true);
  expect(await window.api.uncertainTiles({ run, limit: 9, exclude: [] })).toEqual(queue);
  const { imageId: of, x, y } = queue[0]!;
  const rest = await window.api.uncertainTiles({ run, limit: 9, exclude: [{ imageId: of, x, y }] });
  expect(rest).not.toContainEqual(queue[0]);

  const progress: string[] = [];
  const outcomes = await window.api.predictAll(
    { run, ids: null },
    { onEvent: ({ name }) => progress.push(name) },
  );
  expect(outcomes.map(({ reason }) => reason)).toEqual(labels.map(() => null));
  expect(progress).toHaveLength(labels.length);

  await window.api.orderClasses({ values: [2, 1] });
  expect(await window.api.predictionOf({ imageId, run })).toBeNull();
  const swapped = await pixelsOf(project, await window.api.predict({ imageId, run }));
  expect(swapped.subarray(0, PIXELS)).toEqual(Buffer.from(pixels.map((value) => 3 - value)));
});

/** The 8-connected pixels of the same value, by growing until nothing changes. */
function naiveObject(pixels: Uint8Array, start: number): Uint8Array {
  const object = new Uint8Array(PIXELS);
  object[start] = pixels[start]!;
  for (let grown = true; grown;) {
    grown = false;
    for (let i = 0; i < PIXELS; i++) {
      if (object[i] || pixels[i] !== pixels[start]) continue;
      const [x, y] = [i % SIDE_PX, Math.floor(i / SIDE_PX)];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= SIDE_PX || ny >= SIDE_PX || !object[ny * SIDE_PX + nx]) continue;
          object[i] = pixels[i]!;
          grown = true;
        }
    }
  }
  return object;
}
