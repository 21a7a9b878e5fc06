/** Tables of measurements that are made while images are segmented: byte for byte what `measure` makes of the masks. */
import { join } from 'node:path';
import { NamelessFile } from '../disk/nameless-file.js';
import type { MeasuredRows } from './measured-rows.js';
import { imageTablePath } from './measurement-files.js';
import { classTable, objectHeader, objectLine, type ClassRow } from './measurement-table.js';
import type { OutputFolder } from './output-folder.js';
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
  private readonly file: NamelessFile;
  private objects = 0;
  private channels = 0;

  constructor(
    private readonly folder: OutputFolder,
    /** Of the table of objects. */
    private readonly name: string,
  ) {
    this.file = new NamelessFile(folder.path, name);
  }

  /** @param mask its path in the folder of results, with `/` @throws AppError('disk') */
  add(mask: string, { rows, classRows }: MeasuredRows, channels: number): void {
    const bytes = Buffer.from(rows.map((row) => objectLine(row, channels)).join(''));
    const place = this.file.append(bytes);
    this.parts.set(mask, { place, length: bytes.length, channels, objects: rows.length, classRows });
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
    const images = imageTablePath(this.name);
    await this.folder.write(this.name, this.pieces(parts));
    await this.folder.write(images, Buffer.from(classTable(parts.flatMap(({ classRows }) => classRows))));
    const pathOf = (name: string) => join(this.folder.path, name);
    return { output: pathOf(this.name), images: pathOf(images), objects: this.objects };
  }

  close(): void {
    this.file.close();
  }

  private async *pieces(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
    yield Buffer.from(objectHeader(this.channels));
    for (const { place, length, channels } of parts) {
      const bytes = this.file.read(place, length);
      if (channels === this.channels) yield bytes;
      else
        yield Buffer.from(
          recordsIn(bytes.toString())
            .records.map((record) => widened(record, channels, this.channels))
            .join(''),
        );
    }
  }
}

/** In the order in which folders are walked: name by name. */
export function comparePaths(a: string, b: string): number {
  const [as, bs] = [a.split('/'), b.split('/')];
  const at = as.findIndex((name, i) => name !== bs[i]);
  if (at < 0) return as.length - bs.length;
  return bs[at] === undefined || as[at]! > bs[at] ? 1 : -1;
}
