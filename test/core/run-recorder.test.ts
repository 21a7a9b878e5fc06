import { expect, it } from 'vitest';
import { createRunRecorder } from '../../src-main/core/run-recorder.js';
import type { Scores } from '../../src-main/shared/model.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import type { Store } from '../../src-main/store/open.js';
import { createRun, runById } from '../../src-main/store/runs.js';
import { temporaryStore } from '../store/temporary-store.js';

const newRun = (store: Store) =>
  createRun(store, { network: 'unet-quick', settings: {}, now: new Date('2026-11-22T18:57:00Z') }).id;

const step = (n: number) =>
  ({
    kind: 'step',
    step: n,
    epoch: 0,
    loss: 1 / n,
    crossEntropy: 1 / n,
    learningRate: 1e-3,
    stepMs: 1,
    progress: null,
    secondsLeft: null,
  }) as const;

const started = (n: number) =>
  ({
    kind: 'started',
    step: n,
    parameters: 1,
    device: { name: 'CPU', kind: 'cpu', tensorflow: '2.21.0', threads: 1 },
    stepsPerEpoch: 5,
    totalSteps: null,
  }) as const;

const stepsIn = (store: Store, run: number) => metricsOf(store, run).steps.map((metric) => metric.step);

it('holds steps back for a second, and not past a checkpoint', () => {
  const store = temporaryStore();
  const run = newRun(store);
  let clockMs = 0;
  const recorder = createRunRecorder(store, run, () => clockMs);
  recorder.record(step(1));
  expect(stepsIn(store, run)).toEqual([]);
  clockMs = 1500;
  recorder.record(step(2));
  expect(stepsIn(store, run)).toEqual([1, 2]);
  recorder.record(step(3));
  recorder.record({ kind: 'checkpoint', step: 3, epoch: 0 });
  expect(stepsIn(store, run)).toEqual([1, 2, 3]);
});

it('forgets what came after the checkpoint that a resumed run goes on from', () => {
  const store = temporaryStore();
  const run = newRun(store);
  const recorder = createRunRecorder(store, run);
  for (const n of [1, 2, 3, 4]) recorder.record(step(n));
  recorder.flush();
  createRunRecorder(store, run).record(started(2));
  expect(stepsIn(store, run)).toEqual([1, 2]);
});

it('keeps the score of the best epoch with the run', () => {
  const store = temporaryStore();
  const run = newRun(store);
  const recorder = createRunRecorder(store, run);
  const epoch = (n: number, meanIoU: number, best: boolean) =>
    recorder.record({
      kind: 'epoch',
      epoch: n,
      step: n * 5,
      loss: 1,
      crossEntropy: 1,
      learningRate: 1e-3,
      val: { meanIoU } as Scores,
      train: null,
      best,
      trainedS: 1,
      tensors: 1,
      rssMb: 1,
    });
  epoch(1, 0.5, true);
  epoch(2, 0.7, true);
  epoch(3, 0.6, false);
  expect(runById(store, run).bestScore).toBe(0.7);
  expect(metricsOf(store, run).epochs.map(({ val }) => val?.meanIoU)).toEqual([0.5, 0.7, 0.6]);
});
