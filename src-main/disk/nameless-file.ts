/** Bytes that wait on disk under no name: whatever ends the process, nothing of them stays. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { diskError } from './atomic-file.js';

export class NamelessFile {
  private written = 0;
  private file: number | null = null;

  /** @param what it holds, as errors call it. The file is made in `folder` by the first bytes. */
  constructor(
    private readonly folder: string,
    private readonly what: string,
  ) {}

  /** @returns where they begin. @throws AppError('disk') when there is no space. */
  append(bytes: Uint8Array): number {
    const place = this.written;
    try {
      this.file ??= openNameless(this.folder);
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.file, bytes, done, bytes.length - done, place + done);
    } catch (error) {
      throw diskError(error, join(this.folder, this.what));
    }
    this.written += bytes.length;
    return place;
  }

  /** Memory of its own. */
  read(place: number, length: number): Buffer<ArrayBuffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.file!, bytes, done, length - done, place + done);
      if (read === 0) throw new Error(`the file of ${this.what} is shorter than what was written`);
      done += read;
    }
    return bytes;
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}

function openNameless(folder: string): number {
  const path = join(folder, `.brushfield-${randomUUID()}.tmp`);
  const file = openSync(path, 'wx+');
  rmSync(path);
  return file;
}
