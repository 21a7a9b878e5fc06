/** Label files of an import: read in decoding threads, the next one while this one is dealt with. */
import { basename } from 'node:path';
import type { PackedMask } from '../pixels/label-mask.js';
import { AppError } from '../shared/errors.js';
import type { ValueTable } from './class-map.js';
import type { DecoderPool } from './decoding.js';

/** Before the surveys of files whose turn has not come. */
const URGENT = { priority: 'visible' } as const;

export class ImportMasks {
  /** Pages that were begun, by file. */
  private readonly begun = new Map<string, Map<number, Promise<PackedMask>>>();

  constructor(
    private readonly decoder: Pick<DecoderPool, 'info' | 'mask'>,
    private readonly table: ValueTable,
  ) {}

  /** Starts on a page that is read soon. @param pages the file must have */
  expect(path: string, page: number, pages: number): Promise<PackedMask> {
    const ofFile = this.begun.get(path) ?? new Map<number, Promise<PackedMask>>();
    this.begun.set(path, ofFile);
    let mask = ofFile.get(page);
    if (!mask) {
      mask = this.decoded(path, page, pages);
      // Its error is told when its turn comes.
      mask.catch(() => undefined);
      ofFile.set(page, mask);
    }
    return mask;
  }

  /** A page, while the one after it begins. @throws AppError('bad-labels') for another number of pages. */
  async read(path: string, page: number, pages: number): Promise<PackedMask> {
    const mask = this.expect(path, page, pages);
    if (page + 1 < pages) void this.expect(path, page + 1, pages);
    try {
      return await mask;
    } finally {
      this.begun.get(path)?.delete(page);
    }
  }

  /** The file's turn is over. */
  forget(path: string): void {
    this.begun.delete(path);
  }

  private async decoded(path: string, page: number, pages: number): Promise<PackedMask> {
    if (page === 0) {
      const info = await this.decoder.info(path, URGENT);
      if (info.pages !== pages)
        throw new AppError('bad-labels', `${basename(path)} has ${info.pages} pages and the image ${pages}`);
    }
    return this.decoder.mask(path, page, this.table, URGENT);
  }
}
