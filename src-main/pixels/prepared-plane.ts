/** A plane made ready for the screen: all zoom levels as tiles, in memory or in a file, and its channels' ranges. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChannelRanges, type ChannelRange } from './channel-range.js';
import { newPixels } from './plane.js';
import { PyramidBuilder, pyramidBytes, type PyramidShape } from './pyramid.js';
import { openTiles } from './regions.js';
import type { PixelArray, PixelImage } from '../shared/model.js';

export interface PlaneToPrepare {
  path: string;
  page: number;
  /** Where to write the tiles, for a plane too large for memory; null: they come back. */
  file: string | null;
}

export interface PreparedPlane extends PyramidShape {
  ranges: ChannelRange[];
  /** All tiles (see `tilePlace`); empty when they are in the file, which ends with the ranges as JSON. */
  data: Uint8Array;
}

/** Rows are read in bands of about this many bytes. */
const BAND_BYTES = 32 << 20;

/** @throws AppError as decodeImage; what the disk says when the file cannot be written. */
export async function preparePlane({ path, page, file }: PlaneToPrepare): Promise<PreparedPlane> {
  const tiles = await openTiles(path, { page });
  try {
    const { width, height, channels: all, alpha, type } = tiles.info;
    const channels = alpha ? all - 1 : all;
    const shape: PyramidShape = { width, height, channels, type };
    const sink = file === null ? memorySink(shape) : fileSink(file);
    try {
      const builder = new PyramidBuilder(shape, sink.write);
      const ranges = new ChannelRanges(width * height, channels);
      const rowBytes = width * all * newPixels(type, 0).BYTES_PER_ELEMENT;
      const rows = bandRows(tiles.blockHeight, Math.max(1, Math.floor(BAND_BYTES / rowBytes)));
      for (let y = 0; y < height; y += rows) {
        const band = await tiles.readRegion({ x: 0, y, width, height: Math.min(rows, height - y) });
        const colours = withoutAlpha(band);
        builder.addRows(colours);
        ranges.addRows(colours);
      }
      const found = ranges.ranges();
      return { ...shape, ranges: found, data: sink.finish(pyramidBytes(shape), found) };
    } catch (error) {
      sink.discard();
      throw error;
    }
  } finally {
    await tiles.close();
  }
}

/** As many whole blocks as fit, so that none is unpacked twice. */
const bandRows = (blockHeight: number, most: number): number =>
  blockHeight >= most ? most : most - (most % blockHeight);

function withoutAlpha({ data, channels, alpha, type }: PixelImage): PixelArray {
  if (!alpha) return data;
  const colours = channels - 1;
  const pixels = data.length / channels;
  const out = newPixels(type, pixels * colours);
  for (let i = 0; i < pixels; i++)
    for (let c = 0; c < colours; c++) out[i * colours + c] = data[i * channels + c]!;
  return out;
}

interface Sink {
  write(offset: number, bytes: Uint8Array): void;
  /** @returns the bytes that go back. */
  finish(end: number, ranges: ChannelRange[]): Uint8Array;
  discard(): void;
}

function memorySink(shape: PyramidShape): Sink {
  const data = new Uint8Array(pyramidBytes(shape));
  return {
    write: (offset, bytes) => data.set(bytes, offset),
    finish: () => data,
    discard: () => undefined,
  };
}

/** Beside its place first, so that a half-written file is never taken for a whole one. */
function fileSink(file: string): Sink {
  // A name of its own: work that nobody waits for any more may still be writing the same plane.
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  mkdirSync(dirname(file), { recursive: true });
  const handle = openSync(temporary, 'wx');
  let open = true;
  const close = () => {
    if (open) closeSync(handle);
    open = false;
  };
  const write = (offset: number, bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length;)
      done += writeSync(handle, bytes, done, bytes.length - done, offset + done);
  };
  return {
    write,
    finish(end, ranges) {
      write(end, Buffer.from(JSON.stringify(ranges)));
      fsyncSync(handle);
      close();
      renameSync(temporary, file);
      return new Uint8Array(0);
    },
    discard() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}
