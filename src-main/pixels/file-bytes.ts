/** Random access to a file's bytes, checked against the file's end. */
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../shared/errors.js';
import { DamagedImage, OverLimit } from './refusal.js';
import { MAX_WHOLE_FILE_BYTES } from './limits.js';

const HEAD_BYTES = 64 * 1024;
/** Shorter reads take what follows along: data blocks mostly lie in their order. */
const WINDOW_BYTES = 256 * 1024;

export class FileBytes {
  private window: { at: number; bytes: Buffer } = { at: 0, bytes: Buffer.alloc(0) };

  private constructor(
    private readonly handle: FileHandle,
    readonly path: string,
    readonly size: number,
    /** Changes whenever the file does. */
    readonly stamp: string,
    /** The file's beginning, or all of it. */
    private readonly head: Buffer,
  ) {}

  /** @throws AppError 'not-found' or 'disk' when the file cannot be opened. */
  static async open(path: string): Promise<FileBytes> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile())
        throw new AppError('not-found', `${path} is no file; give the path of an image file.`);
      const size = Number(stat.size);
      const head = await readFully(handle, 0, Math.min(HEAD_BYTES, size));
      const stamp = [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs, path].join(' ');
      return new FileBytes(handle, path, size, stamp, head);
    } catch (error) {
      await handle?.close();
      throw openError(path, error);
    }
  }

  /** Bytes from `offset`; a view that must not be written to. @throws DamagedImage past the file's end. */
  async read(offset: number, length: number): Promise<Buffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size))
      throw new DamagedImage(`it ends at byte ${this.size}, before data its header points to`);
    if (offset + length <= this.head.length) return this.head.subarray(offset, offset + length);
    if (length >= WINDOW_BYTES) return readFully(this.handle, offset, length);
    const { at, bytes } = this.window;
    if (offset < at || offset + length > at + bytes.length) {
      const ahead = Math.min(WINDOW_BYTES, this.size - offset);
      this.window = { at: offset, bytes: await readFully(this.handle, offset, ahead) };
    }
    const from = offset - this.window.at;
    return this.window.bytes.subarray(from, from + length);
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
  const buffer = Buffer.allocUnsafeSlow(length);
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
