/** BMP in: 1, 4, 8 bits with palette, run lengths, 16, 24 and 32 bits, bottom-up and top-down. */
import type { ImageInfo } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { unpackBmpRuns } from './bmp-packed.js';
import { checkPlane, checkRatio } from './limits.js';
import { unpackBits, type DecodedPlane, type Purpose } from './plane.js';
import { DamagedImage, UnsupportedFeature } from './refusal.js';

/** The longest header, and a palette of 256 colours. */
const HEADER_BYTES = 14 + 1024 + 256 * 4;

interface BmpHeader {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  /** Run lengths. */
  packed: boolean;
  /** Of 16 bits: bits of green, the other colours having five. */
  greenBits: 5 | 6;
  dataAt: number;
  paletteAt: number;
  colours: number;
  /** Whether every palette entry i is the grey i, so that index and grey are the same. */
  channels: 1 | 3;
}

export async function readBmpInfo(bytes: FileBytes): Promise<ImageInfo> {
  const { width, height, channels } = readHeader(await bytes.read(0, Math.min(bytes.size, HEADER_BYTES)));
  return { width, height, channels, alpha: false, type: 'uint8', pages: 1, pixelSizeUm: null };
}

/** @param file The whole file. @throws DamagedImage, UnsupportedFeature, OverLimit */
export function decodeBmp(file: Buffer, purpose: Purpose): DecodedPlane {
  const header = readHeader(file);
  const { width, height, bits, dataAt } = header;
  if (header.packed) {
    // A pair of bytes stands for 255 pixels at most; what is jumped over is bounded by that too, as nobody packs otherwise.
    checkRatio(file.length, width * height, 2000);
    const stored = unpackBmpRuns(file.subarray(dataAt), header);
    return indexedPlane(file, header, { indices: flipped(stored, width), purpose });
  }
  // Rows are padded to four bytes.
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (dataAt + rowBytes * height > file.length) throw new DamagedImage('its pixel data are cut off');
  const rowAt = (y: number) => dataAt + rowBytes * (header.topDown ? y : height - 1 - y);

  if (bits === 16) {
    const data = new Uint8Array(width * height * 3);
    const { greenBits } = header;
    const mostGreen = (1 << greenBits) - 1;
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0, from = rowAt(y); x < width; x++, from += 2) {
        const value = file.readUInt16LE(from);
        data[to++] = (((value >> (5 + greenBits)) & 31) * 255) / 31;
        data[to++] = (((value >> 5) & mostGreen) * 255) / mostGreen;
        data[to++] = ((value & 31) * 255) / 31;
      }
    return { width, height, channels: 3, alpha: false, type: 'uint8', data, indexed: false };
  }
  if (bits >= 24) {
    const data = new Uint8Array(width * height * 3);
    const step = bits / 8;
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0, from = rowAt(y); x < width; x++, from += step) {
        data[to++] = file[from + 2]!;
        data[to++] = file[from + 1]!;
        data[to++] = file[from]!;
      }
    return { width, height, channels: 3, alpha: false, type: 'uint8', data, indexed: false };
  }
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = file.subarray(rowAt(y), rowAt(y) + rowBytes);
    indices.set(
      bits === 8 ? row.subarray(0, width) : unpackBits(row, { width, height: 1, bits, factor: 1 }),
      y * width,
    );
  }
  return indexedPlane(file, header, { indices, purpose });
}

function indexedPlane(
  file: Buffer,
  header: BmpHeader,
  { indices, purpose }: { indices: Uint8Array; purpose: Purpose },
): DecodedPlane {
  const { width, height } = header;
  if (header.channels === 3 && purpose === 'labels')
    return { width, height, channels: 1, alpha: false, type: 'uint8', data: indices, indexed: true };
  return { width, height, alpha: false, type: 'uint8', indexed: false, ...lookUp(file, header, indices) };
}

/** Rows in the opposite order. */
function flipped(rows: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(rows.length);
  for (let from = 0; from < rows.length; from += width)
    out.set(rows.subarray(from, from + width), rows.length - width - from);
  return out;
}

function readHeader(file: Buffer): BmpHeader {
  if (file.length < 54) throw new DamagedImage('it is shorter than its header');
  const headerSize = file.readUInt32LE(14);
  if (headerSize < 40) throw new UnsupportedFeature('the OS/2 kind of BMP');
  const width = file.readInt32LE(18);
  const signedHeight = file.readInt32LE(22);
  const bits = file.readUInt16LE(28);
  const compression = file.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  checkPlane({ width, height, channels: 3, bytesPerSample: 1 });
  if (compression > 3) throw new UnsupportedFeature(`BMP compression ${compression}`);
  const packed = compression === 1 || compression === 2;
  if (packed && (bits !== 4 * (3 - compression) || signedHeight < 0))
    throw new DamagedImage('its run lengths do not fit its header');
  const fields = compression === 3 ? fieldsOf(file) : bits === 16 ? '555' : '';
  if (fields === null) throw new UnsupportedFeature('unusual bit fields in a BMP');
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new UnsupportedFeature(`${bits} bits a pixel in a BMP`);
  const paletteAt = 14 + headerSize;
  const colours = bits <= 8 ? file.readUInt32LE(46) || 1 << bits : 0;
  if (colours > 256 || paletteAt + colours * 4 > file.length)
    throw new DamagedImage('its palette is cut off');
  const header = {
    width,
    height,
    topDown: signedHeight < 0,
    bits,
    packed,
    greenBits: fields === '565' ? (6 as const) : (5 as const),
    dataAt: file.readUInt32LE(10),
    paletteAt,
    colours,
  };
  return { ...header, channels: bits <= 8 && isGrey(file, header) ? 1 : 3 };
}

/** Which of the usual bit fields these are, or null. */
function fieldsOf(file: Buffer): '555' | '565' | '888' | null {
  if (file.length < 66) return null;
  const masks = [54, 58, 62].map((at) => file.readUInt32LE(at).toString(16)).join();
  const bits = file.readUInt16LE(28);
  if (bits === 32) return masks === 'ff0000,ff00,ff' ? '888' : null;
  if (bits !== 16) return null;
  return masks === '7c00,3e0,1f' ? '555' : masks === 'f800,7e0,1f' ? '565' : null;
}

function isGrey(file: Buffer, { paletteAt, colours }: { paletteAt: number; colours: number }): boolean {
  for (let i = 0; i < colours; i++) {
    const [b, g, r] = file.subarray(paletteAt + i * 4, paletteAt + i * 4 + 3);
    if (b !== g || g !== r) return false;
  }
  return true;
}

/** Whether entry i is the grey i. */
function isPlainGrey(file: Buffer, paletteAt: number): boolean {
  for (let i = 0; i < 256; i++) if (file[paletteAt + i * 4] !== i) return false;
  return true;
}

function lookUp(file: Buffer, { paletteAt, colours, channels }: BmpHeader, indices: Uint8Array) {
  if (channels === 1 && colours === 256 && isPlainGrey(file, paletteAt)) return { channels, data: indices };
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= colours) throw new DamagedImage(`a pixel has colour ${index} of a palette of ${colours}`);
    for (let c = 0; c < channels; c++) data[i * channels + c] = file[paletteAt + index * 4 + 2 - c]!;
  }
  return { channels, data };
}
