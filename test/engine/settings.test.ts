/** Every setting changes what the engine computes and stands in the passport: tiny trainings that differ in one of them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePassport } from '../../src-main/core/passport.js';
import { Samples } from '../../src-main/engine/samples.js';
import { setUpTraining } from '../../src-main/engine/training-set-up.js';
import { RUN_FILES, type TrainEvent } from '../../src-main/shared/engine-api.js';
import { SETTINGS, type SettingName, type Settings } from '../../src-main/shared/settings.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';
import { CASES, ELSEWHERE, EVERY_RUN, type RunFacets, type SettingCase } from './setting-cases.js';
import { forkEngine, type ForkedEngine } from './forked-engine.js';
import { discs, temporaryFolder, writeRun, type Picture } from './synthetic-run.js';

let engine: ForkedEngine;
let folder: string;
let grey: Picture[];
let colour: Picture[];
const known = new Map<string, Promise<Run>>();

beforeAll(async () => {
  engine = forkEngine();
  folder = await temporaryFolder();
  grey = [discs('train', 1, 72, 64), discs('train', 2, 72, 64), discs('val', 3, 72, 64)];
  colour = await Promise.all(grey.map(stained));
});
afterAll(() => engine.kill());

/** The picture with its discs in another colour. */
async function stained(picture: Picture): Promise<Picture> {
  const { width, height, data, pixels } = picture;
  if (!(pixels instanceof Uint8Array)) throw new Error('not grey');
  const rgb = Buffer.alloc(3 * pixels.length);
  pixels.forEach((value, i) => rgb.set(data[i] === 2 ? [value, 60, 120] : [80, value, 100], 3 * i));
  const file = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { ...picture, pixels: { file, ending: 'png', type: 'uint8' } };
}

interface Run {
  facets: RunFacets;
  /** As the passport has them. */
  settings: Record<string, unknown>;
}

/** Runs that several cases compare with are trained once. */
function runOf(given: Partial<Settings>, inColour: boolean): Promise<Run> {
  const key = JSON.stringify([Object.entries(given).toSorted(), inColour]);
  let run = known.get(key);
  if (!run) known.set(key, (run = trained(given, inColour)));
  return run;
}

async function trained(given: Partial<Settings>, inColour: boolean): Promise<Run> {
  const runFolder = await writeRun(join(folder, String(known.size)), inColour ? colour : grey, given);
  const events: TrainEvent[] = [];
  const result = await engine.api.train({ runFolder, resume: false }, { onEvent: (e) => events.push(e) });
  const steps = events.filter((event) => event.kind === 'step');
  const epochs = events.filter((event) => event.kind === 'epoch');
  const { samples } = await setUpTraining(runFolder);
  const makers = new Samples(samples);
  const hash = createHash('sha256');
  for (let n = 0; n < 4; n++) {
    const { x, y } = await makers.crop('train', n);
    hash.update(x).update(y);
  }
  const passport = await makePassport({
    run: 'run',
    createdAt: new Date(0).toISOString(),
    runFolder,
    snapshot: samples.snapshot,
    device: await engine.api.device({}),
    pretrained: null,
    result,
    epochs: [],
  });
  return {
    facets: {
      crops: hash.digest('hex'),
      firstLoss: steps[0]!.loss,
      losses: steps.map(({ loss }) => loss),
      rates: steps.map(({ learningRate }) => learningRate),
      epochs: epochs.map(({ step }) => step),
      scores: epochs.map(({ val }) => val!.loss),
      kept: createHash('sha256')
        .update(await readFile(join(runFolder, RUN_FILES.best)))
        .digest('hex'),
    },
    settings: passport.settings,
  };
}

const besidesOf = (one: SettingCase): string => Object.values(one.besides ?? {}).join(' ');

test('every setting of the schema has a case', () => {
  expect([...Object.keys(CASES), ...ELSEWHERE].toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  for (const [name, cases] of Object.entries(CASES)) expect(cases.length, name).toBeGreaterThan(0);
});

const each = Object.entries(CASES).flatMap(([name, cases]) =>
  cases.map((one) => [name as SettingName, one.value, besidesOf(one), one] as const),
);

test.each(each)('%s as %s changes what is computed (%s)', async (name, value, _besides, one) => {
  const besides = { ...EVERY_RUN, ...one.besides };
  const before = await runOf(besides, one.colour ?? false);
  const after = await runOf({ ...besides, [name]: value }, one.colour ?? false);
  for (const facet of one.differs) expect(after.facets[facet], facet).not.toEqual(before.facets[facet]);
  for (const facet of one.same) expect(after.facets[facet], facet).toEqual(before.facets[facet]);

  expect(before.settings[name]).not.toBe(value);
  expect(after.settings).toEqual(resolveSettings({ ...besides, [name]: value }));
});

test('numbers that a setting names are those that are computed', async () => {
  const falling = { ...EVERY_RUN, steps: 4, schedule: 'exponential', lr: 1e-3, decay: 0.5 } as const;
  const { facets } = await runOf(falling, false);
  expect(facets.rates).toEqual([1e-3, 1e-3, 5e-4, 5e-4]);
  expect(facets.epochs).toEqual([2, 4]);
  const run = await writeRun(join(folder, 'sizes'), colour, { ...EVERY_RUN, size: 96, channels: 'grey' });
  const { samples } = await setUpTraining(run);
  const crop = await new Samples(samples).crop('train', 0);
  expect([crop.x.length, crop.y.length]).toEqual([96 * 96, 96 * 96]);
});

/** Worker threads of the engine while it trains, read where the system tells of them. */
async function workersOf(workers: number): Promise<number> {
  const settings = { ...EVERY_RUN, steps: 100_000, stepsPerEpoch: 100_000, workers };
  const run = await writeRun(join(folder, `workers-${workers}`), grey, settings);
  const stop = new AbortController();
  let counted = 0;
  const onEvent = (event: TrainEvent) => {
    if (event.kind !== 'started') return;
    const tasks = `/proc/${engine.pid}/task`;
    const names = readdirSync(tasks).map((task) => readFileSync(join(tasks, task, 'comm'), 'utf8').trim());
    counted = names.filter((name) => name === 'WorkerThread').length;
    stop.abort();
  };
  await engine.api.train({ runFolder: run, resume: false }, { onEvent, signal: stop.signal });
  return counted;
}

test.runIf(process.platform === 'linux')('as many threads make crops as there are workers', async () => {
  expect(await workersOf(1)).toBe(1);
  expect(await workersOf(3)).toBe(3);
});

test('any number of workers gives the same run', async () => {
  const [one, three] = [await runOf(EVERY_RUN, false), await runOf({ ...EVERY_RUN, workers: 3 }, false)];
  expect(three.facets).toEqual(one.facets);
  expect(three.settings['workers']).toBe(3);
});
