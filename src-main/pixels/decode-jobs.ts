/** What a decoding thread can be asked for, and how it is done there. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ErrorCode } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { decodeImage, decodeLabelImage, readImageInfo, type LabelPixels } from './decode.js';
import { preparePlane, type PreparedPlane } from './prepared-plane.js';
import { openTiles, type Region } from './regions.js';
import { makeThumbnail } from './thumbnail.js';

/** One question about one file; `page` counts from 0. */
export type DecodeJob =
  | { kind: 'info'; path: string }
  /** Hex SHA-256 of the file. */
  | { kind: 'hash'; path: string }
  | { kind: 'decode'; path: string; page: number }
  /** Decodes and throws the pixels away: is the page whole? */
  | { kind: 'check'; path: string; page: number }
  | { kind: 'labels'; path: string; page: number }
  /** All zoom levels, back or into a file. */
  | { kind: 'prepare'; path: string; page: number; file: string | null }
  | { kind: 'region'; path: string; page: number; region: Region }
  /** A PNG. */
  | { kind: 'thumbnail'; path: string; page: number; sidePx: number };

export interface DecodeResults {
  info: ImageInfo;
  hash: string;
  decode: PixelImage;
  check: null;
  labels: LabelPixels;
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
    case 'check':
      await decodeImage(job.path, job);
      return null;
    case 'labels':
      return decodeLabelImage(job.path, job);
    case 'prepare':
      return preparePlane(job);
    case 'region': {
      const tiles = await openTiles(job.path, job);
      try {
        return await tiles.readRegion(job.region);
      } finally {
        await tiles.close();
      }
    }
    case 'thumbnail':
      return makeThumbnail(await decodeImage(job.path, job), job.sidePx);
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
