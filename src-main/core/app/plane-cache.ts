/**
 * Planes made ready for the screen, within a budget of memory: small ones whole, large ones as files of tiles in the
 * project's cache. What nobody waits for any more is dropped.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { ChannelRange } from '../../pixels/channel-range.js';
import { pyramidBytes, tilePlace, type PyramidShape } from '../../pixels/pyramid.js';
import { AppError } from '../../shared/errors.js';
import type { DecodePriority, DecoderPool } from '../decoding.js';
import type { CacheFolder } from './cache-folder.js';

export interface PlaneSource {
  /** Part of the file's name in the cache: what the pixels are, wherever the file lies. */
  sha256: string;
  page: number;
  /** As the project has it; a file that says otherwise is refused. */
  shape: PyramidShape;
  /** Where the file is now; asked only when the plane must be decoded. @throws AppError when there is none. */
  path: () => Promise<string>;
  /** Of the project. */
  cache: CacheFolder;
}

export interface PlaneCall {
  signal?: AbortSignal | undefined;
  priority?: DecodePriority;
}

export interface TilePlace {
  level: number;
  ty: number;
  tx: number;
}

export interface PlaneCacheOptions {
  pool: DecoderPool;
  /** Default 512 MB. */
  memoryBytes?: number;
  /** Planes that take more than this with their levels become files; default 128 MB. */
  largestInMemory?: number;
}

interface Ready {
  ranges: ChannelRange[];
  read(offset: number, bytes: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface Entry {
  ready: Promise<Ready>;
  bytes: number;
  /** Calls that wait for it to be made; when the last one goes, so does it. */
  waiting: number;
  made: boolean;
  controller: AbortController;
}

/** What an open file of tiles counts: handles are scarce, not memory. */
const FILE_BYTES = 16 << 20;

export class PlaneCache {
  /** In the order of their last use, oldest first. */
  private readonly entries = new Map<string, Entry>();
  private readonly pool: DecoderPool;
  private readonly memoryBytes: number;
  private readonly largestInMemory: number;

  constructor({ pool, memoryBytes = 512 << 20, largestInMemory = 128 << 20 }: PlaneCacheOptions) {
    this.pool = pool;
    this.memoryBytes = memoryBytes;
    this.largestInMemory = largestInMemory;
  }

  /** @throws AppError as decoding does, 'changed' when the file's pixels are of another kind, 'stopped'. */
  async ranges(source: PlaneSource, call: PlaneCall = {}): Promise<ChannelRange[]> {
    return (await this.ready(source, call)).ranges;
  }

  /** Raw samples, little-endian; null for a tile that is not there. @throws as `ranges`. */
  async tile(source: PlaneSource, place: TilePlace, call: PlaneCall = {}): Promise<Uint8Array | null> {
    const found = tilePlace(source.shape, place);
    return found && (await this.ready(source, call)).read(found.offset, found.bytes);
  }

  async close(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    for (const { controller } of entries) controller.abort();
    await Promise.allSettled(entries.map(async ({ ready }) => (await ready).close()));
  }

  private async ready(source: PlaneSource, { signal, priority = 'visible' }: PlaneCall): Promise<Ready> {
    const key = `${source.sha256}-${source.page}`;
    if (signal?.aborted) throw stopped();
    let entry = this.entries.get(key);
    if (entry) this.entries.delete(key);
    else entry = this.start(key, source, priority);
    this.entries.set(key, entry);
    if (entry.made) return entry.ready;
    return this.wait(key, entry, signal);
  }

  private wait(key: string, entry: Entry, signal: AbortSignal | undefined): Promise<Ready> {
    entry.waiting++;
    return new Promise<Ready>((resolve, reject) => {
      const left = () => {
        signal?.removeEventListener('abort', gone);
        entry.waiting--;
      };
      const gone = () => {
        left();
        if (entry.waiting === 0 && !entry.made) {
          this.forget(key, entry);
          entry.controller.abort();
        }
        reject(stopped());
      };
      signal?.addEventListener('abort', gone, { once: true });
      entry.ready.then(
        (ready) => (left(), resolve(ready)),
        (error: Error) => (left(), reject(error)),
      );
    });
  }

  private start(key: string, source: PlaneSource, priority: DecodePriority): Entry {
    const controller = new AbortController();
    const total = pyramidBytes(source.shape);
    const large = total > this.largestInMemory;
    const call = { signal: controller.signal, priority };
    const ready = large ? this.fromFile(key, source, call) : this.fromMemory(source, call);
    const entry: Entry = { ready, bytes: large ? FILE_BYTES : total, waiting: 0, made: false, controller };
    ready.then(
      () => {
        entry.made = true;
        this.shrink();
      },
      () => this.forget(key, entry),
    );
    return entry;
  }

  private async fromMemory(source: PlaneSource, call: PlaneCall): Promise<Ready> {
    const plane = await this.pool.prepare(await source.path(), source.page, null, call);
    requireSame(source.shape, plane);
    const { data, ranges } = plane;
    return {
      ranges,
      read: (offset, bytes) => Promise.resolve(data.subarray(offset, offset + bytes)),
      close: () => Promise.resolve(),
    };
  }

  private async fromFile(key: string, source: PlaneSource, call: PlaneCall): Promise<Ready> {
    const { cache } = source;
    const name = `${key}.tiles`;
    const there = await openTilesFile(cache.pathOf(name), source.shape);
    if (there) {
      await cache.used(name);
      return there;
    }
    const plane = await this.pool.prepare(await source.path(), source.page, cache.pathOf(name), call);
    if (!sameShape(source.shape, plane)) {
      await cache.remove(name);
      requireSame(source.shape, plane);
    }
    // Each of these is large.
    cache.grown(1);
    const made = await openTilesFile(cache.pathOf(name), source.shape);
    if (!made) throw new AppError('disk', `The cache in ${cache.pathOf('')} cannot be read; delete it.`);
    return made;
  }

  private forget(key: string, entry: Entry): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  /** Lets the longest unused go; what is still being made is in use. */
  private shrink(): void {
    let total = 0;
    for (const { bytes } of this.entries.values()) total += bytes;
    for (const [key, entry] of this.entries) {
      if (total <= this.memoryBytes) return;
      if (!entry.made || this.entries.size === 1) continue;
      this.entries.delete(key);
      total -= entry.bytes;
      void entry.ready.then((ready) => ready.close());
    }
  }
}

/** Null for a file that is missing or was not finished. */
async function openTilesFile(path: string, shape: PyramidShape): Promise<Ready | null> {
  const handle = await open(path, 'r').catch(() => null);
  if (!handle) return null;
  const ranges = await rangesIn(handle, pyramidBytes(shape), shape.channels).catch(() => null);
  if (!ranges) {
    await handle.close();
    return null;
  }
  const reading = new Set<Promise<unknown>>();
  return {
    ranges,
    async read(offset, bytes) {
      const buffer = new Uint8Array(bytes);
      const read = handle.read(buffer, 0, bytes, offset);
      reading.add(read);
      try {
        if ((await read).bytesRead !== bytes) throw new AppError('disk', `${path} was cut off; delete it.`);
      } finally {
        reading.delete(read);
      }
      return buffer;
    },
    async close() {
      await Promise.allSettled([...reading]);
      await handle.close();
    },
  };
}

/** Longer than the ranges of any image's channels. */
const MOST_FOOTER_BYTES = 64 << 20;

async function rangesIn(handle: FileHandle, end: number, channels: number): Promise<ChannelRange[] | null> {
  const { size } = await handle.stat();
  if (size <= end || size - end > MOST_FOOTER_BYTES) return null;
  const footer = Buffer.alloc(size - end);
  await handle.read(footer, 0, footer.length, end);
  const ranges = JSON.parse(footer.toString('utf8')) as ChannelRange[];
  return ranges.length === channels ? ranges : null;
}

const sameShape = (a: PyramidShape, b: PyramidShape): boolean =>
  a.width === b.width && a.height === b.height && a.channels === b.channels && a.type === b.type;

function requireSame(wanted: PyramidShape, found: PyramidShape): void {
  if (!sameShape(wanted, found))
    throw new AppError('changed', 'The image file is not the one that was added; add it again.');
}

const stopped = (): AppError => new AppError('stopped', 'Nobody waits for these pixels any more.');
