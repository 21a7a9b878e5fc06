import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, readImageInfo } from '../../src-main/pixels/decode.js';
import { encodeGreyPng, encodeGrey16Png } from '../../src-main/pixels/png.js';
import { isAppError } from '../../src-main/shared/errors.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'brushfield-test-'))));

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

interface TinyTiff {
  fields: [tag: number, value: number][];
  next?: number;
  data?: Uint8Array;
}

/** A little-endian TIFF with one directory of LONG fields at byte 8, and its data behind it. */
function tinyTiff({ fields, next = 0, data = new Uint8Array(0) }: TinyTiff): Buffer {
  const head = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(fields.length, 8);
  fields.forEach(([tag, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(4, 12 + i * 12);
    head.writeUInt32LE(1, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  head.writeUInt32LE(next, 10 + fields.length * 12);
  return Buffer.concat([head, data]);
}

const grey = (width: number, height: number): [number, number][] => [
  [256, width],
  [257, height],
  [258, 8],
  [262, 1],
];

describe('a damaged or hostile file', () => {
  it.each([
    ['empty.tif', Buffer.alloc(0), 'it is empty'],
    ['text.png', Buffer.from('hello, this is text'), 'its content is no PNG, JPEG, TIFF, BMP, GIF or WebP'],
    ['circle.tif', tinyTiff({ fields: grey(4, 4), next: 8 }), 'its directories run in a circle'],
    [
      'huge.tif',
      tinyTiff({ fields: [...grey(20_000, 20_000), [273, 74], [279, 10]], data: Buffer.alloc(64) }),
      'its 10 bytes of data cannot hold the 400000000 its header claims',
    ],
    [
      'outside.tif',
      tinyTiff({ fields: [...grey(8, 8), [273, 5000], [279, 64]] }),
      'it ends at byte 86, before data its header points to',
    ],
    ['no-data.tif', tinyTiff({ fields: grey(8, 8) }), 'it has 0 blocks of data where 1 are needed'],
    [
      'huge-tile.tif',
      tinyTiff({
        fields: [...grey(16, 16), [259, 8], [322, 20_000], [323, 20_000], [324, 118], [325, 60]],
        data: Buffer.alloc(60),
      }),
      'its 60 bytes of data cannot hold the 320000 its header claims',
    ],
    [
      'flat.tif',
      tinyTiff({ fields: [...grey(0, 8), [273, 5000]] }),
      'its header claims 0 × 8 pixels of 1 channels',
    ],
  ])('%s is refused at once with a sentence', async (name, bytes, reason) => {
    await expect(decodeImage(await written(name, bytes))).rejects.toMatchObject({
      code: 'unreadable-image',
      message: `${name} cannot be read: ${reason}.`,
    });
  });

  it('with more pixels than the limit is named as too large', async () => {
    const path = await written(
      'wide.tif',
      tinyTiff({ fields: [...grey(100_000, 100_000), [273, 8], [279, 10]] }),
    );
    await expect(readImageInfo(path)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('that inflates far beyond its image is stopped', async () => {
    const data = deflateSync(Buffer.alloc(50_000_000));
    const fields: [number, number][] = [...grey(8, 8), [259, 8], [273, 94], [279, data.length]];
    const path = await written('bomb.tif', tinyTiff({ fields, data }));
    await expect(decodeImage(path)).rejects.toMatchObject({ code: 'unreadable-image' });
  });

  it('that is missing is named as missing', async () => {
    await expect(readImageInfo(join(folder, 'nowhere.png'))).rejects.toMatchObject({ code: 'not-found' });
    await expect(readImageInfo(folder)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of a known format that is not read is refused by its name', async () => {
    const path = await written('cells.czi', Buffer.from('ZISRAWFILE------------'));
    await expect(readImageInfo(path)).rejects.toMatchObject({
      code: 'unsupported-image',
      message: expect.stringContaining('the CZI format') as string,
    });
  });

  it('cut off or with a wrong byte anywhere never ends in anything but pixels or a sentence', async () => {
    const data = Uint8Array.from({ length: 20 * 20 }, (_, i) => (i * 7) & 255);
    const png = encodeGreyPng({ width: 20, height: 20, data });
    const deep = encodeGrey16Png({ width: 20, height: 20, data: Uint16Array.from(data) });
    const tiff = tinyTiff({ fields: [...grey(20, 20), [273, 86], [279, 400]], data });
    const sample = fc.record({
      file: fc.constantFrom(png, deep, tiff),
      at: fc.nat(),
      byte: fc.nat(255),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sample, async ({ file, at, byte, cut }) => {
        const bytes = cut ? file.subarray(0, at % file.length) : Uint8Array.from(file);
        if (!cut) bytes[at % file.length] = byte;
        const path = await written('fuzzed', bytes);
        try {
          await decodeImage(path);
        } catch (error) {
          expect(isAppError(error), String(error)).toBe(true);
        }
      }),
      { numRuns: 500, seed: 11 },
    );
  });

  it('that is a PNG with a wrong byte in its pixels is refused, not shown wrong', async () => {
    const png = Buffer.from(encodeGreyPng({ width: 9, height: 9, data: new Uint8Array(81).fill(77) }));
    png[45] = png[45]! ^ 1;
    await expect(decodeImage(await written('flipped.png', png))).rejects.toMatchObject({
      message: 'flipped.png cannot be read: the checksum of its "IDAT" chunk is wrong.',
    });
    expect((await readFile(join(folder, 'flipped.png'))).length).toBe(png.length);
  });
});
