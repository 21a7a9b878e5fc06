import { expect, it } from 'vitest';
import { benchBatch } from '../../src-main/core/bench/batch.js';

it('the benchmark of folders compares programs that make the same masks', async () => {
  const sizes = [{ sidePx: 128, images: 3, roundsShare: 1 }];
  const rows = await benchBatch({ rounds: 3, threads: 1, seed: 1, sizes, only: 'unet-mini' });
  expect(rows.map((row) => row.case)).toEqual(['unet-mini 128²']);
  for (const { overhead, equal, programs } of rows) {
    // Ours mirrors the image at its borders, where Keras pads with zeros.
    expect(equal).toBeGreaterThan(0.97);
    // unet-mini halves twice: a margin of 4 px all round.
    expect(overhead).toBeCloseTo((136 / 128) ** 2 - 1, 6);
    for (const { perS, busy, firstS, ratio } of Object.values(programs)) {
      expect(perS).toBeGreaterThan(0);
      expect(firstS).toBeGreaterThan(0);
      expect(busy).toBeGreaterThan(0);
      if (ratio) expect(ratio.low).toBeLessThanOrEqual(ratio.high);
    }
  }
});
