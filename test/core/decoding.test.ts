import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecoderPool, type DecoderPool } from '../../src-main/core/decoding.js';
import { timeAllowedMs } from '../../src-main/core/decoding-thread.js';
import { decodeImage, decodeLabelImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { encodeGrey16Png, encodeGreyPng, encodeRgbPng } from '../../src-main/pixels/png.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { randomFor } from '../../src-main/shared/random.js';

let folder: string;
let pool: DecoderPool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'));
  pool = createDecoderPool();
});
afterAll(() => pool.close());

const random = randomFor(4);
const samples = (length: number, most: number) => Uint16Array.from({ length }, () => random.integer(most));

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A TIFF that takes long to decode for its size: one row a strip, all of the same packed bytes. */
function slowTiff(rows: number): Buffer {
  const width = 100_000;
  const data = zstdCompressSync(Buffer.alloc(width));
  const fields = [
    [256, 1, width],
    [257, 1, rows],
    [258, 1, 8],
    [259, 1, 50_000],
    [262, 1, 1],
    [273, rows, 110],
    [278, 1, 1],
    [279, rows, 110 + rows * 4],
  ] as const;
  const file = Buffer.alloc(110 + rows * 8);
  file.write('II*\0', 0, 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(fields.length, 8);
  fields.forEach(([tag, count, value], i) => {
    file.writeUInt16LE(tag, 10 + i * 12);
    file.writeUInt16LE(4, 12 + i * 12);
    file.writeUInt32LE(count, 14 + i * 12);
    file.writeUInt32LE(value, 18 + i * 12);
  });
  for (let row = 0; row < rows; row++) {
    file.writeUInt32LE(file.length, 110 + row * 4);
    file.writeUInt32LE(data.length, 110 + (rows + row) * 4);
  }
  return Buffer.concat([file, data]);
}

describe('a pool of decoding threads', () => {
  it('gives what decoding in place gives: pixels, labels, header, hash, part and thumbnail', async () => {
    const grey = await written(
      'grey.png',
      encodeGreyPng({ width: 30, height: 20, data: Uint8Array.from(samples(600, 256)) }),
    );
    const deep = await written(
      'deep.png',
      encodeGrey16Png({ width: 30, height: 20, data: samples(600, 65_536) }),
    );
    const colour = await written(
      'colour.png',
      encodeRgbPng({ width: 10, height: 20, data: Uint8Array.from(samples(600, 256)) }),
    );
    for (const path of [grey, deep, colour]) {
      expect(await pool.decode(path, 0)).toEqual(await decodeImage(path));
      expect(await pool.info(path)).toEqual(await readImageInfo(path));
      expect(await pool.hash(path)).toBe(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      );
    }
    expect(await pool.labels(grey, 0)).toEqual(await decodeLabelImage(grey));
    const whole = await decodeImage(grey);
    const part = await pool.region(grey, 0, { x: 3, y: 4, width: 5, height: 2 });
    expect([...part.data]).toEqual([...whole.data.subarray(123, 128), ...whole.data.subarray(153, 158)]);
    const thumbnail = await written('thumbnail.png', await pool.thumbnail(deep, 0, 15));
    expect(await readImageInfo(thumbnail)).toMatchObject({ width: 15, height: 10 });
    await pool.look(grey, 0);
  });

  it('refuses a bad file with the decoder’s own sentence and goes on', async () => {
    const path = await written('bad.png', Buffer.from('no image at all'));
    await expect(pool.decode(path, 0)).rejects.toMatchObject({
      code: 'unreadable-image',
      message: 'bad.png cannot be read: its content is no PNG, JPEG, TIFF, BMP, GIF or WebP.',
    });
    await expect(pool.info(join(folder, 'nowhere.png'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(pool.decode(join(folder, 'grey.png'), 1)).rejects.toMatchObject({
      code: 'unreadable-image',
    });
    expect((await pool.decode(join(folder, 'grey.png'), 0)).width).toBe(30);
  });

  it('replaces a thread whose file takes too long, and refuses only that file', async () => {
    const slow = await written('slow.tif', slowTiff(5000));
    const impatient = createDecoderPool({ threads: 1, timeLimitMs: -60_000 });
    // Less than no time, but for what the file's size allows: the limit strikes whatever the machine.
    const refused = impatient.decode(slow, 0);
    await expect(refused).rejects.toMatchObject({
      code: 'unreadable-image',
      message: expect.stringMatching(/^slow\.tif cannot be read: decoding it took more than/) as string,
    });
    await impatient.close();
    expect((await pool.decode(slow, 0)).height).toBe(5000);
  });

  it('gives a large file more time than a small one', () => {
    expect(timeAllowedMs(10_000, { fileBytes: 200, planeBytes: 9e6 })).toBeLessThan(11_000);
    expect(timeAllowedMs(10_000, { fileBytes: 4e8, planeBytes: 4e8 })).toBeGreaterThan(400_000);
  });

  it('takes what is looked at first, and drops the oldest of the least urgent when too much waits', async () => {
    const small = createDecoderPool({ threads: 1, queue: 3 });
    const order: string[] = [];
    const ask = async (name: string, priority: 'visible' | 'soon' | 'background') => {
      try {
        await small.decode(join(folder, 'grey.png'), 0, { priority });
        order.push(name);
      } catch (error) {
        order.push(`${name} ${isAppError(error) ? error.code : 'bug'}`);
      }
    };
    await Promise.all([
      ask('first', 'background'),
      ask('old', 'background'),
      ask('new', 'background'),
      ask('soon', 'soon'),
      ask('seen', 'visible'),
    ]);
    expect(order).toEqual(['old stopped', 'first', 'seen', 'soon', 'new']);
    await small.close();
  });

  it('stops what waits and what runs when asked to, and everything when it is closed', async () => {
    const small = createDecoderPool({ threads: 1 });
    const control = new AbortController();
    const grey = join(folder, 'grey.png');
    const running = small.decode(join(folder, 'slow.tif'), 0, { signal: control.signal });
    const waiting = small.decode(grey, 0, { signal: control.signal });
    const other = small.decode(grey, 0);
    control.abort();
    await expect(running).rejects.toMatchObject({ code: 'stopped' });
    await expect(waiting).rejects.toMatchObject({ code: 'stopped' });
    expect((await other).width).toBe(30);
    const last = small.decode(grey, 0);
    const ended = expect(last).rejects.toMatchObject({ code: 'stopped' });
    await small.close();
    await ended;
    await expect(small.info(grey)).rejects.toMatchObject({ code: 'stopped' });
  });
});
