/**
 * A prediction as a file of the cache: tiles of label values and confidences at every zoom level, and how unsure the
 * model is in each small cell. A length (4 bytes, little-endian), that many bytes of JSON, then deflated blobs.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRawSync } from 'node:zlib';
import { AppError } from '../shared/errors.js';
import { pasteTile, TILE_SIDE, tilesOf } from '../shared/mask.js';
import type { LabelMap } from '../shared/model.js';
import type { Prediction } from '../shared/engine-api.js';

const deflate = promisify(deflateRaw);

/** Side of a cell whose mean entropy is kept, px. */
export const CELL_PX = 32;
const MOST_HEADER_BYTES = 16e6;

interface Blob {
  offset: number;
  length: number;
}

export interface PredictionHeader {
  version: 1;
  width: number;
  height: number;
  levels: number;
  /** Pixels by label value and their mean confidence 0 … 1. */
  classes: { value: number; pixels: number; confidence: number }[];
  /** By `level/ty/tx`. */
  tiles: Record<string, Blob>;
  /** Mean entropies of cells, 0 … 255, row by row. */
  cells: Blob;
}

export type PredictedPixels = Pick<Prediction, 'width' | 'height' | 'labels' | 'confidence'> & {
  entropy: Uint8Array;
};

/** The file's bytes. Other work is done between tiles. */
export async function encodePrediction(prediction: PredictedPixels): Promise<Uint8Array> {
  const { width, height } = prediction;
  const blobs: Uint8Array[] = [];
  let offset = 0;
  const add = async (bytes: Uint8Array): Promise<Blob> => {
    const packed = await deflate(bytes, { level: constants.Z_BEST_SPEED });
    blobs.push(packed);
    offset += packed.length;
    return { offset: offset - packed.length, length: packed.length };
  };
  const header: PredictionHeader = {
    version: 1,
    width,
    height,
    levels: 0,
    classes: classesOf(prediction),
    tiles: {},
    cells: await add(cellMeans(prediction, prediction.entropy)),
  };
  for (let plane: Plane = prediction; ; plane = reduce(plane)) {
    const level = header.levels++;
    for (const rect of tilesOf(plane.width, plane.height)) {
      const size = rect.width * rect.height;
      const tile = new Uint8Array(2 * size);
      for (let row = 0; row < rect.height; row++) {
        const from = (rect.y + row) * plane.width + rect.x;
        tile.set(plane.labels.subarray(from, from + rect.width), row * rect.width);
        tile.set(plane.confidence.subarray(from, from + rect.width), size + row * rect.width);
      }
      header.tiles[`${level}/${rect.ty}/${rect.tx}`] = await add(tile);
    }
    if (Math.max(plane.width, plane.height) <= TILE_SIDE) break;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, ...blobs]);
}

/** An open file; `close` it. */
export class PredictionFile {
  private constructor(
    readonly header: PredictionHeader,
    private readonly file: FileHandle,
    private readonly start: number,
  ) {}

  /** Null when there is none or it is damaged: then it is made again. */
  static async open(path: string): Promise<PredictionFile | null> {
    const file = await open(path).catch(() => null);
    if (!file) return null;
    try {
      const length = (await bytesOf(file, 0, 4)).readUInt32LE();
      if (length > MOST_HEADER_BYTES) throw new RangeError('no header');
      const header = JSON.parse((await bytesOf(file, 4, length)).toString()) as PredictionHeader;
      if (header.version !== 1) throw new RangeError('of another version');
      return new PredictionFile(header, file, 4 + length);
    } catch {
      await file.close();
      return null;
    }
  }

  /** Label values of a tile, row by row, then as many confidences; null where there is none. */
  async tile(level: number, ty: number, tx: number): Promise<Uint8Array | null> {
    const key = `${level}/${ty}/${tx}`;
    return Object.hasOwn(this.header.tiles, key)
      ? this.blob(this.header.tiles[key]!, 2 * TILE_SIDE * TILE_SIDE)
      : null;
  }

  /** Label values of the whole image. */
  async labels(): Promise<LabelMap> {
    const { width, height } = this.header;
    const map: LabelMap = { width, height, data: new Uint8Array(width * height) };
    for (const rect of tilesOf(width, height)) {
      const tile = await this.tile(0, rect.ty, rect.tx);
      if (tile) pasteTile(map, rect, tile.subarray(0, rect.width * rect.height));
    }
    return map;
  }

  /** Mean entropies of cells of CELL_PX, 0 … 255, row by row. */
  cells(): Promise<Uint8Array> {
    const { width, height, cells } = this.header;
    return this.blob(cells, Math.ceil(width / CELL_PX) * Math.ceil(height / CELL_PX));
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** @throws AppError('changed') when the file is damaged */
  private async blob({ offset, length }: Blob, most: number): Promise<Uint8Array> {
    try {
      return inflateRawSync(await bytesOf(this.file, this.start + offset, length), { maxOutputLength: most });
    } catch (cause) {
      throw new AppError('changed', 'A kept prediction is damaged; predict the image again.', { cause });
    }
  }
}

async function bytesOf(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new RangeError('the file is cut off');
  return buffer;
}

function classesOf({ labels, confidence }: PredictedPixels): PredictionHeader['classes'] {
  const pixels = new Float64Array(256);
  const sums = new Float64Array(256);
  for (let i = 0; i < labels.length; i++) {
    pixels[labels[i]!]!++;
    sums[labels[i]!]! += confidence[i]!;
  }
  return Array.from(pixels, (n, value) => ({
    value,
    pixels: n,
    confidence: n ? sums[value]! / n / 255 : 0,
  })).filter((one) => one.pixels > 0);
}

/** Means of a value a pixel over cells of CELL_PX, rounded, row by row. */
export function cellMeans(
  { width, height }: { width: number; height: number },
  values: Uint8Array,
): Uint8Array {
  const columns = Math.ceil(width / CELL_PX);
  const sums = new Float64Array(columns * Math.ceil(height / CELL_PX));
  const counts = new Float64Array(sums.length);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / CELL_PX) * columns;
    for (let x = 0; x < width; x++, i++) {
      const cell = row + Math.floor(x / CELL_PX);
      sums[cell]! += values[i]!;
      counts[cell]!++;
    }
  }
  return Uint8Array.from(sums, (sum, cell) => Math.round(sum / counts[cell]!));
}

type Plane = Pick<PredictedPixels, 'width' | 'height' | 'labels' | 'confidence'>;

/** Half the size: of each 2 × 2 pixels the most frequent class (the first of equals), and the mean confidence. */
function reduce({ width, height, labels, confidence }: Plane): Plane {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = { width: w, height: h, labels: new Uint8Array(w * h), confidence: new Uint8Array(w * h) };
  for (let y = 0, to = 0; y < h; y++) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < w; x++, to++) {
      const [left, right] = [2 * x, Math.min(2 * x + 1, width - 1)];
      const [a, b, c, d] = [upper + left, upper + right, lower + left, lower + right];
      const [p, q, r, s] = [labels[a]!, labels[b]!, labels[c]!, labels[d]!];
      // Two that agree are at least as many as any others.
      half.labels[to] = p === q || p === r || p === s ? p : q === r || q === s ? q : r === s ? r : p;
      half.confidence[to] = (confidence[a]! + confidence[b]! + confidence[c]! + confidence[d]! + 2) >> 2;
    }
  }
  return half;
}
