/** Plain sqlite3 under Python, doing the same in turns with us: test/python/store_bench.py. */
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../disk/package-root.js';
import { imageIds, imagePage } from '../../store/image-list.js';
import { DATABASE_FILE, openStore, type Store } from '../../store/open.js';
import { createProject } from '../projects.js';
import { pairedRatio } from './paired.js';
import { plainFigure, timesFigure, timesOf, type StoreFigure } from './store-figures.js';
import { addImages } from './store-project.js';

const ROUNDS = 5;
const PAGE = 100;

const median = (values: readonly number[]): number => timesFigure('', values).value;

async function python(...args: string[]): Promise<number> {
  const script = join(packageRoot(), 'test', 'python', 'store_bench.py');
  const { stdout } = await promisify(execFile)('python3', [script, ...args]);
  return Number(stdout);
}

/** Whether there is a Python with sqlite3 on this machine. */
export async function hasPeer(): Promise<boolean> {
  try {
    await promisify(execFile)('python3', ['-c', 'import sqlite3']);
    return true;
  } catch {
    return false;
  }
}

function compared(name: string, figure: StoreFigure, ours: number[], theirs: number[]): StoreFigure {
  const { ratio, low, high } = pairedRatio(ours, theirs, 1);
  return { ...figure, peer: { name, value: median(theirs), ratio, low, high } };
}

/** Rows added to empty projects of the same schema. */
export async function compareImport(folder: string, rows: number): Promise<StoreFigure> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const project = createProject(join(folder, `ours-${round}.brushfield`));
    const empty = join(folder, `empty-${round}.sqlite`);
    project.close();
    await copyFile(join(project.folder, DATABASE_FILE), empty);
    const store = openStore(project.folder);
    const [took] = timesOf(1, () => addImages(store, 0, rows, 4096));
    ours.push((rows / took!) * 1000);
    store.close();
    theirs.push(await python('insert', empty, String(rows)));
  }
  const figure = plainFigure(`Add ${rows} images to an empty project`, median(ours), 'rows/s');
  return compared('Python sqlite3', figure, ours, theirs);
}

/** A page of the list at random places: ours by ids, theirs by OFFSET. */
export async function comparePages(store: Store): Promise<StoreFigure> {
  const ids = imageIds(store);
  const file = join(store.folder, DATABASE_FILE);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(
      median(
        timesOf(200, (n) => {
          const start = Math.floor((((n * 7919) % 1000) / 1000) * Math.max(1, ids.length - PAGE));
          imagePage(store, ids.slice(start, start + PAGE));
        }),
      ),
    );
    theirs.push(await python('page', file));
  }
  return compared(
    'Python sqlite3, OFFSET',
    { ...plainFigure('Page of the list', median(ours), 'ms') },
    ours,
    theirs,
  );
}

export async function compareSearch(store: Store, text: string): Promise<StoreFigure> {
  const file = join(store.folder, DATABASE_FILE);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(median(timesOf(9, () => imageIds(store, { filter: { search: text } }))));
    theirs.push(await python('search', file, text));
  }
  return compared('Python sqlite3, LIKE', plainFigure(`Search "${text}"`, median(ours), 'ms'), ours, theirs);
}
