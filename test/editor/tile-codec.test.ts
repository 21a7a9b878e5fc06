import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeTile,
  encodeTile,
  isVoid,
  sameValues,
  sampleTile,
  sampleValues,
} from '../../src-renderer/editor/tile-codec.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { encodeRuns, tileAt } from '../../src-main/shared/mask.js';
import { encodeMask } from '../../src-main/store/masks.js';
import { randomFor } from '../../src-main/shared/random.js';

const SIZE = { width: 700, height: 530 };

/** Blobs, stripes and noise. */
function labels(seed: number): Uint8Array {
  const random = randomFor(seed, 4711);
  const data = new Uint8Array(SIZE.width * SIZE.height);
  for (let at = 0; at < data.length;) {
    const run = 1 + random.integer(random.chance(0.3) ? 3 : 900);
    data.fill(random.integer(5) * 50, at, (at += run));
  }
  return data;
}

test('what the store wrote is read, and what is written holds the same values', () => {
  for (let seed = 0; seed < 5; seed++) {
    const mask = encodeMask({ ...SIZE, data: labels(seed) });
    for (const { ty, tx, bytes } of mask.tiles) {
      const { width, height } = tileAt(SIZE.width, SIZE.height, ty, tx);
      const values = decodeTile(bytes, width * height);
      const again = encodeTile(values)!;
      expect(decodeTile(again, width * height)).toEqual(values);
      expect(Buffer.compare(deflateRawSync(encodeRuns(values), { level: 1 }), bytes)).toBe(0);
    }
  }
});

test('any values come back, void ones as null', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (values) => {
      const bytes = encodeTile(values);
      expect(bytes === null).toBe(values.every((value) => value === 0));
      if (bytes) expect(decodeTile(bytes, values.length)).toEqual(values);
    }),
  );
  expect(encodeTile(new Uint8Array(512 * 512))).toBeNull();
});

test('a sample is every n-th value of the whole tile, the last ones of squares that are cut off', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(1, 2, 4, 8, 32),
      fc.nat(99),
      (width, height, step, seed) => {
        const values = labels(seed)
          .slice(0, width * height)
          .fill(1, 0, 1);
        const expected: number[] = [];
        for (let y = 0; y < height; y += step)
          for (let x = 0; x < width; x += step) {
            const [row, column] = [y + (step >> 1), x + (step >> 1)];
            expected.push(values[Math.min(row, height - 1) * width + Math.min(column, width - 1)]!);
          }
        const target = new Uint8Array(512 * 512);
        const sample = sampleTile(encodeTile(values)!, { width, height, step }, target);
        expect(Array.from(sample.subarray(0, expected.length))).toEqual(expected);
        expect(Array.from(sampleValues(values, { width, height, step }))).toEqual(expected);
      },
    ),
  );
});

test('damaged, short and swollen tiles are refused with a sentence', () => {
  const good = encodeTile(labels(1).slice(0, 512 * 512))!;
  const bomb = deflateRawSync(new Uint8Array(50_000_000));
  for (const bytes of [
    good.slice(0, good.length >> 1),
    new Uint8Array([255, 1, 2]),
    bomb,
    deflateRawSync(Buffer.of(3, 9)),
  ]) {
    expect(() => decodeTile(bytes, 512 * 512)).toThrow(expect.toSatisfy(isAppError));
    const sample = () => sampleTile(bytes, { width: 512, height: 512, step: 8 }, new Uint8Array(512 * 512));
    expect(sample).toThrow(expect.toSatisfy(isAppError));
  }
});

test('equality and emptiness are told at every length and alignment', () => {
  for (const offset of [0, 1, 3])
    for (const length of [1, 3, 4, 7, 64]) {
      const values = new Uint8Array(80).subarray(offset, offset + length);
      const other = new Uint8Array(length);
      expect(isVoid(values)).toBe(true);
      expect(sameValues(values, other)).toBe(true);
      values[length - 1] = 1;
      expect(isVoid(values)).toBe(false);
      expect(sameValues(values, other)).toBe(false);
    }
});
