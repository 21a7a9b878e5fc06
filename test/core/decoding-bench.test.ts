import { expect, it } from 'vitest';
import { benchDecode } from '../../src-main/core/bench/decode.js';

it('the decoding benchmark finds the same pixels with all programs, and a ratio with its interval', async () => {
  const rows = await benchDecode({ rounds: 3, sidePx: 300, seed: 1, only: 'uint16' });
  expect(rows.map((row) => row.case)).toContain('uint16 zstd, predictor 2.tif');
  for (const { case: name, mb, programs } of rows) {
    expect(mb).toBeCloseTo(0.18, 5);
    expect([name, programs.ours!.samePixels, programs.ours!.ratio]).toEqual([name, true, null]);
    // sharp does not read zstd.
    expect([name, Object.keys(programs).includes('sharp')]).toEqual([name, !name.includes('zstd')]);
    for (const program of ['sharp', 'tifffile'] as const) {
      const figures = programs[program];
      if (!figures) continue;
      expect([name, program, figures.samePixels]).toEqual([name, program, true]);
      expect(figures.ratio!.low).toBeLessThanOrEqual(figures.ratio!.ratio);
      expect(figures.ratio!.high).toBeGreaterThanOrEqual(figures.ratio!.ratio);
    }
  }
});
