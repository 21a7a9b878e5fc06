/** Encoded label maps that wait to be written: an import prepares all of them first, and they may not fit into memory. */
import { NamelessFile } from '../disk/nameless-file.js';
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
  private readonly file: NamelessFile;

  constructor(
    folder: string,
    private readonly inMemoryBytes = IN_MEMORY_BYTES,
  ) {
    this.file = new NamelessFile(folder, 'labels to be imported');
  }

  /** @throws AppError('disk') when there is no space. */
  add({ width, height, pixelsByValue, tiles, data: bytes }: NewMask): SpooledMask {
    const mask = { width, height, pixelsByValue, tiles };
    if (this.kept + bytes.length <= this.inMemoryBytes) {
      this.kept += bytes.length;
      return { ...mask, place: bytes };
    }
    return { ...mask, place: this.file.append(bytes) };
  }

  read({ tiles, place, ...mask }: SpooledMask): EncodedMask {
    const bytes = typeof place === 'number' ? this.file.read(place, sum(tiles)) : place;
    let at = 0;
    return {
      ...mask,
      tiles: tiles.map(({ ty, tx, length }) => ({ ty, tx, bytes: bytes.subarray(at, (at += length)) })),
    };
  }

  close(): void {
    this.file.close();
  }
}

const sum = (tiles: SpooledMask['tiles']): number => tiles.reduce((total, { length }) => total + length, 0);
