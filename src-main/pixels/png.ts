/** PNG out: label maps that look right in every viewer and read back exactly, and pictures of 8 and 16 bits. */
import { crc32, deflateSync } from 'node:zlib';

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
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colorType, 0, 0, 0], 8);
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
    chunk('IHDR', header),
    ...(plte ? [chunk('PLTE', plte)] : []),
    chunk('IDAT', deflateSync(plain, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
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
