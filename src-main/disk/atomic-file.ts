/** Files that are either whole or not there: written beside their place, flushed, then renamed. */
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../shared/errors.js';

/** Temporary files start with this and end with `.tmp`; a scan of inputs can leave them out. */
const TEMPORARY = '.brushfield-';

/**
 * Writes `data` to `path`, replacing what is there, and makes the folders above it. A reader or a crash never sees
 * half a file.
 * @throws AppError('disk') when there is no space or no permission.
 */
export const writeFileAtomic = (path: string, data: string | Uint8Array): Promise<void> =>
  replaceAtomic(path, (file) => file.writeFile(data));

/** `writeFileAtomic` for what comes in pieces. @throws also what `pieces` throws; then nothing is changed. */
export const writePiecesAtomic = (path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> =>
  replaceAtomic(path, async (file) => {
    for await (const piece of pieces) await file.writeFile(piece);
  });

/**
 * `writeFileAtomic` into a folder that must be there: what a long computation writes into must not be made anew under
 * its old name when somebody has moved it meanwhile. @throws AppError('disk') also when it is gone.
 */
export const writeFileThere = (path: string, data: string | Uint8Array): Promise<void> =>
  replaceThere(path, (file) => file.writeFile(data));

/** `writeFileThere` for what comes in pieces. @throws also what `pieces` throws; then nothing is changed. */
export const writePiecesThere = (path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> =>
  replaceThere(path, async (file) => {
    for await (const piece of pieces) await file.writeFile(piece);
  });

async function replaceThere(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  try {
    await access(folder);
    await replaceIn(folder, path, write);
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ENOENT') throw diskError(error, path);
    throw new AppError(
      'disk',
      `"${basename(path)}" could not be written: the folder ${folder} is no longer there; was it, or its project, moved, renamed or removed?`,
      { cause: error },
    );
  }
}

/** `writeFileThere` for a value as indented JSON with a final newline. */
export const writeJsonThere = (path: string, value: unknown): Promise<void> =>
  writeFileThere(path, `${JSON.stringify(value, null, 2)}\n`);

async function replaceAtomic(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
    await replaceIn(folder, path, write);
  } catch (error) {
    throw diskError(error, path);
  }
}

async function replaceIn(
  folder: string,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = join(folder, `${TEMPORARY}${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      // Without it a power loss may leave a renamed but empty file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** `writeFileAtomic` for a value as indented JSON with a final newline. */
export const writeJsonAtomic = (path: string, value: unknown): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space and try again',
  EDQUOT: 'your disk quota is used up; free some space and try again',
  EFBIG: 'the file would be larger than is allowed here',
  EACCES: 'you may not write there; choose another folder or ask for permission',
  EPERM: 'you may not write there; choose another folder or ask for permission',
  EROFS: 'the disk is read-only; choose another folder',
  ENOTDIR: 'a part of that path is a file and not a folder; choose another folder',
  EEXIST: 'a part of that path is a file and not a folder; choose another folder',
  EISDIR: 'there is a folder of that name; choose another name',
  ENAMETOOLONG: 'the name is too long for this disk',
  EMFILE: 'too many files are open; raise the limit with "ulimit -n"',
  EIO: 'the disk reports an input/output error',
  ESTALE: 'the network share is gone; see to it that it is there again',
  ENOTCONN: 'the network share is gone; see to it that it is there again',
  EHOSTDOWN: 'the network share is gone; see to it that it is there again',
};

/** An error of the file system while writing `path` as a sentence; anything else is given back as it is. */
export function diskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const reason = code ? REASONS[code] : undefined;
  return reason
    ? new AppError('disk', `"${basename(path)}" could not be written in ${dirname(path)}: ${reason}.`, {
        cause: error,
      })
    : error;
}

/** A file that is written grows all the time: nothing that was left alone for so long is being written. */
const ABANDONED_MS = 3_600_000;

/** Deletes what a killed program left half-written in a folder; what it cannot look at or delete stays. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(TEMPORARY) || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info?.isFile() && Date.now() - info.mtimeMs > ABANDONED_MS)
      await rm(path, { force: true }).catch(() => undefined);
  }
}
