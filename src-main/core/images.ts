/** Where a project's image files are now, and whether they are still the ones that were labelled. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { listImages, placesAfter, setImageFile, sharesStamp, type ImageRow } from '../store/images.js';
import type { Project } from './projects.js';

/** `moved`: found in another place by its content. `changed`: a file of that name with other content. */
export type FileState = 'present' | 'moved' | 'changed' | 'missing';

export interface LocatedImage {
  image: ImageRow;
  state: FileState;
  /** Absolute path of the file; null when it is missing. */
  path: string | null;
}

export interface LocateProgress {
  done: number;
  total: number;
  /** The image whose file is looked for. */
  name: string;
}

/** A search for moved files looks this deep below the nearest folder that still exists, and at this many files. */
const SEARCH_DEPTH = 3;
const SEARCH_FILES = 20_000;
/** Images that are looked up one by one; for more, all are listed. */
const FEW = 3;
/** Images whose folders are read between two pauses. */
const PLACES = 2000;

/** Hex SHA-256 of a file, read as a stream. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal }))
    hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** A path as the store keeps it beside the absolute one: from the project's folder, with `/`. */
export const relativeTo = (folder: string, path: string): string =>
  relative(folder, path).split(sep).join('/');

/** One image; see `locateImages`. */
export const locateImage = async (project: Project, image: ImageRow): Promise<LocatedImage> =>
  (await locateImages(project, [image]))[0]!;

/**
 * Finds each image's file by its relative path, its absolute path, or its size and hash in the folders of the
 * project's other images and around the place where it was; and remembers a new place. A file counts as the same
 * when size and time of change are as recorded and no other image's are equal, or else when its hash is.
 * @throws AppError('stopped'), and then no place is remembered.
 */
export async function locateImages(
  project: Project,
  images: readonly ImageRow[],
  call: Call<LocateProgress> = {},
): Promise<LocatedImage[]> {
  const search = new Search(project, images.length, call.signal);
  const files = new Map<string, Found>();
  const located: LocatedImage[] = [];
  const places: Place[] = [];
  for (const [done, image] of images.entries()) {
    call.onEvent?.({ done, total: images.length, name: image.name });
    let found = files.get(image.sha256);
    if (!found) files.set(image.sha256, (found = await find(project, image, search)));
    // What was being read when it came is no finding.
    if (call.signal?.aborted)
      throw new AppError(
        'stopped',
        'The search for image files was stopped; no file was given another place.',
      );
    if (found.state === 'present' || found.state === 'moved')
      places.push({ image, path: found.path, stats: found.stats });
    located.push({ image, state: found.state, path: found.state === 'missing' ? null : found.path });
  }
  // Who only reads finds moved files again next time.
  if (project.store.access === 'write')
    project.store.transaction(() => places.forEach((place) => remember(project, place)));
  return located;
}

/**
 * The path of an image's file, unchanged.
 * @throws AppError('changed' | 'not-found') saying how to go on.
 */
export function requireUnchanged({ image, state, path }: LocatedImage): string {
  if (path === null)
    throw new AppError(
      'not-found',
      `The file of ${image.name} is missing (it was ${image.absolutePath}); put it back, or place its folder beside the project.`,
    );
  if (state === 'changed')
    throw new AppError(
      'changed',
      `${path} has changed since it was imported as ${image.name}, so its labels no longer fit; restore the original file, or import it again with --replace-labels to take the new content without them.`,
    );
  return path;
}

interface Place {
  image: ImageRow;
  path: string;
  stats: Stats;
}

type Found =
  | { state: 'present' | 'moved'; path: string; stats: Stats }
  | { state: 'changed'; path: string }
  | { state: 'missing' };

async function find(project: Project, image: ImageRow, search: Search): Promise<Found> {
  let changed: string | null = null;
  for (const path of new Set([resolve(project.folder, image.relativePath), image.absolutePath])) {
    const stats = await fileStats(path);
    if (!stats) continue;
    const untouched = stats.size === image.sizeBytes && stats.mtimeMs === image.modifiedMs;
    if (untouched && !search.isAmbiguous(image)) return { state: 'present', path, stats };
    if (stats.size === image.sizeBytes && (await search.hash(path)) === image.sha256)
      return { state: 'present', path, stats };
    changed ??= path;
  }
  const elsewhere = await search.byContent(image);
  if (elsewhere) return { state: 'moved', ...elsewhere };
  return changed ? { state: 'changed', path: changed } : { state: 'missing' };
}

function remember(project: Project, { image, path, stats }: Place): void {
  const file = {
    relativePath: relativeTo(project.folder, path),
    absolutePath: path,
    sizeBytes: stats.size,
    modifiedMs: stats.mtimeMs,
  };
  const same =
    file.absolutePath === image.absolutePath &&
    file.relativePath === image.relativePath &&
    file.modifiedMs === image.modifiedMs;
  if (!same) setImageFile(project.store, image.id, file);
}

/** Files by size, listed only when something is missing and once for all that is. */
class Search {
  private readonly listed = new Set<string>();
  private readonly bySize = new Map<number, string[]>();
  private files = 0;
  private nearFolders: Promise<void> | null = null;
  /** Each file is hashed once, however many images of its size are missing. */
  private readonly hashes = new Map<string, Promise<string | null>>();
  private stamps: Map<string, Set<string>> | null = null;

  constructor(
    private readonly project: Project,
    private readonly wanted: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  hash(path: string): Promise<string | null> {
    const known = this.hashes.get(path);
    if (known) return known;
    const hash = hashOrNull(path, this.signal);
    this.hashes.set(path, hash);
    return hash;
  }

  /** Whether another image's file has the same size and time, so that these do not tell one from the other. */
  isAmbiguous(image: ImageRow): boolean {
    // To list 100,000 images takes most of a second: too much for one that somebody opens.
    if (this.wanted <= FEW) return sharesStamp(this.project.store, image);
    this.stamps ??= this.contentsByStamp();
    return (this.stamps.get(stampOf(image))?.size ?? 0) > 1;
  }

  async byContent(image: ImageRow): Promise<{ path: string; stats: Stats } | null> {
    this.nearFolders ??= this.listFoldersOfImages();
    await this.nearFolders;
    const near = await this.match(image);
    if (near) return near;
    for (const start of [resolve(this.project.folder, image.relativePath), image.absolutePath])
      await this.list(await nearestFolder(dirname(start)), SEARCH_DEPTH);
    await this.list(dirname(this.project.folder), 1);
    return this.match(image);
  }

  private async match(image: ImageRow): Promise<{ path: string; stats: Stats } | null> {
    for (const path of this.bySize.get(image.sizeBytes) ?? [])
      if ((await this.hash(path)) === image.sha256) {
        const stats = await fileStats(path);
        if (stats) return { path, stats };
      }
    return null;
  }

  private contentsByStamp(): Map<string, Set<string>> {
    const contents = new Map<string, Set<string>>();
    for (const image of listImages(this.project.store)) {
      const same = contents.get(stampOf(image));
      if (same) same.add(image.sha256);
      else contents.set(stampOf(image), new Set([image.sha256]));
    }
    return contents;
  }

  private async listFoldersOfImages(): Promise<void> {
    const folders = new Set<string>();
    const { store, folder: home } = this.project;
    for (let page = placesAfter(store, 0, PLACES); page.length > 0;) {
      for (const { absolutePath, relativePath } of page) {
        folders.add(dirname(absolutePath));
        folders.add(dirname(resolve(home, relativePath)));
      }
      await new Promise((next) => setImmediate(next));
      if (this.signal?.aborted) return;
      page = placesAfter(store, page.at(-1)!.id, PLACES);
    }
    for (const folder of folders) await this.list(folder, 0);
  }

  private async list(folder: string, depth: number): Promise<void> {
    // The root of a disk is nobody's image folder, and there is no end to it.
    if (folder === dirname(folder) || this.files > SEARCH_FILES) return;
    const fresh = !this.listed.has(folder);
    this.listed.add(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || path === this.project.folder) continue;
      if (entry.isDirectory()) {
        if (depth > 0) await this.list(path, depth - 1);
        continue;
      }
      const stats = fresh ? await fileStats(path) : null;
      if (!stats) continue;
      this.files++;
      const same = this.bySize.get(stats.size);
      if (same) same.push(path);
      else this.bySize.set(stats.size, [path]);
    }
  }
}

/** The folder itself or the nearest one above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const stats = await stat(at).catch(() => null);
    if (stats?.isDirectory() || at === dirname(at)) return at;
  }
}

const fileStats = async (path: string): Promise<Stats | null> => {
  const stats = await stat(path).catch(() => null);
  return stats?.isFile() ? stats : null;
};

/** What is trusted to tell a file from others without reading it: copying tools that round times may make two alike. */
const stampOf = ({ sizeBytes, modifiedMs }: ImageRow): string => `${sizeBytes}:${modifiedMs}`;

/** Null for a file that cannot be read: it cannot be the one that is looked for. */
const hashOrNull = (path: string, signal: AbortSignal | undefined): Promise<string | null> =>
  sha256OfFile(path, signal).catch(() => null);
