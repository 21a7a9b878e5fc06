/** TIFF as ImageJ and Fiji write it: one page, pixel size and unit, and a lookup table for label maps. */
import { deflateSync } from 'node:zlib';
import { AppError } from '../shared/errors.js';

type Rgb = readonly [number, number, number];

export interface ImageJTiff {
  width: number;
  height: number;
  /** Row by row, one number a pixel. */
  data: Uint8Array | Uint16Array;
  /** Micrometres a pixel; null: not known, and pixels are the unit. */
  pixelSizeUm: number | null;
  /** Colours by value, for 8-bit pictures: shown as ImageJ's LUT. Values beyond the list are black. */
  palette?: readonly Rgb[];
}

/** TIFF 6.0, section 2: field types. */
const [ASCII, SHORT, LONG, RATIONAL] = [2, 3, 4, 5] as const;

interface Field {
  tag: number;
  type: typeof ASCII | typeof SHORT | typeof LONG | typeof RATIONAL;
  values: readonly number[];
}

const BYTES_OF = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [RATIONAL]: 8 } as const;

/** Bytes of pixels a strip: small enough to be read by parts, large enough to be packed well. */
const STRIP_BYTES = 256 * 1024;
const DEFLATE = 8;
const HEADER_BYTES = 8;

/**
 * Little-endian, deflated strips. What makes it ImageJ's is its description (`ImageJ=…`, `unit=micron`, the display
 * range) and a resolution without a unit of its own; see ij.io.TiffEncoder and FileSaver.getDescriptionString.
 * @throws AppError('too-large') for more than a TIFF can hold.
 */
export function encodeImageJTiff({ width, height, data, pixelSizeUm, palette }: ImageJTiff): Uint8Array {
  if (data.length !== width * height)
    throw new RangeError(`${data.length} pixels given for ${width} × ${height}`);
  const rowBytes = width * data.BYTES_PER_ELEMENT;
  const rows = Math.max(1, Math.floor(STRIP_BYTES / rowBytes));
  const strips: Uint8Array[] = [];
  for (let y = 0; y < height; y += rows)
    strips.push(
      deflateSync(stripBytes(data, y * width, Math.min(data.length, (y + rows) * width)), { level: 6 }),
    );

  let largest = 0;
  for (const value of data) if (value > largest) largest = value;
  const resolution = pixelSizeUm ? rational(1 / pixelSizeUm) : [1, 1];
  const fields: Field[] = [
    { tag: 254, type: LONG, values: [0] },
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: [data.BYTES_PER_ELEMENT * 8] },
    { tag: 259, type: SHORT, values: [DEFLATE] },
    // 3: the values are indices of the colour map; 1: grey, 0 is black.
    { tag: 262, type: SHORT, values: [palette ? 3 : 1] },
    {
      tag: 270,
      type: ASCII,
      values: [...Buffer.from(`${describe(pixelSizeUm, palette ? 255 : largest)}\0`, 'latin1')],
    },
    { tag: 273, type: LONG, values: offsets(strips) },
    { tag: 277, type: SHORT, values: [1] },
    { tag: 278, type: LONG, values: [rows] },
    { tag: 279, type: LONG, values: strips.map((strip) => strip.length) },
    { tag: 282, type: RATIONAL, values: resolution },
    { tag: 283, type: RATIONAL, values: resolution },
    // 1: no absolute unit; the description names it.
    { tag: 296, type: SHORT, values: [1] },
    ...(palette ? [{ tag: 320, type: SHORT, values: colourMap(palette) } as const] : []),
  ];
  return assemble(strips, fields);
}

const describe = (pixelSizeUm: number | null, max: number): string =>
  ['ImageJ=1.54f', ...(pixelSizeUm ? ['unit=micron'] : []), 'min=0.0', `max=${max}.0`, ''].join('\n');

/** Samples `from` to `to` as little-endian bytes. */
function stripBytes(data: Uint8Array | Uint16Array, from: number, to: number): Uint8Array {
  if (data instanceof Uint8Array) return data.subarray(from, to);
  const bytes = Buffer.alloc((to - from) * 2);
  for (let i = from; i < to; i++) bytes.writeUInt16LE(data[i]!, (i - from) * 2);
  return bytes;
}

/** 256 reds, then greens, then blues, of 16 bits. */
const colourMap = (palette: readonly Rgb[]): number[] =>
  [0, 1, 2].flatMap((channel) =>
    Array.from({ length: 256 }, (_, value) => (palette[value]?.[channel] ?? 0) * 257),
  );

/** A positive number as two of 32 bits, to at least seven figures. */
function rational(value: number): [number, number] {
  const denominator = 10 ** Math.max(0, Math.min(9, 9 - Math.ceil(Math.log10(Math.max(value, 1e-9)))));
  return [Math.max(1, Math.min(2 ** 32 - 1, Math.round(value * denominator))), denominator];
}

function offsets(strips: readonly Uint8Array[]): number[] {
  let at = HEADER_BYTES;
  const found = strips.map(({ length }) => {
    const offset = at;
    at += length;
    return offset;
  });
  // Offsets are 32 bits wide, and the fields come after the pixels.
  if (at > 2 ** 32 - 2 ** 24)
    throw new AppError(
      'too-large',
      'The labels need more than the 4 GB that a TIFF can hold; export them as PNG.',
    );
  return found;
}

/** Header, pixels, then the directory with what does not fit into its entries behind it. */
function assemble(strips: readonly Uint8Array[], fields: readonly Field[]): Uint8Array {
  const pixels = strips.reduce((sum, { length }) => sum + length, 0);
  const directory = HEADER_BYTES + pixels + (pixels % 2);
  const directoryBytes = 2 + fields.length * 12 + 4;
  let outside = directory + directoryBytes;
  const places = fields.map(({ type, values }) => {
    const bytes = lengthOf(type, values) * BYTES_OF[type];
    if (bytes <= 4) return null;
    const place = outside;
    outside += bytes + (bytes % 2);
    return place;
  });
  const out = Buffer.alloc(outside);
  out.write('II', 0, 'latin1');
  out.writeUInt16LE(42, 2);
  out.writeUInt32LE(directory, 4);
  let at = HEADER_BYTES;
  for (const strip of strips) {
    out.set(strip, at);
    at += strip.length;
  }
  out.writeUInt16LE(fields.length, directory);
  for (const [i, { tag, type, values }] of fields.entries()) {
    const entry = directory + 2 + i * 12;
    const place = places[i] ?? null;
    out.writeUInt16LE(tag, entry);
    out.writeUInt16LE(type, entry + 2);
    out.writeUInt32LE(lengthOf(type, values), entry + 4);
    if (place !== null) out.writeUInt32LE(place, entry + 8);
    writeValues(out, place ?? entry + 8, type, values);
  }
  return out;
}

/** A rational is two of the values. */
const lengthOf = (type: Field['type'], values: readonly number[]): number =>
  type === RATIONAL ? values.length / 2 : values.length;

function writeValues(out: Buffer, at: number, type: Field['type'], values: readonly number[]): void {
  const bytes = type === RATIONAL ? 4 : BYTES_OF[type];
  for (const [i, value] of values.entries()) out.writeUIntLE(value, at + i * bytes, bytes);
}
