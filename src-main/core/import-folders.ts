/** The files of a folder that an import looks at, in the order in which a person would list them. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { IMAGE_ENDINGS } from '../pixels/decode.js';
import { AppError } from '../shared/errors.js';

export interface FolderFiles {
  /** Absolute where the folder is; 2 before 10, a folder's own files before those of its folders. */
  images: string[];
  /** Files of other kinds, in the same order. */
  others: string[];
}

const naturally = new Intl.Collator('en', { numeric: true });

/**
 * Hidden files (`._a.tif` of macOS) and folders are none, nor is what lies in a project; links are followed once, and
 * a folder within it that may not be read counts as empty.
 * @throws AppError('not-found' | 'disk') when the folder itself is gone or may not be read.
 */
export async function filesIn(folder: string, recursive: boolean): Promise<FolderFiles> {
  const files: FolderFiles = { images: [], others: [] };
  try {
    await walk(folder, { recursive, files, seen: new Set() });
  } catch (error) {
    throw unreadableFolder(folder, error);
  }
  return files;
}

/** What keeps a folder or file from being listed, for a person where a person can do something. */
export function unreadableFolder(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError('not-found', `There is no file or folder ${path}; nothing was imported.`, {
      cause: error,
    });
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError(
      'disk',
      `You may not read ${path}; ask for permission or copy it to a folder of your own.`,
      { cause: error },
    );
  if (code && /^E[A-Z]+$/.test(code))
    return new AppError('disk', `${path} could not be read (${code}); is its disk still there?`, {
      cause: error,
    });
  return error;
}

interface Walk {
  recursive: boolean;
  files: FolderFiles;
  /** Real paths of the folders entered: a link may lead back up. */
  seen: Set<string>;
}

async function walk(folder: string, options: Walk): Promise<void> {
  const real = await realpath(folder);
  if (options.seen.has(real)) return;
  options.seen.add(real);
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  const folders: string[] = [];
  for (const name of names.toSorted(naturally.compare)) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory()) {
      if (!name.endsWith('.brushfield')) folders.push(path);
    } else if (IMAGE_ENDINGS.includes(extname(name).toLowerCase())) options.files.images.push(path);
    else options.files.others.push(path);
  }
  if (!options.recursive) return;
  for (const path of folders) await walk(path, options).catch(ignoreUnreadable);
}

/** One folder without permission among many should not hold up the rest. */
function ignoreUnreadable(error: unknown): void {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'ENOENT') throw error;
}
