/** The directories of a TIFF or BigTIFF file, read by range and checked; no pixels. */
import type { FileBytes } from './file-bytes.js';
import { MAX_PAGES } from './limits.js';
import { DamagedImage, OverLimit } from './refusal.js';

export const TAG = {
  newSubfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  description: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  planarConfiguration: 284,
  resolutionUnit: 296,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  imagejMetadataCounts: 50838,
  imagejMetadata: 50839,
} as const;

interface Field {
  type: number;
  count: number;
  /** Where the value is, in the entry itself or elsewhere. */
  at: number;
}

export interface TiffDirectory {
  /** Position in the file's chain of directories. */
  index: number;
  fields: Map<number, Field>;
}

const TYPE_BYTES: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
/** More than any writer we know of; keeps a damaged count from reading megabytes. */
const MAX_FIELDS = 4096;
/** Of all directories together: 65,536 pages of thirty fields. */
const MAX_ALL_FIELDS = 2_000_000;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** The directories of the file read last: a stack of a thousand pages is not listed a thousand times. */
let last: { stamp: string; directories: TiffDirectory[] } | null = null;

export class TiffFile {
  private constructor(
    readonly bytes: FileBytes,
    readonly littleEndian: boolean,
    private readonly big: boolean,
    readonly directories: TiffDirectory[],
  ) {}

  /** @throws DamagedImage, OverLimit */
  static async open(bytes: FileBytes): Promise<TiffFile> {
    const head = await bytes.read(0, Math.min(16, bytes.size));
    const littleEndian = head.toString('latin1', 0, 2) === 'II';
    const version = head.length < 8 ? 0 : littleEndian ? head.readUInt16LE(2) : head.readUInt16BE(2);
    if (version !== 42 && version !== 43) throw new DamagedImage('its header is no TIFF header');
    const big = version === 43;
    if (last?.stamp === bytes.stamp) return new TiffFile(bytes, littleEndian, big, last.directories);
    const file = new TiffFile(bytes, littleEndian, big, []);
    await file.readDirectories(file.address(await bytes.read(big ? 8 : 4, big ? 8 : 4), 0));
    last = { stamp: bytes.stamp, directories: file.directories };
    return file;
  }

  /** All numbers of a field (rationals as quotients), or null where it is missing. @throws DamagedImage past `most`. */
  async numbers(directory: TiffDirectory, tag: number, most: number): Promise<number[] | null> {
    const field = directory.fields.get(tag);
    if (!field) return null;
    if (field.count > most) throw new DamagedImage(`its field ${tag} has ${field.count} values`);
    const size = TYPE_BYTES[field.type]!;
    const raw = await this.bytes.read(field.at, field.count * size);
    return Array.from({ length: field.count }, (_, i) => this.number(raw, i * size, field.type));
  }

  /** The first number of a field, or a default. */
  async number1(directory: TiffDirectory, tag: number, otherwise: number): Promise<number> {
    return (await this.numbers(directory, tag, 65_536))?.[0] ?? otherwise;
  }

  /** A text field (UTF-8, or Latin-1 where it is none), without its trailing zeros. */
  async text(directory: TiffDirectory, tag: number): Promise<string> {
    const field = directory.fields.get(tag);
    if (!field || TYPE_BYTES[field.type] !== 1 || field.count > MAX_TEXT_BYTES) return '';
    const raw = await this.bytes.read(field.at, field.count);
    const utf8 = raw.toString('utf8');
    return (utf8.includes('\ufffd') ? raw.toString('latin1') : utf8).replace(/\0+$/, '');
  }

  /** The bytes of a field, or null where it is missing. @throws DamagedImage past `mostBytes`. */
  async raw(directory: TiffDirectory, tag: number, mostBytes: number): Promise<Buffer | null> {
    const field = directory.fields.get(tag);
    if (!field) return null;
    const length = field.count * TYPE_BYTES[field.type]!;
    if (length > mostBytes) throw new DamagedImage(`its field ${tag} has ${length} bytes`);
    return this.bytes.read(field.at, length);
  }

  private async readDirectories(first: number): Promise<void> {
    const seen = new Set<number>();
    let allFields = 0;
    const countBytes = this.big ? 8 : 2;
    const entryBytes = this.big ? 20 : 12;
    const linkBytes = this.big ? 8 : 4;
    for (let at = first; at !== 0;) {
      if (seen.has(at)) throw new DamagedImage('its directories run in a circle');
      if (seen.size >= MAX_PAGES) throw new OverLimit(`more than ${MAX_PAGES} pages`);
      seen.add(at);
      const countRaw = await this.bytes.read(at, countBytes);
      const count = this.big ? this.address(countRaw, 0) : this.number(countRaw, 0, 3);
      if (count < 1 || count > MAX_FIELDS) throw new DamagedImage(`a directory claims ${count} fields`);
      allFields += count;
      // Directories that overlap could hold more fields than their file has bytes.
      if (allFields * entryBytes > this.bytes.size) throw new DamagedImage('its directories overlap');
      if (allFields > MAX_ALL_FIELDS) throw new OverLimit(`more than ${MAX_ALL_FIELDS} fields`);
      const raw = await this.bytes.read(at + countBytes, count * entryBytes + linkBytes);
      const fields = new Map<number, Field>();
      for (let i = 0; i < count; i++) {
        const entry = i * entryBytes;
        const type = this.number(raw, entry + 2, 3);
        const size = TYPE_BYTES[type];
        if (!size) continue;
        const values = this.big ? this.address(raw, entry + 4) : this.number(raw, entry + 4, 4);
        const valueField = entry + (this.big ? 12 : 8);
        const inline = values * size <= linkBytes;
        const valueAt = inline ? at + countBytes + valueField : this.address(raw, valueField);
        fields.set(this.number(raw, entry, 3), { type, count: values, at: valueAt });
      }
      this.directories.push({ index: this.directories.length, fields });
      at = this.address(raw, count * entryBytes);
    }
    if (!this.directories.length) throw new DamagedImage('it holds no directory');
  }

  private address(raw: Buffer, at: number): number {
    return this.number(raw, at, this.big ? 16 : 4);
  }

  private number(raw: Buffer, at: number, type: number): number {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const le = this.littleEndian;
    switch (type) {
      case 3:
        return view.getUint16(at, le);
      case 4:
      case 13:
        return view.getUint32(at, le);
      case 5:
        return view.getUint32(at, le) / view.getUint32(at + 4, le);
      case 6:
        return view.getInt8(at);
      case 8:
        return view.getInt16(at, le);
      case 9:
        return view.getInt32(at, le);
      case 10:
        return view.getInt32(at, le) / view.getInt32(at + 4, le);
      case 11:
        return view.getFloat32(at, le);
      case 12:
        return view.getFloat64(at, le);
      case 16:
      case 17:
      case 18:
        // Past 2^53 no file can be; the range check of the read refuses it.
        return Number(view.getBigUint64(at, le));
      default:
        return view.getUint8(at);
    }
  }
}
