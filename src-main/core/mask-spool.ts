/** Encoded label maps that wait to be written: an import prepares all of them first, and they may not fit into memory. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from '../disk/atomic-file.js';
import type { PackedMask } from '../pixels/label-mask.js';
import type { EncodedMask } from '../store/masks.js';

/** A mask that was put aside: all of it but its tiles' bytes. */
export interface SpooledMask {
  width: number;
  height: number;
  pixelsByValue: number[];
  tiles: { ty: number; tx: number; length: number }[];
  /** The tiles' bytes one after the other, or where they begin in the file. */
  place: Uint8Array | number;
}

/** A mask as a decoding thread gives it. */
export type NewMask = Pick<PackedMask, 'width' | 'height' | 'pixelsByValue' | 'tiles' | 'data'>;

/** What most imports need, and then no file is made. */
const IN_MEMORY_BYTES = 16e6;

/**
 * The file lies in `folder`, which will need as much space in the end, and has no name from the start: whatever ends
 * the process, nothing of it stays.
 */
export class MaskSpool {
  private kept = 0;
  private written = 0;
  private file: number | null = null;

  constructor(
    private readonly folder: string,
    private readonly inMemoryBytes = IN_MEMORY_BYTES,
  ) {}

  /** @throws AppError('disk') when there is no space. */
  add({ width, height, pixelsByValue, tiles, data: bytes }: NewMask): SpooledMask {
    const mask = { width, height, pixelsByValue, tiles };
    if (this.kept + bytes.length <= this.inMemoryBytes) {
      this.kept += bytes.length;
      return { ...mask, place: bytes };
    }
    const place = this.written;
    try {
      this.file ??= openNameless(this.folder);
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.file, bytes, done, bytes.length - done, place + done);
    } catch (error) {
      throw diskError(error, join(this.folder, 'labels to be imported'));
    }
    this.written += bytes.length;
    return { ...mask, place };
  }

  read({ tiles, place, ...mask }: SpooledMask): EncodedMask {
    const bytes = typeof place === 'number' ? this.fromFile(place, sum(tiles)) : place;
    let at = 0;
    return {
      ...mask,
      tiles: tiles.map(({ ty, tx, length }) => ({ ty, tx, bytes: bytes.subarray(at, (at += length)) })),
    };
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }

  private fromFile(place: number, length: number): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.file!, bytes, done, length - done, place + done);
      if (read === 0) throw new Error('the file of labels to be imported is shorter than what was written');
      done += read;
    }
    return bytes;
  }
}

const sum = (tiles: SpooledMask['tiles']): number => tiles.reduce((total, { length }) => total + length, 0);

function openNameless(folder: string): number {
  const path = join(folder, `.import-${randomUUID()}`);
  const file = openSync(path, 'wx+');
  rmSync(path);
  return file;
}
