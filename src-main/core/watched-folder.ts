/**
 * A folder that images come into. It is looked at again and again: change notices of file systems do not reach across
 * network shares, where most microscopes write to.
 */
import { findImages, type FoundFile } from './input-files.js';

export interface WatchedFolderOptions {
  recursive: boolean;
  /** A folder that is never looked into. */
  output: string;
  /** A file is complete when its size and time have stayed the same for so long. */
  settleMs: number;
  /** Absolute paths of files that nothing is to be done with while they stay as they are. */
  finished: ReadonlySet<string>;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

interface Seen {
  size: number;
  mtimeMs: number;
  /** When it was first seen like this. */
  sinceMs: number;
  taken: boolean;
}

export class WatchedFolder {
  private readonly seen = new Map<string, Seen>();
  private first = true;

  constructor(
    /** Absolute. */
    private readonly folder: string,
    private readonly options: WatchedFolderOptions,
  ) {}

  /**
   * Looks once. Null when the folder cannot be read, which a share may be for a while; what is there afterwards is as
   * if it had just come.
   * @returns files that are complete, each once until it changes
   */
  async look(): Promise<FoundFile[] | null> {
    const { settleMs, finished, now = () => performance.now() } = this.options;
    const nowMs = now();
    let found: FoundFile[];
    try {
      found = await findImages(this.folder, this.options);
    } catch {
      this.seen.clear();
      return null;
    }
    const complete: FoundFile[] = [];
    const there = new Set(found.map(({ path }) => path));
    for (const path of this.seen.keys()) if (!there.has(path)) this.seen.delete(path);
    for (const file of found) {
      const { path, size, mtimeMs } = file;
      const before = this.seen.get(path);
      if (before?.size !== size || before.mtimeMs !== mtimeMs) {
        const taken = this.first && finished.has(path);
        this.seen.set(path, { size, mtimeMs, sinceMs: nowMs, taken });
      } else if (!before.taken && nowMs - before.sinceMs >= settleMs) {
        before.taken = true;
        complete.push(file);
      }
    }
    this.first = false;
    return complete;
  }

  /** It comes again, although it has not changed since. */
  giveBack(path: string): void {
    const seen = this.seen.get(path);
    if (seen) seen.taken = false;
  }
}
