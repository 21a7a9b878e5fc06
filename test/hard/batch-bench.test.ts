import { expect, it } from 'vitest';
import { benchBatch } from '../../src-main/core/bench/batch.js';

it.each([
  // unet-mini halves twice: a margin of 4 px all round.
  { tile: 0, expected: (136 / 128) ** 2 - 1 },
  // Two tiles a side, each with a halo of 24 px on one side.
  { tile: 80, expected: ((72 + 24 + 64 + 24) / 128) ** 2 - 1 },
])(
  'the benchmark of folders compares programs that make the same masks, tiles of $tile px',
  async ({ tile, expected }) => {
    const sizes = [{ sidePx: 128, images: 3, roundsShare: 1 }];
    const rows = await benchBatch({ rounds: 3, threads: 1, seed: 1, sizes, tile, only: 'unet-mini' });
    expect(rows.map((row) => row.case)).toEqual(['unet-mini 128²']);
    for (const { overhead, programs } of rows) {
      // Ours mirrors the image at its borders, where Keras pads with zeros.
      expect(programs.keras.equal).toBeGreaterThan(0.97);
      // The same tiles: only pixels on the fence may fall to the other side.
      expect(programs.onnx.equal).toBeGreaterThan(0.999);
      expect(overhead).toBeCloseTo(expected, 6);
      for (const { perS, busy, firstS, ratio } of Object.values(programs)) {
        expect(perS).toBeGreaterThan(0);
        expect(firstS).toBeGreaterThan(0);
        expect(busy).toBeGreaterThan(0);
        if (ratio) expect(ratio.low).toBeLessThanOrEqual(ratio.high);
      }
    }
  },
);
