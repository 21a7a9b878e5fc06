/** PNG in: every colour type and bit depth, interlaced or not (ISO/IEC 15948). Own code, so that sizes are checked first. */
import { crc32, inflateSync } from 'node:zlib';
import type { ImageInfo } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { checkPlane, checkRatio } from './limits.js';
import { spreadFactor, unpackBits, type DecodedPlane, type Purpose } from './plane.js';
import { undoFilters } from './png-filters.js';
import { DamagedImage, OverLimit } from './refusal.js';
import { plausiblePixelSizeUm } from './pixel-size.js';

/** Deflate cannot do better: 258 bytes from two bits. */
const BEST_RATIO = 1032;

interface PngHeader {
  width: number;
  height: number;
  bits: number;
  colorType: number;
  /** Samples a pixel as stored. */
  samples: number;
  interlaced: boolean;
}

interface PngChunks {
  header: PngHeader;
  palette: Buffer | null;
  transparency: Buffer | null;
  pixelsPerMetre: number | null;
  data: Buffer[];
}

const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Record<number, number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Reads up to the pixels, as the standard puts all that shapes them before. */
export async function readPngInfo(bytes: FileBytes): Promise<ImageInfo> {
  const { header, palette, transparency, pixelsPerMetre } = readChunks(await headOf(bytes));
  const looked = lookedUp(header, palette, transparency);
  return {
    width: header.width,
    height: header.height,
    channels: looked.channels,
    alpha: looked.alpha,
    type: header.bits === 16 ? 'uint16' : 'uint8',
    pages: 1,
    pixelSizeUm: pixelsPerMetre ? plausiblePixelSizeUm(1e6 / pixelsPerMetre) : null,
  };
}

/** @throws DamagedImage, OverLimit */
export function decodePng(file: Buffer, purpose: Purpose): DecodedPlane {
  const chunks = readChunks(file);
  const { header, palette, transparency } = chunks;
  const { width, height, bits, samples } = header;
  const plain = inflate(chunks);
  const rows = header.interlaced
    ? deinterlace(plain, header)
    : unfilter(plain, 0, header, width, height).rows;

  if (header.colorType === 3 && purpose === 'picture') {
    const indices = bits === 8 ? rows : unpackBits(rows, { width, height, bits, factor: 1 });
    return { ...lookUp(indices, header, palette!, transparency), indexed: false };
  }
  const indexed = header.colorType === 3;
  const shape = { width, height, channels: samples, alpha: samples === 2 || samples === 4, indexed };
  if (bits === 16) {
    // The rows have a buffer of their own; samples are stored with their high byte first.
    Buffer.from(rows.buffer as ArrayBuffer).swap16();
    const data = new Uint16Array(rows.buffer as ArrayBuffer);
    return { ...shape, type: 'uint16', data };
  }
  if (bits === 8) return { ...shape, type: 'uint8', data: rows };
  const factor = indexed ? 1 : spreadFactor(bits, purpose);
  return { ...shape, type: 'uint8', data: unpackBits(rows, { width, height, bits, factor }) };
}

/** The chunks before the first pixels, with an empty end behind them. */
async function headOf(bytes: FileBytes): Promise<Buffer> {
  for (let at = 8; ;) {
    if (at + 12 > bytes.size) throw new DamagedImage('it ends before its last chunk');
    const chunk = await bytes.read(at, 8);
    const type = chunk.toString('latin1', 4);
    if (type === 'IDAT' || type === 'IEND') return Buffer.concat([await bytes.read(0, at), EMPTY_END]);
    at += 12 + chunk.readUInt32BE(0);
    if (at > MAX_HEAD_BYTES) throw new OverLimit(`a header of more than ${MAX_HEAD_BYTES / 1024 ** 2} MiB`);
  }
}

/** An IEND chunk with its checksum. */
const EMPTY_END = Buffer.from('0000000049454e44ae426082', 'hex');
const MAX_HEAD_BYTES = 256 * 1024 * 1024;

function readChunks(file: Buffer): PngChunks {
  let header: PngHeader | null = null;
  const chunks = { palette: null, transparency: null, pixelsPerMetre: null, data: [] } as Omit<
    PngChunks,
    'header'
  >;
  let at = 8;
  for (;;) {
    if (at + 12 > file.length) throw new DamagedImage('it ends before its last chunk');
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (at + 12 + length > file.length)
      throw new DamagedImage(`its ${JSON.stringify(type)} chunk is cut off`);
    const body = file.subarray(at + 8, at + 8 + length);
    // Ancillary chunks with a wrong checksum do not change pixels; critical ones (upper-case initial) do.
    if (
      type[0]! < 'a' &&
      crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(at + 8 + length)
    )
      throw new DamagedImage(`the checksum of its ${JSON.stringify(type)} chunk is wrong`);
    if (!header && type !== 'IHDR') throw new DamagedImage('it does not begin with a header');
    if (type === 'IHDR') header = readHeader(body);
    else if (type === 'PLTE') chunks.palette = body;
    else if (type === 'tRNS') chunks.transparency = body;
    else if (type === 'pHYs' && length === 9 && body[8] === 1) chunks.pixelsPerMetre = body.readUInt32BE(0);
    else if (type === 'IDAT') chunks.data.push(body);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  if (!header) throw new DamagedImage('it does not begin with a header');
  if (header.colorType === 3 && !chunks.palette) throw new DamagedImage('its palette is missing');
  return { header, ...chunks };
}

function readHeader(body: Buffer): PngHeader {
  if (body.length !== 13) throw new DamagedImage('its header has a wrong length');
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [bits, colorType, compression, filter, interlace] = body.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (!DEPTHS[colorType]?.includes(bits) || compression || filter || interlace > 1)
    throw new DamagedImage('its header holds values PNG does not have');
  const samples = SAMPLES[colorType]!;
  checkPlane({ width, height, channels: colorType === 3 ? 4 : samples, bytesPerSample: bits === 16 ? 2 : 1 });
  return { width, height, bits, colorType, samples, interlaced: interlace === 1 };
}

const rowBytesOf = ({ samples, bits }: PngHeader, width: number) => Math.ceil((width * samples * bits) / 8);

/** The seven passes of Adam7: first column, first row, column step, row step. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

const passSize = (header: PngHeader, [x0, y0, dx, dy]: (typeof PASSES)[number]) => ({
  width: Math.max(0, Math.ceil((header.width - x0) / dx)),
  height: Math.max(0, Math.ceil((header.height - y0) / dy)),
});

function inflate({ header, data }: PngChunks): Buffer {
  const parts = header.interlaced ? PASSES.map((pass) => passSize(header, pass)) : [header];
  const expected = parts.reduce(
    (sum, { width, height }) => sum + (width && height ? height * (1 + rowBytesOf(header, width)) : 0),
    0,
  );
  const packed = data.length === 1 ? data[0]! : Buffer.concat(data);
  checkRatio(packed.length, expected, BEST_RATIO);
  const plain = inflateSync(packed, { maxOutputLength: expected + 65_536, chunkSize: expected + 64 });
  if (plain.length < expected) throw new DamagedImage('its pixel data are cut off');
  return plain;
}

/** Undoes the row filters of one (sub)image; rows come out packed as stored. */
function unfilter(plain: Buffer, start: number, header: PngHeader, width: number, height: number) {
  const step = Math.max(1, (header.samples * header.bits) >> 3);
  return undoFilters({ plain, start, rowBytes: rowBytesOf(header, width), height, step });
}

/** Adam7 to plain rows, packed as a non-interlaced image of this header would be. */
function deinterlace(plain: Buffer, header: PngHeader): Uint8Array {
  const rowBytes = rowBytesOf(header, header.width);
  const out = new Uint8Array(rowBytes * header.height);
  const pixelBits = header.samples * header.bits;
  let at = 0;
  for (const pass of PASSES) {
    const { width, height } = passSize(header, pass);
    if (!width || !height) continue;
    const { rows, end } = unfilter(plain, at, header, width, height);
    at = end;
    const passRowBytes = rowBytesOf(header, width);
    const [x0, y0, dx, dy] = pass;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = y * passRowBytes * 8 + x * pixelBits;
        const to = (y0 + y * dy) * rowBytes * 8 + (x0 + x * dx) * pixelBits;
        if (pixelBits >= 8)
          for (let b = 0; b < pixelBits >> 3; b++) out[(to >> 3) + b] = rows[(from >> 3) + b]!;
        else {
          const value = (rows[from >> 3]! >> (8 - pixelBits - (from & 7))) & ((1 << pixelBits) - 1);
          out[to >> 3]! |= value << (8 - pixelBits - (to & 7));
        }
      }
  }
  return out;
}

function lookedUp({ colorType, samples }: PngHeader, palette: Buffer | null, transparency: Buffer | null) {
  if (colorType !== 3 || !palette) return { channels: samples, alpha: samples === 2 || samples === 4 };
  return transparency ? { channels: 4, alpha: true } : { channels: 3, alpha: false };
}

function lookUp(indices: Uint8Array, header: PngHeader, palette: Buffer, transparency: Buffer | null) {
  const { channels, alpha } = lookedUp(header, palette, transparency);
  const data = new Uint8Array(indices.length * channels);
  const colours = palette.length / 3;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= colours) throw new DamagedImage(`a pixel has colour ${index} of a palette of ${colours}`);
    for (let c = 0; c < 3; c++) data[i * channels + c] = palette[index * 3 + c]!;
    if (alpha) data[i * channels + 3] = transparency![index] ?? 255;
  }
  return { width: header.width, height: header.height, channels, alpha, type: 'uint8' as const, data };
}
