/** Runs of a window's project: training on from one, a loss that is no number, names, the bin, copies. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { evaluateModel } from '../../../src-main/core/evaluation.js';
import { resolveModel } from '../../../src-main/core/models.js';
import type { Progress } from '../../../src-main/shared/app-api.js';
import type { RunSummary } from '../../../src-main/shared/app-api-training.js';
import { runPython } from '../../python.js';
import { choiceOf, discProject, QUICK, told, trainingEvents } from './training-windows.js';
import { temporaryApp, type Window } from './windows.js';

const SHORT = { ...QUICK, steps: 6, stepsPerEpoch: 3 };

async function train(window: Window, choice = choiceOf(SHORT)): Promise<RunSummary & { told: string }> {
  const before = trainingEvents(window).length;
  await window.api.startTraining({ choice });
  const { run, sentence } = await told(window, 'ended', () => true, before);
  return { ...run, told: sentence };
}

test('a training on from a run takes its place only if it is better, told with both numbers', async () => {
  const { window, ids } = await discProject(temporaryApp());
  const first = await train(window);
  expect(first).toMatchObject({ current: true, startedFrom: null });
  const second = await train(window, choiceOf({ ...SHORT, seed: 2 }, { from: first.id }));
  expect(second.startedFrom).toBe(first.name);
  const [newer, older] = await window.api.runs({});
  const [after, before] = [newer!.bestScore!, older!.bestScore!];
  expect(second.told).toContain(`mean IoU ${after.toFixed(3)} against ${before.toFixed(3)}`);
  expect(second.told).toContain(after > before ? `better than ${first.name}` : `${first.name} stays`);
  expect([newer!.current, older!.current]).toEqual(after > before ? [true, false] : [false, true]);

  // One that unlearns everything does not take the place of what was learned.
  const best = after > before ? newer! : older!;
  const wild = { ...SHORT, lr: 1, schedule: 'constant', ema: 0, steps: 3, seed: 3 };
  const third = await train(window, choiceOf(wild, { from: best.id }));
  expect(third.told).toMatch(/not better than|better than/);
  const now = await window.api.runs({});
  const current = now.find((run) => run.current)!;
  expect(now.every(({ bestScore }) => bestScore! <= current.bestScore!)).toBe(true);

  // The numbers are those of "evaluate", on the same held-out image.
  const detail = await window.api.runDetail({ run: best.id });
  expect(detail.images.filter(({ split }) => split === 'val')).toHaveLength(1);
  const report = await evaluateModel(await resolveModel(detail.folder), { engine: { device: 'cpu' } });
  expect(report.meanIoU).toBeCloseTo(now.find(({ id }) => id === best.id)!.bestScore!, 4);
  expect(ids).toHaveLength(4);
});

test('a loss that is no number ends the training and says why', async () => {
  const { window } = await discProject(temporaryApp());
  // Beyond what float32 can hold.
  const settings = { ...SHORT, classWeights: `1,3${'0'.repeat(38)}` };
  await window.api.startTraining({ choice: choiceOf(settings) });
  const { reason, sentence, run } = await told(window, 'ended');
  expect(reason).toBe('not-a-number');
  expect(sentence).toMatch(/no number any more at step \d+.*smaller learning rate/);
  expect(run).toMatchObject({ state: 'failed', sentence });
});

test('only the chosen classes are learned, and a run goes on for longer', async () => {
  const { window } = await discProject(temporaryApp());
  await window.api.addClass({ name: 'dust' });
  const run = await train(window, choiceOf(SHORT, { classes: [1, 2] }));
  expect(run.classes.map(({ name }) => name)).toEqual(['ground', 'disc']);
  expect(run.scores!.classes).toHaveLength(2);
  const before = trainingEvents(window).length;
  await window.api.continueTraining({ run: run.id, minutes: 0.01 });
  const { run: longer } = await told(window, 'ended', () => true, before);
  expect(longer.id).toBe(run.id);
  expect(longer.steps!).toBeGreaterThan(6);
});

test('a run is renamed, kept, deleted, taken back and copied out', async () => {
  const app = temporaryApp();
  const { window, folder, ids } = await discProject(app);
  const run = await train(window);
  const { api } = window;
  expect(await api.renameRun({ run: run.id, name: ' my nuclei ' })).toMatchObject({ name: 'my nuclei' });
  for (const name of ['a/b', 'a:b', 'last', '  '])
    await expect(api.renameRun({ run: run.id, name })).rejects.toMatchObject({ code: 'usage' });
  expect(await api.keepRun({ run: run.id, keep: true })).toMatchObject({ kept: true });
  await api.predict({ imageId: ids[0]!, run: run.id });
  const before = await api.runDetail({ run: run.id });

  expect(await api.deleteRun({ run: run.id })).toEqual([]);
  expect(readdirSync(join(folder, 'models'))).toEqual(['.bin']);
  const [deleted] = await api.deletedRuns({});
  expect(deleted).toMatchObject({ run: run.id, name: 'my nuclei' });
  await expect(api.predict({ imageId: ids[0]!, run: run.id })).rejects.toMatchObject({ code: 'not-found' });
  await api.restoreRun({ run: run.id });
  expect(await api.runDetail({ run: run.id })).toEqual(before);
  expect(await api.deletedRuns({})).toEqual([]);
  await expect(api.restoreRun({ run: run.id })).rejects.toMatchObject({ code: 'not-found' });

  const target = join(app.folder, 'copies');
  const { path } = await api.exportRun({ run: run.id, folder: target, format: 'folder' });
  expect(existsSync(join(path, 'snapshot'))).toBe(false);
  const [original, copy] = await Promise.all([resolveModel(before.folder), resolveModel(path)]);
  expect(copy.sha256).toBe(original.sha256);
  const told: Progress[] = [];
  const zip = await api.exportRun(
    { run: run.id, folder: target, format: 'zip' },
    { onEvent: (progress) => told.push(progress) },
  );
  expect(zip.path).toBe(`${path}.zip`);
  expect(told.at(-1)).toMatchObject({ done: told[0]!.total, total: told[0]!.total });
  await runPython(resolve(import.meta.dirname, '../../python/zip_contents.py'), [zip.path, app.folder]);
  const unpacked = join(app.folder, basename(path));
  expect(readdirSync(unpacked).toSorted()).toEqual(readdirSync(path).toSorted());
  expect((await resolveModel(unpacked)).sha256).toBe(original.sha256);
  const onnx = await api.exportRun({ run: run.id, folder: target, format: 'onnx' });
  expect(onnx.path).toBe(`${path}.onnx`);
  await runPython(resolve(import.meta.dirname, '../../python/onnx_check.py'), [onnx.path]);
  for (const format of ['folder', 'zip', 'onnx'] as const)
    await expect(api.exportRun({ run: run.id, folder: target, format })).rejects.toMatchObject({
      code: 'exists',
    });
  const stopped = api.exportRun(
    { run: run.id, folder: join(target, 'stopped'), format: 'zip' },
    { signal: AbortSignal.abort() },
  );
  await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
  expect(existsSync(join(target, 'stopped')) ? readdirSync(join(target, 'stopped')) : []).toEqual([]);
});
