/** Objects measured row by row beside those of the whole image. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectedComponents } from '../../src-main/measure/components.js';
import { measureObjects } from '../../src-main/measure/object-properties.js';
import { StreamedObjects, type StreamedObject } from '../../src-main/measure/streamed-objects.js';
import type { PixelImage } from '../../src-main/shared/model.js';

interface Map {
  width: number;
  height: number;
  data: Uint8Array;
}

function whole(map: Map, image: PixelImage | null): StreamedObject[] {
  const components = connectedComponents(map);
  return measureObjects(components, image ?? undefined).map((properties) => ({
    value: components.values[properties.label - 1]!,
    properties,
  }));
}

function streamed({ width, height, data }: Map, image: PixelImage | null, band: number): StreamedObject[] {
  const stream = new StreamedObjects({ width, height }, image ? image.channels - (image.alpha ? 1 : 0) : 0);
  for (let y = 0; y < height; y += band) {
    const until = Math.min(height, y + band);
    const rowLength = width * (image?.channels ?? 0);
    stream.add(
      data.subarray(y * width, until * width),
      image && { ...image, height: until - y, data: image.data.slice(y * rowLength, until * rowLength) },
    );
  }
  return stream.finish();
}

/** Blocks of one value, so that objects are more than specks; every pixel is a sample of its own. */
const maps = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    grain: fc.integer({ min: 1, max: 4 }),
    band: fc.integer({ min: 1, max: 12 }),
    values: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1600, maxLength: 1600 }),
  })
  .map(({ width, height, grain, band, values }) => {
    const data = Uint8Array.from(
      { length: width * height },
      (_, i) => values[Math.floor(Math.floor(i / width) / grain) * 40 + Math.floor((i % width) / grain)]!,
    );
    const samples = Uint16Array.from({ length: width * height * 2 }, (_, i) => (i * 7919) % 65_536);
    const image: PixelImage = { width, height, channels: 2, alpha: false, type: 'uint16', data: samples };
    return { map: { width, height, data }, image, band };
  });

test('random maps have the same objects, to the last digit, whatever rows come at a time', () => {
  fc.assert(
    fc.property(maps, ({ map, image, band }) => {
      expect(streamed(map, image, band)).toEqual(whole(map, image));
    }),
    { numRuns: 300 },
  );
});

test('arms that join far below, rings in rings and both diagonals are one object each', () => {
  const side = 31;
  const shapes: ((x: number, y: number) => number)[] = [
    (x, y) => (x % 4 === 0 || y === side - 1 ? 1 : 0),
    (x, y) => Math.max(Math.abs(x - 15), Math.abs(y - 15)) % 3 && 1,
    (x, y) => ((x + y) % 2 ? 1 : 2),
    (x, y) => (x === y || x + y === side - 1 ? 1 : 0),
    () => 0,
    () => 3,
  ];
  for (const shape of shapes) {
    const data = Uint8Array.from({ length: side * side }, (_, i) => shape(i % side, Math.floor(i / side)));
    const map = { width: side, height: side, data };
    expect(streamed(map, null, 7)).toEqual(whole(map, null));
  }
});

test('half rows, too many and too few are refused', () => {
  const stream = new StreamedObjects({ width: 4, height: 3 }, 0);
  expect(() => stream.finish()).toThrow('0 of 3 rows were added');
  expect(() => stream.add(new Uint8Array(5), null)).toThrow(RangeError);
  expect(() => stream.add(new Uint8Array(16), null)).toThrow(RangeError);
});
