/** Projects on disk: folders NAME.brushfield. */
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../shared/errors.js';
import { addClass } from '../store/classes.js';
import { openStore, type OpenOptions, type Store } from '../store/open.js';
import { readProjectRow, writeProjectRow } from '../store/project-row.js';
import { diskError } from '../disk/atomic-file.js';
import { requireClassName } from './class-map.js';

export const PROJECT_ENDING = '.brushfield';

/** An open project: what every other use case takes. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  readonly store: Store;
  close(): void;
}

export interface CreateOptions {
  /** Class names, in the order of their label values. */
  classes?: readonly string[];
}

/**
 * Makes `path` with an empty project in it and opens it.
 * @throws AppError('usage') without the ending or for a bad class list; 'exists'; 'not-found' without the folder above.
 */
export function createProject(path: string, { classes = [] }: CreateOptions = {}): Project {
  const folder = resolve(path);
  if (!folder.endsWith(PROJECT_ENDING) || basename(folder) === PROJECT_ENDING)
    throw new AppError(
      'usage',
      `A project is a folder whose name ends in ${PROJECT_ENDING}; try "${withEnding(path)}".`,
    );
  if (existsSync(folder))
    throw new AppError('exists', `${folder} already exists and is not overwritten; choose another name.`);
  if (!existsSync(dirname(folder)))
    throw new AppError(
      'not-found',
      `There is no folder ${dirname(folder)} to make the project in; make it first.`,
    );
  const names = classes.map((name) => requireClassName(name));
  try {
    mkdirSync(folder);
  } catch (error) {
    throw diskError(error, folder);
  }
  let store: Store | null = null;
  try {
    store = openStore(folder, { create: true });
    fill(store, basename(folder, PROJECT_ENDING), names);
    return projectOf(folder, store);
  } catch (error) {
    store?.close();
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export type OpenProjectOptions = Pick<OpenOptions, 'access' | 'takeOver' | 'as' | 'onLost'>;

/**
 * Opens a project to be written if that is possible; `project.store.access` says whether it is.
 * @throws AppError('not-found') with the likely name; 'bad-project' for a damaged or newer one.
 */
export function openProject(path: string, options: OpenProjectOptions = {}): Project {
  const folder = resolve(path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const likely = withEnding(path);
    const hint = existsSync(resolve(likely))
      ? `did you mean "${likely}"?`
      : 'make one with "brushfield new".';
    throw new AppError('not-found', `There is no project "${path}"; ${hint}`);
  }
  return projectOf(folder, openStore(folder, options));
}

/** For what only looks: needs no lease, waits for nobody, and works where nothing can be written. */
export const openProjectToRead = (path: string): Project => openProject(path, { access: 'read' });

function fill(store: Store, name: string, classes: readonly string[]): void {
  store.transaction(() => {
    writeProjectRow(store, { name, createdAt: new Date().toISOString() });
    for (const className of classes) addClass(store, className);
  });
}

const projectOf = (folder: string, store: Store): Project => ({
  folder,
  name: readProjectRow(store)?.name ?? basename(folder, PROJECT_ENDING),
  store,
  close: () => store.close(),
});

const withEnding = (path: string): string => {
  const bare = path.replace(/[/\\]+$/, '');
  return bare.endsWith(PROJECT_ENDING) ? bare : `${bare}${PROJECT_ENDING}`;
};
