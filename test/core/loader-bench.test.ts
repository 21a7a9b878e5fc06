import { expect, it } from 'vitest';
import { benchLoader } from '../../src-main/core/bench/loader.js';

it('the benchmark of the loader compares crops that are alike', { timeout: 120_000 }, async () => {
  const rows = await benchLoader({
    ...{ rounds: 2, steps: 10, size: 64, batch: 4, stepMs: 1, workers: [2], seed: 1, only: 'mobilenet' },
  });
  expect(rows.map(({ recipe }) => recipe)).toEqual(['unet-mobilenet']);
  for (const { programs } of rows)
    for (const { perS, waited, ratio, ...figures } of Object.values(programs)) {
      expect(perS).toBeGreaterThan(0);
      expect(waited).toBeGreaterThanOrEqual(0);
      if (ratio) expect(ratio.low).toBeLessThanOrEqual(ratio.high);
      // Means of 400 crops, whose own spread is 0.3 at most: five times what chance does.
      for (const name of ['mean', 'ground', 'void'] as const)
        expect(Math.abs(figures[name] - programs.ours[name])).toBeLessThan(0.12);
    }
});
