import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TrainingChoice, TrainingPlan } from '../../../src-main/shared/app-api-training.js';
import { AppError } from '../../../src-main/shared/errors.js';
import { TrainingPlanner } from '../../../src-renderer/state/training-planner.svelte.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PLAN: TrainingPlan = {
  ready: true,
  sentences: [],
  problems: [],
  classes: [],
  images: { train: 1, heldOut: 0 },
  structurePx: 14,
  settings: {},
  minutes: 4,
};

function planner(answer: () => Promise<TrainingPlan> = () => Promise.resolve(PLAN)) {
  const asked: TrainingChoice[] = [];
  const made = new TrainingPlanner({
    api: () => ({
      planTraining: ({ choice }) => {
        asked.push(choice);
        return answer();
      },
    }),
    classes: () => [1, 2, 3],
  });
  return { made, asked };
}

test('nothing is asked while nobody reads the plan; many changes are one question', async () => {
  const { made, asked } = planner();
  made.ask();
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(0);
  const stop = made.watch();
  made.change({ goal: 'fast' });
  made.change({ structure: 20 });
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ goal: 'fast', structure: 20, classes: null, from: null });
  stop();
  made.ask();
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(1);
});

test('classes that are left out are named by those that stay', () => {
  const { made } = planner();
  made.change({ without: new Set([2]) });
  expect(made.choice().classes).toEqual([1, 3]);
});

test('a training that goes on from a run has no other weights', () => {
  const { made } = planner();
  made.change({ weights: '/some/file.h5' });
  expect(made.choice(4)).toMatchObject({ from: 4, weights: 'none' });
});

test('the measured size holds until a person says another', async () => {
  const { made } = planner();
  await made.now();
  expect(made.structurePx).toBe(14);
  made.change({ structure: 30 });
  expect(made.structurePx).toBe(30);
});

test('why there is no plan is said', async () => {
  const { made } = planner(() => Promise.reject(new AppError('usage', 'size must be a multiple of 32.')));
  expect(await made.now()).toBeNull();
  expect(made.problem).toBe('size must be a multiple of 32.');
});

test('a loss by its name sets what it stands for and leaves the rest', () => {
  const { made } = planner();
  made.set('batch', 4);
  made.setLoss('focal');
  expect(made.choice().settings).toEqual({ batch: 4, classWeights: 'none', focalGamma: 2, diceWeight: 0 });
});
