/** Folders of this machine, for a window that has no dialogs of the system. */
import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FolderListing } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import { PROJECT_ENDING } from '../projects.js';

/** More than anybody scrolls through; the rest of such a folder is left out. */
const MOST_ENTRIES = 10_000;

/** Where new projects are offered: `Documents` in the home folder, or the home folder. */
export function documentsFolder(): string {
  const documents = join(homedir(), 'Documents');
  return existsSync(documents) ? documents : homedir();
}

/**
 * Folders, then files, by name; hidden ones are left out. `null` lists the home folder.
 * @throws AppError('not-found' | 'disk')
 */
export async function listFolder(folder: string | null): Promise<FolderListing> {
  const path = resolve(folder ?? homedir());
  const stats = await stat(path).catch(() => null);
  if (!stats?.isDirectory()) throw new AppError('not-found', `There is no folder ${path}.`);
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new AppError('disk', `${path} cannot be listed (${error.code}); choose another folder.`, {
      cause: error,
    });
  });
  const found: FolderListing['entries'] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || found.length >= MOST_ENTRIES) continue;
    const isFolder = entry.isSymbolicLink()
      ? await leadsToFolder(join(path, entry.name))
      : entry.isDirectory();
    if (isFolder)
      found.push({ name: entry.name, kind: entry.name.endsWith(PROJECT_ENDING) ? 'project' : 'folder' });
    else if (entry.isFile() || entry.isSymbolicLink()) found.push({ name: entry.name, kind: 'file' });
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  const rank = (kind: string) => (kind === 'file' ? 1 : 0);
  return {
    folder: path,
    parent: dirname(path) === path ? null : dirname(path),
    entries: found.toSorted((a, b) => rank(a.kind) - rank(b.kind) || compare(a.name, b.name)),
  };
}

const leadsToFolder = async (link: string): Promise<boolean> => {
  const target = await realpath(link).catch(() => null);
  return target !== null && ((await stat(target).catch(() => null))?.isDirectory() ?? false);
};
