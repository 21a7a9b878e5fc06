/** PNG out: label maps that look right in every viewer and read back exactly, and pictures of 8 and 16 bits. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflate, deflateSync } from 'node:zlib';

type Rgb = readonly [number, number, number];
interface Size {
  width: number;
  height: number;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const COLOR_TYPE = { grey: 0, rgb: 2, indexed: 3 } as const;

/** 8-bit grey. */
export function encodeGreyPng({ width, height, data }: Size & { data: Uint8Array }): Uint8Array {
  requireLength(data.length, width * height);
  return encode({ width, height, bits: 8, colorType: COLOR_TYPE.grey, rows: data, samples: 1, filter: 0 });
}

/** 16-bit grey. */
export function encodeGrey16Png({ width, height, data }: Size & { data: Uint16Array }): Uint8Array {
  requireLength(data.length, width * height);
  const rows = Buffer.alloc(data.length * 2);
  for (let i = 0; i < data.length; i++) rows.writeUInt16BE(data[i]!, i * 2);
  return encode({ width, height, bits: 16, colorType: COLOR_TYPE.grey, rows, samples: 1, filter: 1 });
}

/** 8-bit RGB, three bytes a pixel. */
export function encodeRgbPng({ width, height, data }: Size & { data: Uint8Array }): Uint8Array {
  requireLength(data.length, width * height * 3);
  return encode({ width, height, bits: 8, colorType: COLOR_TYPE.rgb, rows: data, samples: 3, filter: 1 });
}

/**
 * A label map: each value is the index itself, always 8 bits a pixel.
 * @param palette Colours by label value, entry 0 for void; it must reach to the largest value in `data`.
 */
export function encodeIndexedPng({
  width,
  height,
  data,
  palette,
}: Size & { data: Uint8Array; palette: readonly Rgb[] }): Uint8Array {
  requireLength(data.length, width * height);
  const largest = data.reduce((most, value) => Math.max(most, value), 0);
  if (palette.length <= largest || palette.length > 256)
    throw new RangeError(`a palette of ${palette.length} colours for values up to ${largest}`);
  const plte = Buffer.from(palette.flat());
  return encode({
    width,
    height,
    bits: 8,
    colorType: COLOR_TYPE.indexed,
    rows: data,
    samples: 1,
    filter: 0,
    plte,
  });
}

interface Encoding extends Size {
  bits: 8 | 16;
  colorType: number;
  samples: number;
  /** Packed rows, most significant byte first. */
  rows: Uint8Array;
  /** 0 none: best for label maps. 1 difference to the left: best for pictures. */
  filter: 0 | 1;
  plte?: Buffer;
}

function encode({ width, height, bits, colorType, samples, rows, filter, plte }: Encoding): Uint8Array {
  const step = (samples * bits) / 8;
  const rowBytes = width * step;
  const plain = Buffer.alloc((rowBytes + 1) * height);
  for (let y = 0; y < height; y++) {
    const to = y * (rowBytes + 1) + 1;
    plain[to - 1] = filter;
    plain.set(rows.subarray(y * rowBytes, (y + 1) * rowBytes), to);
    if (filter === 1)
      for (let x = rowBytes - 1; x >= step; x--) plain[to + x] = plain[to + x]! - plain[to + x - step]!;
  }
  return Buffer.concat([
    SIGNATURE,
    headerChunk({ width, height, bits, colorType }),
    ...(plte ? [chunk('PLTE', plte)] : []),
    chunk('IDAT', deflateSync(plain, { level: LEVEL })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function headerChunk({ width, height, bits, colorType }: Size & { bits: number; colorType: number }): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colorType, 0, 0, 0], 8);
  return chunk('IHDR', header);
}

/**
 * A label map as `encodeIndexedPng` makes it, from rows that come one after the other: a map may be larger than memory.
 * @param rows whole rows from the top, any number at a time. @returns the file's pieces.
 * @throws RangeError for a number of rows that is not `height`, or a value beyond the palette.
 */
export async function* indexedPngPieces(
  { width, height, palette }: Size & { palette: readonly Rgb[] },
  rows: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (palette.length > 256) throw new RangeError(`a palette of ${palette.length} colours`);
  yield SIGNATURE;
  yield headerChunk({ width, height, bits: 8, colorType: COLOR_TYPE.indexed });
  yield chunk('PLTE', Buffer.from(palette.flat()));
  const plain = Readable.from(filterless(rows, { width, height, colours: palette.length }), {
    objectMode: false,
    highWaterMark: PIECE_BYTES,
  });
  const deflate = createDeflate({ level: LEVEL, chunkSize: PIECE_BYTES });
  // Its errors come out of `deflate` too, so that one loop sees them all.
  const done = pipeline(plain, deflate).catch((error: unknown) => void deflate.destroy(error as Error));
  for await (const piece of deflate as AsyncIterable<Buffer>) yield chunk('IDAT', piece);
  await done;
  yield chunk('IEND', Buffer.alloc(0));
}

const LEVEL = 6;
const PIECE_BYTES = 1 << 20;

async function* filterless(
  rows: AsyncIterable<Uint8Array>,
  { width, height, colours }: Size & { colours: number },
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const part of rows) {
    const count = part.length / width;
    if (part.some((value) => value >= colours)) throw new RangeError('a value beyond the palette');
    const plain = Buffer.alloc((width + 1) * count);
    for (let y = 0; y < count; y++) plain.set(part.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
    seen += count;
    yield plain;
  }
  if (seen !== height) throw new RangeError(`${seen} rows given for ${height}`);
}

function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

function requireLength(given: number, needed: number): void {
  if (given !== needed) throw new RangeError(`${given} samples given for ${needed}`);
}
