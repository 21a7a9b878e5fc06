import { expect, test } from 'vitest';
import type { RunSummary, TrainingProgress } from '../../../src-main/shared/app-api-training.js';
import { afterEvent, isBusy, type WatchedTraining } from '../../../src-renderer/state/training-events.js';

const RUN: RunSummary = {
  id: 7,
  name: 'run',
  state: 'running',
  phase: 'running',
  network: 'unet-quick',
  settings: {},
  classes: [],
  createdAt: '2026-01-01T00:00:00Z',
  endedAt: null,
  sentence: null,
  bestScore: null,
  scores: null,
  threshold: null,
  trainedMinutes: null,
  steps: null,
  device: null,
  startedFrom: null,
  usable: false,
  resumable: false,
  current: false,
  kept: false,
  passport: '',
};
const progressAt = (step: number): TrainingProgress => ({
  step,
  epoch: 0,
  totalSteps: 10,
  progress: step / 10,
  secondsLeft: null,
  stepMs: null,
  memoryMb: null,
  device: null,
});
const START: WatchedTraining = {
  run: RUN,
  phase: 'running',
  progress: progressAt(0),
  curve: { steps: [], epochs: [] },
  preview: null,
  messages: [],
  end: null,
};
const point = (step: number, loss = step) => ({ step, epoch: 0, loss, learningRate: 0.1 });
const steps = (...points: ReturnType<typeof point>[]) =>
  ({ kind: 'steps', points, progress: progressAt(points.at(-1)!.step) }) as const;

test('points are added in order, and progress is that of the last', () => {
  const state = [steps(point(1), point(2)), steps(point(3))].reduce<WatchedTraining>(afterEvent, START);
  expect(state.curve.steps.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(state.progress.step).toBe(3);
});

test('a resumed run tells some steps again, and none stands there twice', () => {
  let state = afterEvent(START, steps(point(1), point(2), point(3)));
  state = afterEvent(state, { kind: 'rewound', afterStep: 1 });
  expect(state.curve.steps.map(({ step }) => step)).toEqual([1]);
  state = afterEvent(afterEvent(state, steps(point(2), point(3))), steps(point(3, 30), point(4)));
  expect(state.curve.steps.map(({ loss }) => loss)).toEqual([1, 2, 30, 4]);
});

test('the state before an event stays as it was', () => {
  const before = afterEvent(START, steps(point(1)));
  afterEvent(before, steps(point(2)));
  expect(before.curve.steps).toHaveLength(1);
});

test('an ended training keeps its curve and says why it ended', () => {
  const state = afterEvent(afterEvent(START, steps(point(1))), {
    kind: 'ended',
    reason: 'budget',
    sentence: 'Done.',
    run: { ...RUN, state: 'finished' },
  });
  expect(state).toMatchObject({ phase: 'ended', end: { reason: 'budget', sentence: 'Done.' } });
  expect(state.curve.steps).toHaveLength(1);
  expect([isBusy(START), isBusy(state), isBusy({ phase: 'paused' })]).toEqual([true, false, false]);
});
