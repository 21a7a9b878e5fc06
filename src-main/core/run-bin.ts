/** Runs moved to the bin of a project and back, and copied out of it. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { diskError, writeJsonAtomic } from '../disk/atomic-file.js';
import { copyRun, putRunBack, removeRun, type RunCopy } from '../store/run-bin.js';
import { runById } from '../store/runs.js';
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

/** What is needed to predict and to know where it comes from; not the images' labels, nor what only resuming needs. */
const LEFT_OUT: readonly string[] = [RUN_FILES.snapshot, RUN_FILES.last, RUN_FILES.initial, 'training.pid'];

/** @returns the new folder. @throws AppError('exists' | 'bad-model' | 'disk') */
export async function exportRun(project: Project, id: number, target: string): Promise<string> {
  const run = runById(project.store, id);
  const folder = join(project.folder, run.folder);
  if (!existsSync(join(folder, RUN_FILES.best)))
    throw new AppError('bad-model', `${run.name} has no trained weights yet, so there is nothing to export.`);
  const path = join(resolve(target), run.name);
  if (existsSync(path)) throw new AppError('exists', `${path} already exists and is not overwritten.`);
  const partial = `${path}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    for (const name of await readdir(folder))
      if (!LEFT_OUT.includes(name)) await cp(join(folder, name), join(partial, name), { recursive: true });
    await rename(partial, path);
    return path;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(error, path);
  }
}
