/** The folder that a run writes its results into, which must stay the one that it began with. */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskError, writeFileThere, writePiecesThere } from '../disk/atomic-file.js';
import { AppError } from '../shared/errors.js';
import type { OutputLock } from './output-lock.js';

/**
 * A folder that was deleted, or whose disk or share is gone, is not made anew: results would end up on another disk, and
 * those before them be missing. The lock within it tells: where it is gone, so is the folder, or it is another one.
 */
export class OutputFolder {
  constructor(
    readonly path: string,
    private readonly lock: OutputLock,
  ) {}

  /**
   * Writes a result, whole or not at all, replacing what is there; makes the folders below this one.
   * @param name relative to the folder, with `/`
   * @throws AppError('disk') also when the folder is gone, and what `pieces` throws
   */
  async write(name: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const path = join(this.path, name);
    try {
      await this.requireThere(name);
      await this.makeBelow(dirname(name));
      await (Symbol.asyncIterator in data ? writePiecesThere(path, data) : writeFileThere(path, data));
    } catch (error) {
      await this.requireThere(name);
      throw diskError(error, path);
    }
  }

  /** @throws AppError('disk') when a result of that name could not be written, since the folder is gone. */
  async requireThere(name: string): Promise<void> {
    if (await this.lock.holds()) return;
    throw new AppError(
      'disk',
      `"${basename(name)}" could not be written in ${this.path}: the folder is no longer there, or not the same; see whether it was moved or removed, or its disk or network share is gone, and start again.`,
    );
  }

  private async makeBelow(folder: string): Promise<void> {
    if (folder === '.') return;
    await this.makeBelow(dirname(folder));
    try {
      await mkdir(join(this.path, folder));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
