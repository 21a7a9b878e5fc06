import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  TILE_SIDE,
  countValues,
  cutTile,
  decodeRuns,
  encodeRuns,
  pasteTile,
  tileAt,
  tilesOf,
} from '../../src-main/shared/mask.js';

describe('run lengths', () => {
  test('bring back any values', () => {
    const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 700 })));
    fc.assert(
      fc.property(runs, (list) => {
        const values = Uint8Array.from(list.flatMap(([value, length]) => Array<number>(length).fill(value)));
        expect(decodeRuns(encodeRuns(values), values.length)).toEqual(values);
      }),
    );
  });

  test('bring back instance numbers of 32 bits', () => {
    const values = Uint32Array.of(0, 0, 70_000, 70_000, 4_294_967_295, 1);
    expect(decodeRuns(encodeRuns(values), 6, new Uint32Array(6))).toEqual(values);
  });

  test('are the bytes that are written down in the format', () => {
    // 300 times 7 (299 = 0b10_0101011), then one 200 (0b1_1001000).
    const values = new Uint8Array(301).fill(7, 0, 300);
    values[300] = 200;
    expect([...encodeRuns(values)]).toEqual([7, 0b10101011, 0b10, 0b11001000, 1, 0]);
  });

  test.each([
    ['too few values', [1, 1], 3],
    ['too many values', [1, 9], 3],
    ['half a pair', [1, 2, 1], 3],
    ['a number that never ends', [1, 255, 255, 255, 255, 255, 255, 255], 3],
    ['a value that does not fit', [200, 2, 2], 3],
  ])('with %s are refused', (_, bytes, length) => {
    expect(() => decodeRuns(Uint8Array.from(bytes), length)).toThrow(RangeError);
  });
});

describe('tiles', () => {
  test('cover an image once and are smaller at its edges', () => {
    const rects = tilesOf(1000, 513);
    expect(rects.map(({ ty, tx, width, height }) => [ty, tx, width, height])).toEqual([
      [0, 0, 512, 512],
      [0, 1, 488, 512],
      [1, 0, 512, 1],
      [1, 1, 488, 1],
    ]);
  });

  test('put together again are the label map', () => {
    const data = Uint8Array.from({ length: 600 * 530 }, (_, i) => (i * 7919) % 251);
    const map = { width: 600, height: 530, data };
    const copy = { ...map, data: new Uint8Array(data.length) };
    for (const rect of tilesOf(600, 530)) pasteTile(copy, rect, cutTile(map, rect));
    expect(copy.data).toEqual(data);
  });

  test('outside the image do not exist', () => {
    expect(() => tileAt(TILE_SIDE, TILE_SIDE, 0, 1)).toThrow(RangeError);
    expect(() => tileAt(TILE_SIDE, TILE_SIDE, -1, 0)).toThrow(RangeError);
  });
});

test('pixels are counted by value', () => {
  expect(countValues(Uint8Array.of(0, 3, 3, 1))).toEqual([1, 1, 0, 2]);
  expect(countValues(new Uint8Array(0))).toEqual([0]);
});
