/** Zoom levels and display ranges against numpy. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { preparePlane } from '../../src-main/pixels/prepared-plane.js';
import { levelCount, levelSize, pyramidBytes, tilePlace } from '../../src-main/pixels/pyramid.js';
import { BYTES_PER_SAMPLE } from '../../src-main/pixels/plane.js';
import type { PixelType } from '../../src-main/shared/model.js';
import { runPython } from '../python.js';
import { temporaryFolder } from '../store/temporary-store.js';

test.each<[PixelType, number, number, number]>([
  ['uint8', 1300, 700, 3],
  ['uint16', 1100, 1537, 1],
  ['int16', 513, 40, 1],
  ['float32', 600, 1025, 1],
  ['uint8', 512, 512, 1],
])('%s of %i × %i px and %i channels', async (type, width, height, channels) => {
  const folder = temporaryFolder();
  const shape = { width, height, channels, type };
  const levels = levelCount(shape);
  const script = resolve(import.meta.dirname, '../python/pyramid_levels.py');
  await runPython(script, [folder, type, ...[width, height, channels, levels].map(String)]);
  const path = join(folder, 'picture.tif');
  const plane = await preparePlane({ path, page: 0, file: null });
  expect(plane).toMatchObject(shape);

  const pixelBytes = channels * BYTES_PER_SAMPLE[type];
  for (let level = 0; level < levels; level++) {
    const size = levelSize(shape, level);
    const whole = new Uint8Array(size.width * size.height * pixelBytes);
    for (let ty = 0; ty * 512 < size.height; ty++)
      for (let tx = 0; tx * 512 < size.width; tx++) {
        const { offset, bytes } = tilePlace(shape, { level, ty, tx })!;
        const rowBytes = Math.min(512, size.width - tx * 512) * pixelBytes;
        for (let row = 0; row * rowBytes < bytes; row++)
          whole.set(
            plane.data.subarray(offset + row * rowBytes, offset + (row + 1) * rowBytes),
            ((ty * 512 + row) * size.width + tx * 512) * pixelBytes,
          );
      }
    expect(Buffer.compare(whole, readFileSync(join(folder, `level${level}.raw`))), `level ${level}`).toBe(0);
  }
  expect(tilePlace(shape, { level: levels, ty: 0, tx: 0 })).toBeNull();
  expect(tilePlace(shape, { level: 0, ty: Math.ceil(height / 512), tx: 0 })).toBeNull();

  const raw = readFileSync(join(folder, 'ranges.raw'));
  const expected = new Float64Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength));
  for (const [c, range] of plane.ranges.entries()) {
    expect([range.min, range.max]).toEqual([expected[c], expected[channels + c]]);
    expect(range.histogram.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(
      Math.min(5e5, width * height),
    );
    // From every second pixel of those over a million.
    const spread = (range.max - range.min) / 100;
    expect(Math.abs(range.low - expected[2 * channels + c]!)).toBeLessThanOrEqual(spread);
    expect(Math.abs(range.high - expected[3 * channels + c]!)).toBeLessThanOrEqual(spread);
  }

  const file = join(folder, 'cache', 'plane.tiles');
  expect((await preparePlane({ path, page: 0, file })).data).toHaveLength(0);
  expect(readFileSync(file).subarray(0, pyramidBytes(shape)).equals(plane.data)).toBe(true);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['plane.tiles']);
});
