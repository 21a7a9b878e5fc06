import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget } from '../../src-main/engine/budget.js';
import { freshProgress, type Progress } from '../../src-main/engine/checkpoint.js';
import { learningRate } from '../../src-main/engine/schedule.js';

const NONE = { minutes: 0, epochs: 0, steps: 0, stepsPerEpoch: 0, batch: 8 };
const at = (given: Partial<Progress>): Progress => ({ ...freshProgress(), ...given });

describe('a budget', () => {
  test('of steps is used after exactly so many', () => {
    const budget = new Budget({ ...NONE, steps: 100 }, 10);
    expect(budget.totalSteps).toBe(100);
    expect(budget.used(at({ step: 99, trainedS: 1e6 }))).toBe(false);
    expect(budget.used(at({ step: 100 }))).toBe(true);
    expect(budget.progress(at({ step: 25 }))).toBe(0.25);
  });

  test('of epochs is their number times their steps, and the smaller limit counts', () => {
    expect(new Budget({ ...NONE, epochs: 5, stepsPerEpoch: 7 }, 10).totalSteps).toBe(35);
    expect(new Budget({ ...NONE, epochs: 5, stepsPerEpoch: 7, steps: 20 }, 10).totalSteps).toBe(20);
    // Without a stated length: one pass over the images, but at least 30 steps and at most 250.
    expect(new Budget({ ...NONE, epochs: 2 }, 10).stepsPerEpoch).toBe(30);
    expect(new Budget({ ...NONE, epochs: 2 }, 801).stepsPerEpoch).toBe(101);
    expect(new Budget({ ...NONE, epochs: 2 }, 100_000).stepsPerEpoch).toBe(250);
  });

  test('of minutes counts training time, also that before a resume', () => {
    const budget = new Budget({ ...NONE, minutes: 2 }, 10);
    expect(budget.totalSteps).toBeNull();
    expect(budget.progress(at({ step: 5, trainedS: 30 }))).toBe(0.25);
    expect(budget.secondsLeft(at({ trainedS: 30 }))).toBeCloseTo(90, 9);
    expect(budget.used(at({ trainedS: 119 }))).toBe(false);
    expect(budget.used(at({ trainedS: 120 }))).toBe(true);
    expect(budget.secondsLeft(at({}))).toBeNull();
  });

  test('of minutes and steps is as used as the nearer limit', () => {
    const budget = new Budget({ ...NONE, minutes: 1, steps: 100 }, 10);
    expect(budget.progress(at({ step: 50, trainedS: 6 }))).toBe(0.5);
    expect(budget.progress(at({ step: 5, trainedS: 45 }))).toBe(0.75);
  });

  test('of minutes ends epochs by time: a twelfth, and never so often that evaluating takes long', () => {
    const budget = new Budget({ ...NONE, minutes: 4 }, 10);
    expect(budget.epochEnds(at({ step: 12, trainedS: 19 }), 0)).toBe(false);
    expect(budget.epochEnds(at({ step: 12, trainedS: 20 }), 0)).toBe(true);
    // Ten seconds of evaluation ask for forty of training.
    expect(budget.epochEnds(at({ step: 12, trainedS: 39 }), 10)).toBe(false);
    expect(budget.epochEnds(at({ step: 12, trainedS: 40 }), 10)).toBe(true);
    // And on a slow machine a few steps at least.
    expect(budget.epochEnds(at({ step: 3, trainedS: 60 }), 0)).toBe(false);
  });

  test('never reports more than all of it, and never less as a run goes on', () => {
    const limits = fc.record({
      minutes: fc.integer({ min: 0, max: 10 }),
      epochs: fc.integer({ min: 0, max: 10 }),
      steps: fc.integer({ min: 1, max: 1000 }),
      stepsPerEpoch: fc.integer({ min: 0, max: 100 }),
      batch: fc.integer({ min: 1, max: 64 }),
    });
    const moments = fc.array(fc.record({ step: fc.nat(2000), trainedS: fc.nat(2000) }), { minLength: 2 });
    fc.assert(
      fc.property(limits, moments, (given, unordered) => {
        const budget = new Budget(given, 20);
        const steps = unordered.map(({ step }) => step).sort((a, b) => a - b);
        const seconds = unordered.map(({ trainedS }) => trainedS).sort((a, b) => a - b);
        const used = steps.map((step, i) => budget.progress(at({ step, trainedS: seconds[i]! })));
        expect(Math.max(...used)).toBeLessThanOrEqual(1);
        used.slice(1).forEach((share, i) => expect(share).toBeGreaterThanOrEqual(used[i]!));
      }),
    );
  });
});

describe('the learning rate', () => {
  const settings = { lr: 0.004, decay: 0.96, warmup: 0.05 };

  test('constant stays', () => {
    for (const progress of [0, 0.3, 1])
      expect(learningRate({ ...settings, schedule: 'constant' }, { progress, epoch: 7 })).toBe(0.004);
  });

  test("exponential falls by its factor every epoch, as the tutorial's", () => {
    const rate = (epoch: number) =>
      learningRate({ ...settings, schedule: 'exponential' }, { progress: 0.5, epoch });
    expect(rate(0)).toBe(0.004);
    expect(rate(1)).toBeCloseTo(0.00384, 12);
    expect(rate(10)).toBeCloseTo(0.004 * 0.6648326359915001, 12);
  });

  test('one-cycle rises to its peak in the warm-up and falls by a cosine to a hundredth', () => {
    const rate = (progress: number) =>
      learningRate({ ...settings, schedule: 'one-cycle' }, { progress, epoch: 3 });
    expect(rate(0)).toBeCloseTo(0.004 * 0.02, 12);
    expect(rate(0.025)).toBeCloseTo(0.002, 12);
    expect(rate(0.05)).toBeCloseTo(0.004, 12);
    // Half-way down, at the middle of what follows the warm-up.
    expect(rate(0.525)).toBeCloseTo(0.002, 12);
    expect(rate(1)).toBeCloseTo(0.00004, 12);
    const line = Array.from({ length: 96 }, (_, i) => rate(0.05 + i * 0.01));
    line.slice(1).forEach((value, i) => expect(value).toBeLessThanOrEqual(line[i]!));
  });

  test('one-cycle without a warm-up starts at its peak', () => {
    expect(learningRate({ ...settings, warmup: 0, schedule: 'one-cycle' }, { progress: 0, epoch: 0 })).toBe(
      0.004,
    );
  });
});
