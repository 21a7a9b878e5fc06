/** The order of what is offered for correction. */
import { describe, expect, test } from 'vitest';
import {
  candidatesIn,
  mostUncertain,
  offeredSide,
  type UncertainImage,
} from '../../src-main/core/uncertain-tiles.js';

/** Entropies 0 … 255 of cells of 32 px from a function of the cell. */
const image = (
  imageId: number,
  cell: (x: number, y: number) => number,
  rest: Partial<UncertainImage> = {},
): UncertainImage => ({
  imageId,
  name: `${imageId}`,
  width: 512,
  height: 512,
  cells: Uint8Array.from({ length: 16 * 16 }, (_, i) => cell(i % 16, Math.floor(i / 16))),
  labelled: null,
  ...rest,
});

describe('candidates', () => {
  test('are places in an image, also in a small one', () => {
    const sides = [2048, 512, 384, 256, 120, 40, 8].map((side) => offeredSide(side, 2 * side));
    expect(sides).toEqual([128, 128, 96, 64, 32, 32, 32]);
    const cells = new Uint8Array(16).fill(255);
    expect(candidatesIn({ ...image(1, () => 0), width: 120, height: 120, cells })).toHaveLength(16);
  });

  test('lie on a grid, smaller at the border, each with its mean entropy', () => {
    const found = candidatesIn({ ...image(1, (x) => (x < 4 ? 255 : 0)), width: 500 });
    expect(found).toHaveLength(16);
    expect(found[3]).toMatchObject({ x: 384, y: 0, width: 116, height: 128, entropy: 0 });
    expect(found[0]).toMatchObject({ x: 0, y: 0, entropy: 1 });
  });

  test('count what is labelled not at all', () => {
    const labelled = Float32Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 4 ? 1 : 0));
    const found = candidatesIn(image(1, (x) => (x < 4 ? 255 : 100), { labelled }));
    expect(found.some(({ x }) => x === 0)).toBe(false);
    expect(found).toHaveLength(12);
  });
});

describe('the queue', () => {
  test('begins with the most uncertain and offers no neighbours', () => {
    const candidates = candidatesIn(image(1, (x, y) => 255 - 10 * x - y));
    const queue = mostUncertain(candidates, 20);
    expect(queue[0]).toMatchObject({ x: 0, y: 0 });
    for (const a of queue)
      for (const b of queue)
        if (a !== b) expect(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))).toBeGreaterThan(128);
  });

  test('turns to other images before it goes on with the same', () => {
    const candidates = [image(1, () => 200), image(2, () => 190), image(3, () => 20)].flatMap(candidatesIn);
    expect(mostUncertain(candidates, 5).map(({ imageId }) => imageId)).toEqual([1, 2, 1, 2, 1]);
  });

  test('is the same whatever the order of the candidates', () => {
    const candidates = [image(1, () => 77), image(2, () => 77)].flatMap(candidatesIn);
    expect(mostUncertain(candidates.toReversed(), 6)).toEqual(mostUncertain(candidates, 6));
  });
});
