/** Decoding in worker threads, so that neither a large image nor a hostile one holds up the thread that owns the store. */
import { basename } from 'node:path';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { AppError, isAppError } from '../shared/errors.js';
import type { LabelPixels } from '../pixels/decode.js';
import type { DecodeJob, DecodeResults } from '../pixels/decode-jobs.js';
import type { PackedMask, ValueMeanings } from '../pixels/label-mask.js';
import type { PreparedPlane } from '../pixels/prepared-plane.js';
import type { Region } from '../pixels/regions.js';
import { DecodeThread } from './decoding-thread.js';
import { usableCores } from './usable-cores.js';

/** What a person is looking at comes first, what they are about to look at next. */
export type DecodePriority = 'visible' | 'soon' | 'background';
const ORDER: readonly DecodePriority[] = ['visible', 'soon', 'background'];

export interface DecodeCall {
  /** Waiting work is dropped; the result of work under way is thrown away. */
  signal?: AbortSignal | undefined;
  /** Default: background. */
  priority?: DecodePriority;
}

export interface DecoderPoolOptions {
  /** Default: two, or one on a single core. Each may hold one decoded plane. */
  threads?: number;
  /** Questions that may wait, 1000 by default; beyond, the oldest of the least urgent is dropped as 'stopped'. */
  queue?: number;
  /** Time for a small file, 10 s by default; large ones get more in proportion (see `timeAllowedMs`). */
  timeLimitMs?: number;
}

/** Every method rejects with what decode.ts throws, and with AppError('unreadable-image') when a file takes its thread down. */
export interface DecoderPool {
  info(path: string, call?: DecodeCall): Promise<ImageInfo>;
  /** Hex SHA-256 of the file. */
  hash(path: string, call?: DecodeCall): Promise<string>;
  decode(path: string, page: number, call?: DecodeCall): Promise<PixelImage>;
  /** The perceptual hash of a page, 64 hex digits or null for a nearly constant one; decodes all of it. */
  look(path: string, page: number, call?: DecodeCall): Promise<string | null>;
  labels(path: string, page: number, call?: DecodeCall): Promise<LabelPixels>;
  /** Pixels of each value of a label picture, by its name; colours are values too. */
  tally(path: string, page: number, call?: DecodeCall): Promise<[value: string, pixels: number][]>;
  /** A label picture as the store keeps it, with what its values mean. */
  mask(path: string, page: number, meanings: ValueMeanings, call?: DecodeCall): Promise<PackedMask>;
  /** All zoom levels as tiles: back, or into `file` for a plane too large for memory. */
  prepare(path: string, page: number, file: string | null, call?: DecodeCall): Promise<PreparedPlane>;
  /** Part of a plane; of a TIFF only the strips and tiles under it are read. */
  region(path: string, page: number, region: Region, call?: DecodeCall): Promise<PixelImage>;
  /** A PNG whose longer side is `sidePx` at most, through the automatic display window. */
  thumbnail(path: string, page: number, sidePx: number, call?: DecodeCall): Promise<Uint8Array>;
  /** Ends the threads; what is pending is rejected as 'stopped'. */
  close(): Promise<void>;
}

interface Waiting {
  job: DecodeJob;
  call: DecodeCall;
  resolve(value: never): void;
  reject(error: Error): void;
}

const DEFAULT_QUEUE = 1000;
const DEFAULT_TIME_LIMIT_MS = 10_000;

/**
 * Threads are started when there is work and do not keep the process alive when there is none.
 * @throws AppError('set-up') when the program was not built.
 */
export function createDecoderPool({
  threads = Math.min(2, usableCores()),
  queue = DEFAULT_QUEUE,
  timeLimitMs = DEFAULT_TIME_LIMIT_MS,
}: DecoderPoolOptions = {}): DecoderPool {
  DecodeThread.requireBuilt();
  const waiting: Record<DecodePriority, Waiting[]> = { visible: [], soon: [], background: [] };
  const idle: DecodeThread[] = [];
  const busy = new Set<DecodeThread>();
  let closed = false;

  const count = () => ORDER.reduce((sum, priority) => sum + waiting[priority].length, 0);
  const take = () =>
    ORDER.map((priority) => waiting[priority])
      .find((list) => list.length)
      ?.shift();

  const ask = <K extends DecodeJob['kind']>(job: DecodeJob & { kind: K }, call: DecodeCall = {}) =>
    new Promise<DecodeResults[K]>((resolve, reject) => {
      if (closed || call.signal?.aborted) return reject(stopped(job.path));
      const list = waiting[call.priority ?? 'background'];
      const abort = () => {
        const at = list.indexOf(entry);
        if (at >= 0) list.splice(at, 1);
        reject(stopped(job.path));
      };
      const settled = () => call.signal?.removeEventListener('abort', abort);
      const entry: Waiting = {
        job,
        call,
        resolve: (value) => (settled(), resolve(value)),
        reject: (error) => (settled(), reject(error)),
      };
      call.signal?.addEventListener('abort', abort, { once: true });
      list.push(entry);
      start();
      if (count() > queue) dropOne();
    });

  const dropOne = () => {
    const least = ORDER.toReversed().find((priority) => waiting[priority].length)!;
    const dropped = waiting[least].shift()!;
    dropped.reject(stopped(dropped.job.path));
  };

  const start = () => {
    while (!closed && count() && (idle.length || busy.size < threads)) {
      const thread = idle.pop() ?? new DecodeThread(timeLimitMs);
      busy.add(thread);
      void run(thread, take()!);
    }
  };

  const run = async (thread: DecodeThread, { job, resolve, reject }: Waiting) => {
    try {
      resolve((await thread.run(job)) as never);
    } catch (error) {
      reject(error as Error);
      // Without its threads the pool can do nothing: one sentence for all that waits, not one crash a file.
      if (isAppError(error) && error.code === 'set-up')
        for (let next = take(); next; next = take()) next.reject(error);
    }
    busy.delete(thread);
    if (thread.alive && !closed) idle.push(thread);
    start();
  };

  return {
    info: (path, call) => ask({ kind: 'info', path }, call),
    hash: (path, call) => ask({ kind: 'hash', path }, call),
    decode: (path, page, call) => ask({ kind: 'decode', path, page }, call),
    look: (path, page, call) => ask({ kind: 'look', path, page }, call),
    labels: (path, page, call) => ask({ kind: 'labels', path, page }, call),
    tally: (path, page, call) => ask({ kind: 'tally', path, page }, call),
    mask: (path, page, meanings, call) => ask({ kind: 'mask', path, page, meanings }, call),
    prepare: (path, page, file, call) => ask({ kind: 'prepare', path, page, file }, call),
    region: (path, page, region, call) => ask({ kind: 'region', path, page, region }, call),
    thumbnail: (path, page, sidePx, call) => ask({ kind: 'thumbnail', path, page, sidePx }, call),
    async close() {
      closed = true;
      for (let next = take(); next; next = take()) next.reject(stopped(next.job.path));
      await Promise.all([...idle, ...busy].map((thread) => thread.close()));
    },
  };
}

const stopped = (path: string): AppError => new AppError('stopped', `Reading ${basename(path)} was stopped.`);
