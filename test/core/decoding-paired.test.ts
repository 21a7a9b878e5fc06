import { describe, expect, it } from 'vitest';
import { pairedRatio } from '../../src-main/core/bench/paired.js';
import { randomFor } from '../../src-main/shared/random.js';

describe('a paired ratio', () => {
  it('is exact, with no width, where every round says the same', () => {
    const { ratio, low, high } = pairedRatio([2, 4, 8], [1, 2, 4], 1);
    for (const value of [ratio, low, high]) expect(value).toBeCloseTo(2, 12);
  });

  it('has an interval that holds the truth in about 95 of 100 experiments', () => {
    const random = randomFor(3);
    let held = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      // What slows one round slows both; the difference between the two has a spread of 10 %.
      const busy = Array.from({ length: 25 }, () => 1 + 3 * random.next());
      const ours = busy.map((slow) => (1.3 / slow) * Math.exp(0.1 * random.normal()));
      const { low, high } = pairedRatio(
        ours,
        busy.map((slow) => 1 / slow),
        experiment,
      );
      if (low <= 1.3 && 1.3 <= high) held++;
    }
    expect(held).toBeGreaterThan(176);
    expect(held).toBeLessThan(200);
  });

  it('refuses series that are no pairs', () => {
    expect(() => pairedRatio([1], [1, 2], 1)).toThrow('paired');
    expect(() => pairedRatio([0], [1], 1)).toThrow('positive');
  });
});
