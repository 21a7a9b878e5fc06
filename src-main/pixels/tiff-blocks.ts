/** Strips and tiles of one TIFF plane, unpacked one at a time, so that a part of a plane costs no more than its blocks. */
import type { PixelArray, PixelType } from '../shared/model.js';
import type { Region } from './regions.js';
import { BYTES_PER_SAMPLE, spreadFactor, unpackBits, viewPixels, type Purpose } from './plane.js';
import { COMPRESSION, unpackBlock } from './tiff-compression.js';
import type { TiffFile } from './tiff-file.js';
import type { TiffLayout } from './tiff-layout.js';
import { undoFloatPredictor, undoPredictor } from './tiff-predictor.js';

/** Where a region's samples go: `out[(y · width + x) · stride + offset + channel]`. */
export interface Target {
  out: PixelArray;
  stride: number;
  offset: number;
}

/** One block, or a band of rows of an unpacked one. */
interface Piece {
  block: number;
  channel: number;
  x0: number;
  y0: number;
  /** Rows of the block above the piece. */
  skip: number;
  rows: number;
}

/** A plain strip may be the whole plane; it is read in bands of about this size. */
const BAND_BYTES = 4 * 1024 * 1024;

export class TiffBlocks {
  private readonly kept = new Map<number, PixelArray>();
  private keptBytes = 0;
  private readonly across: number;
  private readonly down: number;
  private readonly blockChannels: number;
  private readonly rowBytes: number;
  private readonly pieceRows: number;

  /**
   * @param options.plane Number of the plane in the directory's plain data.
   * @param options.keepBytes Unpacked blocks kept for the next region.
   */
  constructor(
    private readonly file: TiffFile,
    private readonly layout: TiffLayout,
    private readonly options: { plane: number; purpose: Purpose; keepBytes: number },
  ) {
    const { width, height, channels, planar, bits, blockWidth, blockHeight, compression } = layout;
    this.across = Math.ceil(width / blockWidth);
    this.down = Math.ceil(height / blockHeight);
    this.blockChannels = planar ? 1 : channels;
    this.rowBytes = Math.ceil((blockWidth * this.blockChannels * bits) / 8);
    const bandRows = Math.max(1, Math.floor(BAND_BYTES / this.rowBytes));
    this.pieceRows = compression === COMPRESSION.none ? Math.min(blockHeight, bandRows) : blockHeight;
  }

  /** Only blocks that overlap the region are read. @throws DamagedImage */
  async readRegion(region: Region, { out, stride, offset }: Target): Promise<void> {
    const { blockWidth } = this.layout;
    const across = this.blockChannels;
    for (const piece of this.piecesUnder(region)) {
      const samples = await this.samplesOf(piece);
      const left = Math.max(region.x, piece.x0);
      const right = Math.min(region.x + region.width, piece.x0 + blockWidth);
      const top = Math.max(region.y, piece.y0);
      const bottom = Math.min(region.y + region.height, piece.y0 + piece.rows);
      const length = (right - left) * across;
      for (let y = top; y < bottom; y++) {
        const from = ((y - piece.y0) * blockWidth + left - piece.x0) * across;
        const to = ((y - region.y) * region.width + left - region.x) * stride + offset + piece.channel;
        if (stride === across) out.set(samples.subarray(from, from + length), to);
        else if (across === 1) spread(samples.subarray(from, from + length), out, { to, stride });
        else
          for (let i = 0; i < right - left; i++)
            for (let c = 0; c < across; c++) out[to + i * stride + c] = samples[from + i * across + c]!;
      }
    }
  }

  private *piecesUnder({ x, y, width, height }: Region): Generator<Piece> {
    const { blockWidth, blockHeight, planar, channels } = this.layout;
    for (let channel = 0; channel < (planar ? channels : 1); channel++)
      for (let row = Math.floor(y / blockHeight); row * blockHeight < y + height; row++)
        for (let column = Math.floor(x / blockWidth); column * blockWidth < x + width; column++) {
          const block = (channel * this.down + row) * this.across + column;
          const x0 = column * blockWidth;
          const blockRows = Math.min(blockHeight, this.layout.height - row * blockHeight);
          for (let skip = 0; skip < blockRows; skip += this.pieceRows) {
            const y0 = row * blockHeight + skip;
            const rows = Math.min(this.pieceRows, blockRows - skip);
            if (y0 < y + height && y0 + rows > y) yield { block, channel, x0, y0, skip, rows };
          }
        }
  }

  private async samplesOf(piece: Piece): Promise<PixelArray> {
    const key = piece.block * this.layout.blockHeight + piece.skip;
    const kept = this.kept.get(key);
    if (kept) {
      // The one used last stands last.
      this.kept.delete(key);
      this.kept.set(key, kept);
      return kept;
    }
    const samples = await this.unpack(piece);
    if (samples.byteLength <= this.options.keepBytes) {
      this.kept.set(key, samples);
      this.keptBytes += samples.byteLength;
      for (const [oldest, { byteLength }] of this.kept) {
        if (this.keptBytes <= this.options.keepBytes) break;
        this.kept.delete(oldest);
        this.keptBytes -= byteLength;
      }
    }
    return samples;
  }

  private async unpack({ block, skip, rows }: Piece): Promise<PixelArray> {
    const { layout, rowBytes } = this;
    const { width, height, channels, type, bits, blockWidth, blockHeight, compression } = layout;
    const plain = compression === COMPRESSION.none;
    const needed = rowBytes * rows;
    const planeBytes = this.options.plane * width * height * channels * BYTES_PER_SAMPLE[type];
    const packed = await this.file.bytes.read(
      layout.offsets[block]! + planeBytes + skip * rowBytes,
      plain ? needed : layout.byteCounts[block]!,
    );
    const bytes = unpackBlock(packed, { compression, needed, full: rowBytes * blockHeight }).subarray(
      0,
      needed,
    );
    if (bits >= 8) return this.toSamples(bytes, rows, plain);
    const factor = layout.indexed ? 1 : spreadFactor(bits, this.options.purpose);
    return unpackBits(bytes, { width: blockWidth, height: rows, bits, factor });
  }

  /** Bytes of a block as samples in this machine's byte order, predictor undone. */
  private toSamples(plain: Uint8Array, rows: number, shared: boolean): PixelArray {
    const { type, predictor, blockWidth } = this.layout;
    const { littleEndian } = this.file;
    const size = BYTES_PER_SAMPLE[type];
    const changes = predictor !== 1 || (!littleEndian && size > 1);
    const shape = { width: blockWidth, height: rows, channels: this.blockChannels };
    // Bytes that are the file's own cache must not be written to.
    const usable = plain.byteOffset % size === 0 && !(changes && shared);
    const bytes = usable
      ? Buffer.from(plain.buffer as ArrayBuffer, plain.byteOffset, plain.length)
      : Buffer.from(new Uint8Array(plain).buffer);
    if (predictor === 3) undoFloatPredictor(bytes, shape, size as 4 | 8);
    // Values are put in order first: the predictor's sums carry from byte to byte. (This machine is little-endian, as is every one Node runs on today but s390x.)
    else if (!littleEndian && size === 2) bytes.swap16();
    else if (!littleEndian && size === 4) bytes.swap32();
    else if (!littleEndian && size === 8) bytes.swap64();
    if (predictor === 2) undoPredictor(viewPixels(`uint${size * 8}` as PixelType, bytes), shape);
    return viewPixels(type, bytes);
  }
}

/** One channel into its place among others. */
function spread(row: PixelArray, out: PixelArray, { to, stride }: { to: number; stride: number }): void {
  for (let i = 0, at = to; i < row.length; i++, at += stride) out[at] = row[i]!;
}
