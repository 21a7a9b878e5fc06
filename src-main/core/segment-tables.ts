/** Tables of measurements that are made while images are segmented: byte for byte what `measure` makes of the masks. */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { diskError, writeFileAtomic, writePiecesAtomic } from '../disk/atomic-file.js';
import type { MeasuredRows } from './measured-rows.js';
import { imageTablePath } from './measurement-files.js';
import { classTable, objectHeader, objectLine, type ClassRow } from './measurement-table.js';
import { recordsIn, widened } from './table-records.js';

/** Where tables of measurements go in a folder of results. */
export const tablePath = (output: string, shardName: string | null): string =>
  join(output, shardName === null ? 'measurements.csv' : `measurements.${shardName}.csv`);

export interface WrittenTables {
  /** Of objects, and of images and classes. */
  output: string;
  images: string;
  objects: number;
}

interface Part {
  place: number;
  length: number;
  channels: number;
  objects: number;
  classRows: ClassRow[];
}

/**
 * Rows by mask until all are there, since tables are in the order of the masks' names. Rows of objects wait in a file without a
 * name in the folder where they will be written, so that nothing stays of a process that dies.
 */
export class SegmentTables {
  private readonly parts = new Map<string, Part>();
  private file: number | null = null;
  private written = 0;
  private objects = 0;
  private channels = 0;

  constructor(
    private readonly folder: string,
    private readonly path: string,
  ) {}

  /** @param mask its path in the folder of results, with `/` @throws AppError('disk') */
  add(mask: string, { rows, classRows }: MeasuredRows, channels: number): void {
    const bytes = Buffer.from(rows.map((row) => objectLine(row, channels)).join(''));
    const part: Part = {
      ...{ place: this.written, length: bytes.length, channels },
      ...{ objects: rows.length, classRows },
    };
    try {
      this.file ??= openNameless(this.folder);
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.file, bytes, done, bytes.length - done, this.written + done);
    } catch (error) {
      throw diskError(error, this.path);
    }
    this.parts.set(mask, part);
    this.written += bytes.length;
    this.objects += rows.length;
    this.channels = Math.max(this.channels, channels);
  }

  remove(mask: string): void {
    this.objects -= this.parts.get(mask)?.objects ?? 0;
    this.parts.delete(mask);
  }

  /** Both tables. @throws AppError('disk') */
  async write(): Promise<WrittenTables> {
    const parts = [...this.parts].sort(([a], [b]) => comparePaths(a, b)).map(([, part]) => part);
    const images = imageTablePath(this.path);
    await writePiecesAtomic(this.path, this.pieces(parts));
    await writeFileAtomic(images, classTable(parts.flatMap(({ classRows }) => classRows)));
    return { output: this.path, images, objects: this.objects };
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private async *pieces(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
    yield Buffer.from(objectHeader(this.channels));
    for (const { place, length, channels } of parts) {
      const bytes = this.read(place, length);
      if (channels === this.channels) yield bytes;
      else
        yield Buffer.from(
          recordsIn(bytes.toString())
            .records.map((record) => widened(record, channels, this.channels))
            .join(''),
        );
    }
  }

  private read(place: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.file!, bytes, done, length - done, place + done);
      if (read === 0) throw new Error('the file of rows is shorter than what was written');
      done += read;
    }
    return bytes;
  }
}

/** In the order in which folders are walked: name by name. */
export function comparePaths(a: string, b: string): number {
  const [as, bs] = [a.split('/'), b.split('/')];
  const at = as.findIndex((name, i) => name !== bs[i]);
  if (at < 0) return as.length - bs.length;
  return bs[at] === undefined || as[at]! > bs[at] ? 1 : -1;
}

function openNameless(folder: string): number {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `.brushfield-rows-${randomUUID()}.tmp`);
  const file = openSync(path, 'wx+');
  rmSync(path);
  return file;
}
