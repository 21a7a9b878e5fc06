/** A training from a window, with the real engine: what is told, what is kept, and what a stop or a death leaves. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProjectToRead } from '../../../src-main/core/projects.js';
import type { StepPoint } from '../../../src-main/shared/app-api-training.js';
import { metricsOf } from '../../../src-main/store/metrics.js';
import { runById } from '../../../src-main/store/runs.js';
import { brushfield } from '../../cli/built-cli.js';
import { choiceOf, discProject, QUICK, told, trainingEvents } from './training-windows.js';
import { temporaryApp, type Window } from './windows.js';

const pointsOf = (window: Window): StepPoint[] =>
  trainingEvents(window).flatMap((event) => (event.kind === 'steps' ? event.points : []));

const storedCurve = (folder: string, run: number) => {
  const project = openProjectToRead(folder);
  try {
    return { ...metricsOf(project.store, run), row: runById(project.store, run) };
  } finally {
    project.close();
  }
};

test('from painted labels to a model: the curve that is told is the stored one, and that of the command line', async () => {
  const { window, folder, ids } = await discProject(temporaryApp());
  const plan = await window.api.planTraining({ choice: choiceOf() });
  expect(plan).toMatchObject({ ready: true, problems: [], images: { train: 3, heldOut: 1 } });
  const run = await window.api.startTraining({ choice: choiceOf() });
  expect(run).toMatchObject({ state: 'running', phase: 'running', network: 'unet-quick' });
  // The window does what it likes meanwhile.
  await window.api.openImage({ id: ids[0]! });
  const { sentence, reason, run: ended } = await told(window, 'ended');
  expect(reason).toBe('budget');
  expect(sentence).toMatch(
    /^Finished after .* 20 steps; .*mean IoU 0\.\d\d, Dice ground .* on held-out images\.$/,
  );
  expect(ended).toMatchObject({
    state: 'finished',
    phase: null,
    usable: true,
    current: true,
    sentence,
    steps: 20,
  });
  // The discs are brighter than their ground by more than the noise: two bands part them exactly.
  expect(ended.threshold).toMatchObject({ bands: 2, channel: 'mean', images: 1 });
  expect(ended.threshold!.meanIoU).toBeGreaterThan(0.99);
  expect(ended.threshold!.meanIoU).toBeGreaterThan(ended.scores!.meanIoU);

  const { steps, epochs, row } = storedCurve(folder, run.id);
  expect(pointsOf(window)).toEqual(steps.map(({ kind: _, ...point }) => point));
  const epochEvents = trainingEvents(window).filter((event) => event.kind === 'epoch');
  expect(epochEvents.map(({ point }) => point)).toEqual(epochs.map(({ kind: _, ...point }) => point));
  expect(epochs).toHaveLength(4);
  expect(epochs.every(({ train, val }) => train?.classes.length === 2 && val?.classes.length === 2)).toBe(
    true,
  );
  expect(epochEvents[0]!.progress).toMatchObject({ totalSteps: 20, device: { kind: 'cpu', threads: 1 } });
  expect((await window.api.runDetail({ run: run.id })).curve).toEqual({
    steps: pointsOf(window),
    epochs: epochEvents.map(({ point }) => point),
  });

  await window.api.closeProject({});
  const given = Object.entries(row.settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const { code, stderr, stdout } = await brushfield(['train', folder, ...given]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(
    /A threshold would have done better: Otsu’s threshold has mean IoU 1\.000 against 0\.\d{3}/,
  );
  const again = storedCurve(folder, run.id + 1);
  expect(again.row.settings).toEqual(row.settings);
  expect({ steps: again.steps, epochs: again.epochs }).toEqual({ steps, epochs });
});

test('after each epoch the window gets a held-out picture as the model sees it', async () => {
  const app = temporaryApp();
  const { window, ids } = await discProject(app);
  const { session } = await window.api.openProject({ folder: join(app.folder, 'discs.brushfield') });
  const choice = choiceOf({ ...QUICK, steps: 5000, stepsPerEpoch: 2 });
  const run = await window.api.startTraining({ choice });
  const { preview } = await told(window, 'preview');
  expect(preview).toEqual({ epoch: 1, imageId: ids[1], x: 0, y: 0, width: 64, height: 64 });
  await window.api.pauseTraining({ run: run.id });
  const last = trainingEvents(window).findLast((event) => event.kind === 'preview')!.preview;
  const { status, bytes } = await app.service.pixels(`/preview/${session}/${run.id}/${last.epoch}`);
  expect(status).toBe(200);
  expect(bytes).toHaveLength(2 * 64 * 64);
  expect(bytes.subarray(0, 64 * 64).every((value) => value === 1 || value === 2)).toBe(true);
  // The likelier of two classes.
  expect(Math.min(...bytes.subarray(64 * 64))).toBeGreaterThanOrEqual(127);
});

test('a pause and going on give the curve of a training without one', async () => {
  const { window, folder } = await discProject(temporaryApp());
  const choice = choiceOf({ ...QUICK, steps: 100_000, stepsPerEpoch: 10 });
  const atStep = (step: number, skip: number) =>
    told(window, 'steps', ({ progress }) => progress.step >= step, skip);
  const whole = await window.api.startTraining({ choice });
  await atStep(25, 0);
  await window.api.stopTraining({ run: whole.id });

  const before = trainingEvents(window).length;
  const run = await window.api.startTraining({ choice });
  await atStep(1, before);
  const paused = await window.api.pauseTraining({ run: run.id });
  expect(paused).toMatchObject({ phase: 'paused', state: 'stopped', resumable: true });
  expect(await window.api.trainingState({})).toMatchObject([{ run: { id: run.id }, phase: 'paused' }]);
  await window.api.resumeTraining({ run: run.id });
  const [state] = await window.api.trainingState({});
  expect(state!.phase).toBe('running');
  await atStep(paused.steps! + 5, before);
  await window.api.stopTraining({ run: run.id });

  const [one, two] = [storedCurve(folder, whole.id), storedCurve(folder, run.id)];
  const common = Math.min(one.steps.length, two.steps.length);
  expect(two.steps.slice(0, common)).toEqual(one.steps.slice(0, common));
  const epochs = Math.min(one.epochs.length, two.epochs.length);
  expect(two.epochs.slice(0, epochs)).toEqual(one.epochs.slice(0, epochs));
});

test('a stop takes effect within a step and keeps a model; a second training is refused meanwhile', async () => {
  const { window, folder } = await discProject(temporaryApp());
  const choice = choiceOf({ ...QUICK, steps: 100_000, stepsPerEpoch: 100_000 });
  const run = await window.api.startTraining({ choice });
  await told(window, 'steps');
  await expect(window.api.startTraining({ choice })).rejects.toMatchObject({ code: 'exists' });
  await expect(window.api.deleteRun({ run: run.id })).rejects.toMatchObject({ code: 'exists' });
  const stopped = await window.api.stopTraining({ run: run.id });
  expect(stopped).toMatchObject({ state: 'stopped', phase: null, usable: true, resumable: true });
  expect(await window.api.trainingState({})).toEqual([]);
  const { reason } = await told(window, 'ended');
  expect(reason).toBe('stopped');
  expect(storedCurve(folder, run.id).steps.at(-1)!.step).toBe(stopped.steps);
});

test('when the engine is killed the run says so, can go on, and no label is lost', async () => {
  const { window, folder, ids } = await discProject(temporaryApp());
  const settings = { ...QUICK, steps: 60, stepsPerEpoch: 10 };
  const run = await window.api.startTraining({ choice: choiceOf(settings) });
  const { point } = await told(window, 'epoch');
  // By then the checkpoint of the first one is written.
  await told(window, 'epoch', (event) => event.point.epoch === 2);
  const detail = await window.api.runDetail({ run: run.id });
  const pid = Number(readFileSync(join(detail.folder, 'training.pid'), 'utf8').split('\n')[1]);
  const saved = window.api.saveEdit({
    imageId: ids[0]!,
    title: 'Brush',
    author: 'person',
    baseVersion: 1,
    tiles: [{ ty: 0, tx: 0, bytes: null }],
  });
  process.kill(pid, 'SIGKILL');
  expect((await saved).version).toBe(2);
  const { reason, sentence, run: dead } = await told(window, 'ended');
  expect(reason).toBe('failed');
  expect(sentence).toMatch(/ended unexpectedly by signal SIGKILL.*can go on from its last checkpoint\.$/);
  expect(dead).toMatchObject({ state: 'failed', resumable: true, sentence });
  const finished = trainingEvents(window).filter((event) => event.kind === 'epoch').length;
  expect(storedCurve(folder, run.id).epochs).toHaveLength(finished);
  expect(storedCurve(folder, run.id).epochs[0]!.val).toEqual(point.val);
  expect((await window.api.openImage({ id: ids[0]! })).maskVersion).toBe(2);

  const count = trainingEvents(window).length;
  await window.api.resumeTraining({ run: run.id });
  expect((await told(window, 'ended', () => true, count)).reason).toBe('budget');
  expect(storedCurve(folder, run.id).steps.map(({ step }) => step)).toEqual(
    Array.from({ length: 60 }, (_, n) => n + 1),
  );
});

test('a window that was closed finds its training again with the whole curve; quitting leaves it resumable', async () => {
  const app = temporaryApp();
  const { window, folder } = await discProject(app);
  const choice = choiceOf({ ...QUICK, steps: 100_000, stepsPerEpoch: 50 });
  const run = await window.api.startTraining({ choice });
  await told(window, 'epoch');
  window.close();
  const next = app.openWindow();
  expect((await next.api.openProject({ folder })).access).toBe('write');
  const [state] = await next.api.trainingState({});
  expect(state).toMatchObject({ run: { id: run.id }, phase: 'running' });
  expect(state!.curve.steps.map(({ step }) => step)).toEqual(state!.curve.steps.map((_, n) => n + 1));
  expect(state!.curve.epochs.length).toBeGreaterThan(0);
  await told(next, 'steps');
  await app.service.close();
  const { row } = storedCurve(folder, run.id);
  expect(row).toMatchObject({ state: 'stopped', result: { sentence: expect.stringContaining('can go on') } });
  expect(existsSync(join(folder, row.folder, 'last.safetensors'))).toBe(true);
});
