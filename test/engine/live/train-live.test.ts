/** The classifier trained as a run: what it tells, what it keeps, and that it is used like a network. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN_FILES, type ModelFile, type TrainEvent } from '../../../src-main/shared/engine-api.js';
import { AppError } from '../../../src-main/shared/errors.js';
import { forkEngine } from '../forked-engine.js';
import { discs, sparsely, temporaryFolder, writeRun } from '../synthetic-run.js';

let engine: ReturnType<typeof forkEngine>;
beforeAll(() => void (engine = forkEngine()));
afterAll(() => engine.kill());

/** A stroke through the middle of each training image; the third is held out. */
const runOf = async (settings = {}) =>
  writeRun(
    await temporaryFolder(),
    [1, 2]
      .map((seed) => sparsely(discs('train', seed, 96), (x, y) => y % 32 === 8 && x > 4))
      .concat(discs('val', 3, 96)),
    { network: 'live', ...settings },
  );

async function trained(runFolder: string, signal?: AbortSignal) {
  const events: TrainEvent[] = [];
  const result = await engine.api.train(
    { runFolder, resume: false },
    { onEvent: (event) => events.push(event), ...(signal && { signal }) },
  );
  return { result, events, of: (kind: string) => events.filter((event) => event.kind === kind) };
}

test('tells images, steps, one epoch with its scores, and keeps a model that predicts', async () => {
  const run = await runOf();
  const { result, of } = await trained(run);
  expect(of('reading')).toMatchObject([
    { image: 1, images: 2 },
    { image: 2, images: 2 },
  ]);
  expect(of('step')).toHaveLength(200);
  expect(of('preview')).toHaveLength(1);
  const told = of('started').concat(of('reading'), of('step')) as { progress?: number }[];
  const progress = told.flatMap((event) => event.progress ?? []);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
  const losses = of('step').map((event) => (event as { loss: number }).loss);
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  expect(of('epoch')).toMatchObject([
    { epoch: 1, step: 200, best: true, val: { images: 1 }, train: { images: 1 } },
  ]);
  expect(result).toMatchObject({ reason: 'budget', step: 200, epoch: 1 });
  expect(result.best!.val.classes[1]!.dice).toBeGreaterThan(0.8);

  const model = JSON.parse(readFileSync(join(run, RUN_FILES.model), 'utf8')) as ModelFile;
  expect(model).toMatchObject({ network: 'live', scaleMode: 'native', input: { count: 1 } });
  const { scores } = await engine.api.evaluate({
    ...{ model: run, split: 'val' },
    snapshot: join(run, RUN_FILES.snapshot),
  });
  expect(scores).toEqual(result.best!.val);
  const { layers, parameters, receptiveFieldPx } = await engine.api.describe({ model: run });
  expect(parameters).toBe((of('started')[0] as { parameters: number }).parameters);
  expect(layers.map(({ name }) => name)).toEqual(['input', 'features', 'first', 'second', 'third', 'mean']);
  expect(receptiveFieldPx).toBe(133);
});

test('the same labels and seed give the same file, another seed another one', async () => {
  const weights = async (settings: object) => {
    const run = await runOf(settings);
    await trained(run);
    return readFileSync(join(run, RUN_FILES.best));
  };
  const first = await weights({});
  expect(await weights({})).toEqual(first);
  expect((await weights({ seed: 2 })).equals(first)).toBe(false);
  expect((await weights({ steps: 20 })).equals(first)).toBe(false);
});

test('a stop before it has learned leaves no model and no error', async () => {
  const run = await runOf({ steps: 100_000 });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new AppError('stopped', 'Stopped.')), 1500);
  const { result } = await trained(run, stop.signal);
  expect(result).toMatchObject({ reason: 'stopped', epoch: 0, best: null });
  expect(existsSync(join(run, RUN_FILES.best))).toBe(false);
});

test('an image that has changed since is told', async () => {
  const run = await runOf();
  writeFileSync(join(run, RUN_FILES.snapshot, 'image1.png'), 'changed');
  await expect(trained(run)).rejects.toMatchObject({ code: 'changed' });
});
