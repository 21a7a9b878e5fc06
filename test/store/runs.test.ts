import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendMetrics, metricsOf, truncateMetricsAfter } from '../../src-main/store/metrics.js';
import { bestRun, createRun, listRuns, runByName, updateRun } from '../../src-main/store/runs.js';
import type { Scores } from '../../src-main/shared/model.js';
import { temporaryStore } from './temporary-store.js';

const now = new Date(2026, 10, 22, 18, 57);
const request = { network: 'unet-quick', settings: { lr: 0.004, flipVertical: true }, now };
const val: Scores = {
  images: 1,
  pixelAccuracy: 0.9,
  meanIoU: 0.8,
  softMacroDice: 0.85,
  fScore: 0.86,
  loss: 0.2,
  classes: [],
  confusion: [],
};

describe('a run', () => {
  test('is named after its time and network', () => {
    const run = createRun(temporaryStore(), request);
    expect(run).toMatchObject({
      name: '2026-11-22-1857-unet-quick',
      folder: 'models/2026-11-22-1857-unet-quick',
      state: 'waiting',
      settings: request.settings,
      bestScore: null,
    });
  });

  test('never takes a name or folder that is in use', () => {
    const store = temporaryStore();
    createRun(store, request);
    mkdirSync(join(store.folder, 'models', '2026-11-22-1857-unet-quick-2'), { recursive: true });
    expect(createRun(store, request).name).toBe('2026-11-22-1857-unet-quick-3');
  });

  test('is changed only in what is given', () => {
    const store = temporaryStore();
    const { id, name } = createRun(store, request);
    updateRun(store, id, { state: 'finished', result: { reason: 'budget' } });
    updateRun(store, id, { bestScore: 0.7 });
    expect(runByName(store, name)).toMatchObject({
      state: 'finished',
      result: { reason: 'budget' },
      bestScore: 0.7,
      settings: request.settings,
    });
  });

  test('that does not exist is an error that names those that do', () => {
    const store = temporaryStore();
    const { name } = createRun(store, request);
    expect(() => runByName(store, 'nothing')).toThrow(name);
  });

  test('with the highest score is the best, an unscored one only without any', () => {
    const store = temporaryStore();
    expect(bestRun(store)).toBeNull();
    const [first, second, third] = [1, 2, 3].map(() => createRun(store, request));
    expect(bestRun(store)).toBeNull();
    updateRun(store, third!.id, { state: 'finished' });
    expect(bestRun(store)?.id).toBe(third!.id);
    updateRun(store, first!.id, { bestScore: 0.9, state: 'stopped' });
    updateRun(store, second!.id, { bestScore: 0.8 });
    expect(bestRun(store)?.id).toBe(first!.id);
    expect(listRuns(store).map((run) => run.id)).toEqual([first!.id, second!.id, third!.id]);
  });
});

describe('metrics', () => {
  const step = (n: number, loss = 1 / n) => ({
    kind: 'step' as const,
    step: n,
    epoch: 1,
    loss,
    learningRate: 0.1,
  });

  test('come back in order of steps', () => {
    const store = temporaryStore();
    const { id } = createRun(store, request);
    const epoch = {
      kind: 'epoch' as const,
      epoch: 1,
      step: 2,
      loss: 0.75,
      learningRate: 0.1,
      val,
      train: { ...val, loss: 0.25 },
    };
    appendMetrics(store, id, [step(2), step(1), epoch]);
    expect(metricsOf(store, id)).toEqual({ steps: [step(1), step(2)], epochs: [epoch] });
  });

  test('after a checkpoint are forgotten, and written again on resuming', () => {
    const store = temporaryStore();
    const { id } = createRun(store, request);
    appendMetrics(
      store,
      id,
      [1, 2, 3, 4].map((n) => step(n)),
    );
    truncateMetricsAfter(store, id, 2);
    appendMetrics(store, id, [step(3, 7)]);
    expect(metricsOf(store, id).steps.map((row) => row.loss)).toEqual([1, 0.5, 7]);
  });

  test('keep a loss that is no number as null', () => {
    const store = temporaryStore();
    const { id } = createRun(store, request);
    appendMetrics(store, id, [step(1, NaN)]);
    expect(metricsOf(store, id).steps[0]?.loss).toBeNull();
  });
});
