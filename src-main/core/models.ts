/** Which model a person means: a project (its best run), PROJECT:RUN, or a run's folder. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RUN_FILES, type ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { DATABASE_FILE } from '../store/open.js';
import { bestRun, runByName } from '../store/runs.js';
import { readModelFile, readPassport, type Passport } from './passport.js';
import { openProjectToRead } from './projects.js';

export interface ResolvedModel {
  /** The run's name. */
  run: string;
  /** The run's folder, absolute. */
  folder: string;
  file: ModelFile;
  /** Null when its training never came to an end. */
  passport: Passport | null;
  /** Hex SHA-256 of the weights and of what maps an image to the network's input. */
  sha256: string;
  /** The project it lies in; null for a folder that was copied elsewhere. */
  project: string | null;
}

/** What a MODEL argument points to, before anything of the model is read. */
export interface ModelPlace {
  run: string;
  folder: string;
  project: string | null;
}

/** @throws AppError('not-found' | 'bad-model' | 'bad-project') */
export async function resolveModel(argument: string): Promise<ResolvedModel> {
  const place = locateModel(argument);
  const weights = join(place.folder, RUN_FILES.best);
  if (!existsSync(weights))
    throw new AppError(
      'bad-model',
      `The run ${place.run} has no trained weights (${RUN_FILES.best}) yet; train it first or name another run.`,
    );
  const file = await readModelFile(place.folder);
  const passport = await readPassport(place.folder);
  const sha256 = await hashOf(weights, join(place.folder, RUN_FILES.model));
  return { ...place, file, passport, sha256 };
}

/** @throws AppError('not-found') for nothing of that name, and for a project without a trained run. */
export function locateModel(argument: string): ModelPlace {
  if (argument.endsWith('.brushmodel'))
    throw new AppError(
      'bad-model',
      `${argument} is a single-file model, which this version cannot read yet; name a project, PROJECT:RUN or a run's folder.`,
    );
  const path = resolve(argument);
  if (/\.zip$/i.test(argument) && existsSync(path) && !isFolder(path))
    throw new AppError('bad-model', `${argument} is a packed model: unpack it and name the folder in it.`);
  if (isFolder(path)) {
    if (existsSync(join(path, DATABASE_FILE))) return bestOf(path);
    if (existsSync(join(path, RUN_FILES.model)) || existsSync(join(path, RUN_FILES.settings)))
      return runFolder(path);
    throw new AppError('not-found', `${argument} is neither a project nor the folder of a training run.`);
  }
  const colon = argument.lastIndexOf(':');
  // A colon at index 1 is a drive's.
  if (colon > 1 && isFolder(resolve(argument.slice(0, colon))))
    return namedRun(resolve(argument.slice(0, colon)), argument.slice(colon + 1));
  if (existsSync(path))
    throw new AppError('bad-model', `${argument} is a file; name a project, PROJECT:RUN or a run's folder.`);
  throw new AppError('not-found', `There is no project or model "${argument}".`);
}

function bestOf(projectFolder: string): ModelPlace {
  const project = openProjectToRead(projectFolder);
  try {
    const run = bestRun(project.store);
    if (!run)
      throw new AppError(
        'not-found',
        `${basename(projectFolder)} has no trained model yet; "brushfield train ${basename(projectFolder)}" makes one.`,
      );
    return { run: run.name, folder: join(project.folder, run.folder), project: project.folder };
  } finally {
    project.close();
  }
}

function namedRun(projectFolder: string, name: string): ModelPlace {
  const project = openProjectToRead(projectFolder);
  try {
    const run = runByName(project.store, name);
    return { run: run.name, folder: join(project.folder, run.folder), project: project.folder };
  } finally {
    project.close();
  }
}

function runFolder(folder: string): ModelPlace {
  const above = dirname(dirname(folder));
  return { run: basename(folder), folder, project: existsSync(join(above, DATABASE_FILE)) ? above : null };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

async function hashOf(...paths: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
