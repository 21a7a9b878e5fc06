/** Files on disk as one zip archive, made piece by piece: never a whole file in memory. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { AppError } from '../shared/errors.js';

export interface ZipEntry {
  /** In the archive, parts separated by `/`. */
  name: string;
  /** Absolute. */
  path: string;
  /** Worth compressing; numbers of a network are not. */
  compress: boolean;
}

/** The format without its 64-bit extension, some of it kept for the headers. */
const MAX_BYTES = 0xff_ff_ff_ff - (1 << 20);
/** What dates of the format can say. */
const [FIRST_DATE, LAST_DATE] = [new Date(1980, 0, 2).getTime(), new Date(2099, 0, 1).getTime()];

/**
 * The bytes of the archive, in order. @param onBytes is told of every piece read: how long it is, and of which entry.
 * @throws AppError('usage') for more than 4 GB; what reading throws; 'stopped'.
 */
export async function* zipped(
  entries: readonly ZipEntry[],
  {
    signal,
    onBytes,
  }: { signal?: AbortSignal | undefined; onBytes?: (bytes: number, name: string) => void } = {},
): AsyncGenerator<Uint8Array> {
  const infos = await Promise.all(entries.map(({ path }) => stat(path)));
  if (infos.reduce((sum, { size }) => sum + size, 0) > MAX_BYTES)
    throw new AppError('usage', 'The files are larger than 4 GB, which a zip file cannot hold.');
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    ready.push(piece);
  });
  for (const [i, { name, path, compress }] of entries.entries()) {
    const part = compress ? new ZipDeflate(name, { level: 6 }) : new ZipPassThrough(name);
    part.mtime = Math.min(LAST_DATE, Math.max(FIRST_DATE, infos[i]!.mtimeMs));
    zip.add(part);
    for await (const chunk of createReadStream(path)) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped before the zip file was complete.');
      part.push(chunk as Uint8Array);
      onBytes?.((chunk as Uint8Array).length, name);
      yield* ready.splice(0);
    }
    part.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready.splice(0);
}
