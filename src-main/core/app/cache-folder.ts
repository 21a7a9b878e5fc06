/** A folder of files that may be deleted at any time, kept under a size: the ones longest unused go first. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CacheFolderOptions {
  /** Absolute; made when something is first kept. */
  folder: string;
  /** Half-written files (`.tmp`) count too. */
  budgetBytes: number;
}

/** Looking at every file is slow in a folder of 100,000: not at each that is added. */
const SWEEP_EVERY = 200;
/** A sweep frees this much more than it must, so that the next is not needed at once. */
const SWEEP_TO = 0.8;

export class CacheFolder {
  private added = 0;
  private sweeping: Promise<void> | null = null;

  constructor(private readonly options: CacheFolderOptions) {}

  pathOf(name: string): string {
    return join(this.options.folder, name);
  }

  /** Null when it is not there or cannot be read. */
  async read(name: string): Promise<Uint8Array | null> {
    const bytes = await readFile(this.pathOf(name)).catch(() => null);
    if (bytes) await this.used(name);
    return bytes;
  }

  /** Best effort: where nothing can be written, nothing is kept. */
  async keep(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = this.pathOf(`${name}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await mkdir(this.options.folder, { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, this.pathOf(name));
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
    this.grown();
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true }).catch(() => undefined);
  }

  /** Marks a file as wanted now. */
  async used(name: string): Promise<void> {
    const now = new Date();
    await utimes(this.pathOf(name), now, now).catch(() => undefined);
  }

  /** Something was put there; every so often that starts a sweep. */
  grown(bySweep = SWEEP_EVERY): void {
    if (this.added++ % bySweep === 0) this.sweeping ??= this.sweep().finally(() => (this.sweeping = null));
  }

  /** Resolves when no sweep is under way. */
  async settled(): Promise<void> {
    await this.sweeping;
  }

  private async sweep(): Promise<void> {
    const { folder, budgetBytes } = this.options;
    const files: { path: string; size: number; usedMs: number }[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => null);
      if (stats?.isFile()) files.push({ path, size: stats.size, usedMs: stats.mtimeMs });
    }
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total <= budgetBytes) return;
    for (const { path, size } of files.toSorted((a, b) => a.usedMs - b.usedMs)) {
      if (total <= budgetBytes * SWEEP_TO) return;
      await rm(path, { force: true }).catch(() => undefined);
      total -= size;
    }
  }
}
