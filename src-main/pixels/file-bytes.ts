/** Random access to a file's bytes, checked against the file's end. */
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../shared/errors.js';
import { DamagedImage, OverLimit } from './refusal.js';
import { MAX_WHOLE_FILE_BYTES } from './limits.js';

const HEAD_BYTES = 64 * 1024;
/** Up to here one read is cheaper than many. */
const PRELOAD_BYTES = 64 * 1024 * 1024;

export class FileBytes {
  private constructor(
    private readonly handle: FileHandle,
    readonly path: string,
    readonly size: number,
    /** The file's beginning, or all of it. */
    private cached: Buffer,
  ) {}

  /** @throws AppError 'not-found' or 'disk' when the file cannot be opened. */
  static async open(path: string): Promise<FileBytes> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const stat = await handle.stat();
      if (!stat.isFile())
        throw new AppError('not-found', `${path} is no file; give the path of an image file.`);
      const head = await readFully(handle, 0, Math.min(HEAD_BYTES, stat.size));
      return new FileBytes(handle, path, stat.size, head);
    } catch (error) {
      await handle?.close();
      throw openError(path, error);
    }
  }

  /** Bytes from `offset`; a view that must not be written to. @throws DamagedImage past the file's end. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size))
      throw new DamagedImage(`it ends at byte ${this.size}, before data its header points to`);
    if (offset + length <= this.cached.length) return this.cached.subarray(offset, offset + length);
    return readFully(this.handle, offset, length);
  }

  /** Keeps a small file in memory, so that many small reads cost one. */
  async preload(): Promise<void> {
    if (this.size <= PRELOAD_BYTES && this.cached.length < this.size)
      this.cached = await readFully(this.handle, 0, this.size);
  }

  /** The whole file. @throws OverLimit */
  async all(): Promise<Buffer> {
    if (this.size > MAX_WHOLE_FILE_BYTES)
      throw new OverLimit(
        `a file of ${this.size} bytes, and the limit is ${MAX_WHOLE_FILE_BYTES} for this format`,
      );
    return this.read(0, this.size);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

async function readFully(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw new DamagedImage('it became shorter while it was read');
    done += bytesRead;
  }
  return buffer;
}

function openError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError('not-found', `${path} does not exist; check the path.`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError('disk', `${path} may not be read; change its permissions.`, { cause: error });
  return error;
}
