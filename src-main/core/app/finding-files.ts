/** Image files that are not where they were, looked for below a folder by their content. */
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Progress } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { listImages, setImageFile } from '../../store/images.js';
import type { DecoderPool } from '../decoding.js';
import { locateImages, relativeTo } from '../images.js';
import type { Project } from '../projects.js';

interface Candidate {
  path: string;
  stats: Stats;
}

/**
 * First looks where files are found by themselves (images.ts), then at every file below the folder that has the size
 * of a lost image; equal content is the same image, whatever it is called.
 * @returns images whose files were found, and those that are still missing or changed. @throws AppError('not-found' | 'stopped')
 */
export async function findImageFiles(
  project: Project,
  pool: DecoderPool,
  folder: string,
  call: Call<Progress> = {},
): Promise<{ found: number; missing: number }> {
  const root = resolve(folder);
  if (!(await stat(root).catch(() => null))?.isDirectory())
    throw new AppError('not-found', `There is no folder ${root}.`);
  const located = await locateImages(project, listImages(project.store), call);
  const moved = located.filter(({ state }) => state === 'moved').length;
  const lost = located
    .filter(({ state }) => state === 'missing' || state === 'changed')
    .map(({ image }) => image);
  const sizes = new Set(lost.map(({ sizeBytes }) => sizeBytes));
  const candidates: Candidate[] = [];
  if (lost.length) await collect(root, sizes, candidates, new Set(), call.signal);
  const byHash = new Map<string, Candidate>();
  for (const [done, candidate] of candidates.entries()) {
    requireGoing(call.signal);
    call.onEvent?.({ done, total: candidates.length, name: basename(candidate.path) });
    const hash = await hashOrNull(pool, candidate.path, call.signal);
    if (hash !== null && !byHash.has(hash)) byHash.set(hash, candidate);
  }
  const found = lost.filter(({ sha256 }) => byHash.has(sha256));
  project.store.transaction(() => {
    for (const { id, sha256 } of found) {
      const { path, stats } = byHash.get(sha256)!;
      setImageFile(project.store, id, {
        relativePath: relativeTo(project.folder, path),
        absolutePath: path,
        sizeBytes: stats.size,
        modifiedMs: stats.mtimeMs,
      });
    }
  });
  return { found: moved + found.length, missing: lost.length - found.length };
}

async function collect(
  folder: string,
  sizes: ReadonlySet<number>,
  candidates: Candidate[],
  seen: Set<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  requireGoing(signal);
  // A link may lead back up.
  const real = await realpath(folder).catch(() => null);
  if (real === null || seen.has(real)) return;
  seen.add(real);
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory()) await collect(path, sizes, candidates, seen, signal);
    else if (stats?.isFile() && sizes.has(stats.size)) candidates.push({ path, stats });
  }
}

/** Null for a file that cannot be read: it cannot be the one that is looked for. */
async function hashOrNull(
  pool: DecoderPool,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  try {
    return await pool.hash(path, { signal });
  } catch {
    requireGoing(signal);
    return null;
  }
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new AppError('stopped', 'The search was stopped; files that were not found yet are still missing.');
}
