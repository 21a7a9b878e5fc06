/** Runs moved to the bin of a project and back. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../shared/errors.js';
import { diskError, writeJsonAtomic } from '../disk/atomic-file.js';
import { copyRun, putRunBack, removeRun, type RunCopy } from '../store/run-bin.js';
import type { Project } from './projects.js';

/** In `models/`; its name begins with a dot, so that it is no run's. */
const BIN = '.bin';
/** In the folder of a run in the bin: what the database knew of it. */
const COPY = 'run.json';

export interface DeletedRun {
  run: number;
  name: string;
  /** ISO 8601. */
  deletedAt: string;
}

type BinnedRun = RunCopy & { deletedAt: string };

/** Nothing is lost: `restoreRun` takes it back. Its folder goes first, so that a crash in between leaves both. */
export async function deleteRun(project: Project, id: number): Promise<void> {
  const copy: BinnedRun = { ...copyRun(project.store, id), deletedAt: new Date().toISOString() };
  const folder = join(project.folder, copy.run.folder);
  const place = join(project.folder, 'models', BIN, `${id}-${basename(folder)}`);
  project.store.requireWritable();
  try {
    if (!existsSync(folder)) await mkdir(folder, { recursive: true });
    await writeJsonAtomic(join(folder, COPY), copy);
    await mkdir(join(project.folder, 'models', BIN), { recursive: true });
    await rename(folder, place);
  } catch (error) {
    throw diskError(error, place);
  }
  removeRun(project.store, id);
}

/** @throws AppError('not-found') when it is not in the bin, 'exists' when its place was taken. */
export async function restoreRun(project: Project, id: number): Promise<void> {
  const found = (await binned(project)).find(({ run }) => run.id === id);
  if (!found) throw new AppError('not-found', `There is no run ${id} in the bin.`);
  const folder = join(project.folder, found.run.folder);
  if (existsSync(folder)) throw new AppError('exists', `There is another run in ${found.run.folder} now.`);
  putRunBack(project.store, found);
  try {
    await rename(found.place, folder);
  } catch (error) {
    removeRun(project.store, id);
    throw diskError(error, folder);
  }
  await rm(join(folder, COPY), { force: true });
}

/** Newest first. */
export const deletedRuns = async (project: Project): Promise<DeletedRun[]> =>
  (await binned(project))
    .map(({ run, deletedAt }) => ({ run: run.id, name: run.name, deletedAt }))
    .toSorted((a, b) => (a.deletedAt < b.deletedAt ? 1 : -1));

async function binned(project: Project): Promise<(BinnedRun & { place: string })[]> {
  const bin = join(project.folder, 'models', BIN);
  const found: (BinnedRun & { place: string })[] = [];
  for (const name of await readdir(bin).catch(() => [])) {
    const place = join(bin, name);
    // What somebody else put there is left alone.
    const text = await readFile(join(place, COPY), 'utf8').catch(() => null);
    if (text !== null) found.push({ ...(JSON.parse(text) as BinnedRun), place });
  }
  return found;
}
