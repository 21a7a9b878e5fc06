/** What a decoding thread can be asked for, and how it is done there. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ErrorCode } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { decodeImage, decodeLabelImage, readImageInfo, type LabelPixels } from './decode.js';
import {
  packMask,
  readLabelNumbers,
  tallyLabels,
  type LabelNumbers,
  type PackedMask,
  type ValueMeanings,
} from './label-mask.js';
import { perceptualHash } from './perceptual-hash.js';
import { preparePlane, type PreparedPlane } from './prepared-plane.js';
import { openTiles, type Region, type Tiles } from './regions.js';
import { makeThumbnail } from './thumbnail.js';

/** One question about one file; `page` counts from 0. */
export type DecodeJob =
  | { kind: 'info'; path: string }
  /** Hex SHA-256 of the file. */
  | { kind: 'hash'; path: string }
  | { kind: 'decode'; path: string; page: number }
  /** How the page looks (perceptual-hash.ts), which also tells whether it is whole. */
  | { kind: 'look'; path: string; page: number }
  | { kind: 'labels'; path: string; page: number }
  /** Pixels of each value of a label picture, colours too. */
  | { kind: 'tally'; path: string; page: number }
  /** A label picture as the store keeps it; colours too where values are named. */
  | { kind: 'mask'; path: string; page: number; meanings: ValueMeanings }
  /** All zoom levels, back or into a file. */
  | { kind: 'prepare'; path: string; page: number; file: string | null }
  | { kind: 'region'; path: string; page: number; region: Region }
  /** A PNG. */
  | { kind: 'thumbnail'; path: string; page: number; sidePx: number };

export interface DecodeResults {
  info: ImageInfo;
  hash: string;
  decode: PixelImage;
  look: string | null;
  labels: LabelPixels;
  tally: [value: string, pixels: number][];
  mask: PackedMask;
  prepare: PreparedPlane;
  region: PixelImage;
  thumbnail: Uint8Array;
}

export interface DecodeRequest {
  id: number;
  job: DecodeJob;
}

/** `ready` once, when the thread can take its first job; `size` before long work; then one of the others. */
export type DecodeReply =
  | { ready: true }
  | { id: number; size: { fileBytes: number; planeBytes: number } }
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode | null; message: string } };

/** @throws AppError as the functions of decode.ts do. */
export async function runDecodeJob(job: DecodeJob): Promise<DecodeResults[DecodeJob['kind']]> {
  switch (job.kind) {
    case 'info':
      return readImageInfo(job.path);
    case 'hash':
      return hashOf(job.path);
    case 'decode':
      return decodeImage(job.path, job);
    case 'look':
      return perceptualHash(await decodeImage(job.path, job));
    case 'labels':
      return decodeLabelImage(job.path, job);
    case 'tally':
      return tallyLabels(await readLabelNumbers(job.path, job.page));
    case 'mask':
      return packMask(await numbersFor(job), job.meanings);
    case 'prepare':
      return preparePlane(job);
    case 'region':
      return readRegion(job);
    case 'thumbnail':
      return makeThumbnail(await decodeImage(job.path, job), job.sidePx);
  }
}

async function numbersFor({ path, page, meanings }: DecodeJob & { kind: 'mask' }): Promise<LabelNumbers> {
  // A table by number has no colours: their own sentence is the better one.
  if (!(meanings instanceof Int16Array)) return readLabelNumbers(path, page);
  return { ...(await decodeLabelImage(path, { page })), colours: false };
}

/** Regions are asked for one after the other: the file stays open, with its unpacked blocks, for a moment. */
let opened: { key: string; tiles: Tiles; timer?: NodeJS.Timeout } | null = null;
const KEEP_OPEN_MS = 1000;

async function readRegion({
  path,
  page,
  region,
}: {
  path: string;
  page: number;
  region: Region;
}): Promise<PixelImage> {
  clearTimeout(opened?.timer);
  const stats = await stat(path).catch(() => null);
  const key = [path, page, stats?.ino, stats?.size, stats?.mtimeMs].join(' ');
  if (opened?.key !== key) {
    await closeTiles();
    opened = { key, tiles: await openTiles(path, { page }) };
  }
  try {
    return await opened.tiles.readRegion(region);
  } finally {
    opened.timer = setTimeout(() => void closeTiles(), KEEP_OPEN_MS);
  }
}

async function closeTiles(): Promise<void> {
  const was = opened;
  opened = null;
  await was?.tiles.close();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
