import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countTile, packTile, remapTile, visitRuns } from '../../src-main/store/tile-runs.js';

const tiles = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 20 }) })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      // Few values, so that there are runs; large ones, which take two bytes.
      data: fc
        .array(fc.constantFrom(0, 0, 0, 1, 2, 127, 128, 254), {
          minLength: size.width * size.height,
          maxLength: size.width * size.height,
        })
        .map((values) => Uint8Array.from(values)),
    }),
  );

test('runs cover a tile exactly, each with the value that is there', () => {
  fc.assert(
    fc.property(tiles, ({ data }) => {
      const seen = new Uint8Array(data.length);
      let last = 0;
      visitRuns(packTile(data), data.length, (value, start, end) => {
        expect(start).toBe(last);
        seen.fill(value, start, end);
        last = end;
      });
      expect(seen).toEqual(data);
    }),
  );
});

test('counts are those of the pixels', () => {
  fc.assert(
    fc.property(tiles, ({ data, size }) => {
      const counts = countTile(packTile(data), size);
      for (const value of [0, 1, 2, 127, 128, 254])
        expect(counts[value]).toBe(data.filter((one) => one === value).length);
    }),
  );
});

test('other values give the bytes that packing the changed pixels gives', () => {
  fc.assert(
    fc.property(
      tiles,
      fc.array(fc.integer({ min: 0, max: 254 }), { minLength: 256, maxLength: 256 }),
      ({ data, size }, drawn) => {
        const table = Uint8Array.from(drawn, (value, i) => (i === 0 ? 0 : value % 3 === 0 ? 0 : value));
        const mapped = data.map((value) => table[value]!);
        const expected = mapped.some((value) => value !== 0) ? packTile(mapped) : null;
        const made = remapTile(packTile(data), size, table);
        expect(made && Buffer.from(made)).toEqual(expected && Buffer.from(expected));
      },
    ),
  );
});

test('damaged bytes throw, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        let pixels = 0;
        visitRuns(bytes, 64, (_value, start, end) => (pixels += end - start));
        expect(pixels).toBe(64);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('a tile that would unpack to 64 MB is refused once it is larger than its pixels can be', () => {
  const bomb = deflateRawSync(new Uint8Array(64 << 20));
  let visited = 0;
  expect(() => visitRuns(bomb, 512 * 512, () => visited++)).toThrow(RangeError);
  expect(visited).toBe(0);
});
