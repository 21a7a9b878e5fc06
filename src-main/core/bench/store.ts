/** `brushfield bench store`: a project at a lab's size, and how long what people wait for takes in it. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { listClasses } from '../../store/classes.js';
import { redo } from '../../store/edits.js';
import { countImages, imageIds, imagePage, type ListQuery } from '../../store/image-list.js';
import { journalSize } from '../../store/journal-budget.js';
import { loadMask, saveMask } from '../../store/masks.js';
import { DATABASE_FILE } from '../../store/open.js';
import { maskOverview, overviewLevels } from '../../store/overviews.js';
import { createProject, openProject, type Project } from '../projects.js';
import { runStep } from '../step-thread.js';
import { plainFigure, timeOf, timesFigure, timesOf, type StoreFigure } from './store-figures.js';
import { compareImport, comparePages, compareSearch, hasPeer } from './store-peer.js';
import { addImages, addMasks, CLASSES, madeUpMask, madeUpMasks } from './store-project.js';
import { paintStrokes, undoStrokes } from './store-strokes.js';

export interface StoreBenchOptions {
  /** Share of the full size, 0 … 1: 100,000 images and 1,000 label maps of 4096² at 1. */
  scale: number;
  seed: number;
  /** Where the project is made for as long as it is measured; the system's temporary folder unless said. */
  folder?: string;
}

const SIDE_PX = 4096;
const HUGE_PX = 16384;
const STROKES = 500;
const ALL_TILES = { ty0: 0, tx0: 0, ty1: 31, tx1: 31 };
/** What the issue of a lab's size asks for, in ms. */
const TARGET = { open: 1500, page: 5, query: 50, stroke: 10, undo: 50 };

const QUERIES: readonly [name: string, query: ListQuery][] = [
  ['All images, as added', {}],
  ['All images by name', { order: 'name' }],
  ['Filter by split', { filter: { split: 'val' } }],
  ['Filter by status', { filter: { status: 'partly' } }],
  ['Filter by class', { filter: { classValue: 3 } }],
  ['Filter by group, by name', { filter: { group: 'plate17' }, order: 'name' }],
  ['Search, few hits', { filter: { search: 'WELL 7777' } }],
  ['Search, all hits, by name', { filter: { search: 'site' }, order: 'name' }],
  ['Search in a split, by status', { filter: { search: 'site 3', split: 'train' }, order: 'status' }],
];

/** @throws AppError('stopped', 'disk') */
export async function benchStore(
  options: StoreBenchOptions,
  call: Call<string> = {},
): Promise<StoreFigure[]> {
  const parent = options.folder ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'brushfield-bench-'));
  try {
    return await measure(folder, options, call);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  folder: string,
  { scale, seed }: StoreBenchOptions,
  call: Call<string>,
): Promise<StoreFigure[]> {
  const images = Math.max(200, Math.round(100_000 * scale));
  const masks = Math.max(4, Math.round(1000 * scale));
  const figures: StoreFigure[] = [];
  const path = join(folder, 'lab.brushfield');
  const next = async (text: string) => {
    await new Promise((resolve) => setImmediate(resolve));
    if (call.signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
    call.onEvent?.(text);
  };

  let project = createProject(path, { classes: CLASSES });
  try {
    await next(`Adding ${images} images …`);
    const added = timeOf(() => addImages(project.store, 0, images, SIDE_PX));
    figures.push(plainFigure(`Add ${images} images`, (images / added) * 1000, 'rows/s'));

    await next(`Labelling ${masks} images of ${SIDE_PX}² …`);
    const labelled = imageIds(project.store).slice(0, masks);
    const patterns = madeUpMasks(SIDE_PX, masks, seed);
    const saving: number[] = [];
    for (const id of labelled) {
      saving.push(...addMasks(project.store, [id], [patterns[saving.length % patterns.length]!]));
      if (saving.length % 50 === 0) await next(`  ${saving.length} of ${masks}`);
    }
    figures.push(timesFigure(`Save a whole label map of ${SIDE_PX}²`, saving));
    figures.push(await sizeFigure(project, 'Project size'));

    project.close();
    await next('Opening …');
    const opening = timesOf(7, () => {
      project = openProject(path);
      const { store } = project;
      listClasses(store);
      countImages(store);
      imagePage(store, imageIds(store).slice(0, 100));
      store.close();
    });
    figures.push(timesFigure('Open, count, first page of the list', opening, TARGET.open));
    project = openProject(path);

    figures.push(...measureList(project));
    await next(`Painting ${STROKES} strokes …`);
    figures.push(...(await measureEdits(project, labelled, seed, next)));
    figures.push(await sizeFigure(project, `Project size after ${STROKES} strokes`));
    figures.push(plainFigure('Journal', journalSize(project.store).bytes / 1e6, 'MB'));

    if (await hasPeer()) {
      await next('Comparing with plain sqlite3 under Python …');
      figures.push(await compareImport(folder, Math.min(10_000, images)));
      figures.push(await comparePages(project.store));
      figures.push(await compareSearch(project.store, 'well 7777'));
    }
    return figures;
  } finally {
    project.close();
  }
}

function measureList({ store }: Project): StoreFigure[] {
  const ids = imageIds(store);
  const page = timesOf(500, (n) => {
    const start = Math.floor((((n * 7919) % 1000) / 1000) * Math.max(1, ids.length - 100));
    imagePage(store, ids.slice(start, start + 100));
  });
  return [
    timesFigure('Page of 100 rows', page, TARGET.page),
    ...QUERIES.map(([name, query]) =>
      timesFigure(
        name,
        timesOf(25, () => imageIds(store, query)),
        TARGET.query,
      ),
    ),
    timesFigure(
      'Counts by status and split',
      timesOf(25, () => countImages(store)),
      TARGET.query,
    ),
  ];
}

async function measureEdits(
  { store }: Project,
  labelled: readonly number[],
  seed: number,
  next: (text: string) => Promise<void>,
): Promise<StoreFigure[]> {
  const figures = [
    timesFigure('Save a stroke, durable', paintStrokes(store, labelled, STROKES, seed), TARGET.stroke),
  ];
  figures.push(
    timesFigure('  for comparison: 100 kB appended to a plain file and flushed', flushes(store.folder)),
  );
  const undoing = undoStrokes(store, labelled, STROKES);
  figures.push(timesFigure('Undo an edit, durable', undoing, TARGET.undo));
  for (const id of labelled) redo(store, id);

  await next(`Opening a label map of ${HUGE_PX}² …`);
  const huge = labelled.at(-1)! + 1;
  store.sql('update image set width = ?, height = ? where id = ?').run(HUGE_PX, HUGE_PX, huge);
  saveMask(store, huge, madeUpMask(HUGE_PX, seed));
  const level = overviewLevels(HUGE_PX, HUGE_PX) - 1;
  for (const name of ['first look', 'later']) {
    const started = performance.now();
    await maskOverview(store, huge, level, ALL_TILES);
    figures.push(
      plainFigure(`Overview of ${HUGE_PX}² in one tile, ${name}`, performance.now() - started, 'ms'),
    );
  }
  figures.push(
    timesFigure(
      `Load and decode a label map of ${SIDE_PX}²`,
      timesOf(9, (n) => loadMask(store, labelled[n % labelled.length]!)),
    ),
  );

  await next(`Removing a class from ${labelled.length} label maps …`);
  const started = performance.now();
  const removal = { value: 2, replaceBy: 0 };
  await runStep(store, { kind: 'remove-class', removal, title: 'Remove a class' });
  figures.push(
    plainFigure(
      `Remove a class from ${labelled.length + 1} label maps`,
      (performance.now() - started) / 1000,
      's',
    ),
  );
  const undone = performance.now();
  await runStep(store, { kind: 'undo' });
  figures.push(plainFigure('Undo that', (performance.now() - undone) / 1000, 's'));
  return figures;
}

/** What the disk alone takes for about as much as a stroke writes. */
function flushes(folder: string): number[] {
  const handle = openSync(join(folder, 'flush.bin'), 'w');
  const bytes = Buffer.alloc(100_000, 7);
  try {
    return timesOf(200, () => {
      writeSync(handle, bytes);
      fdatasyncSync(handle);
    });
  } finally {
    closeSync(handle);
  }
}

async function sizeFigure({ folder }: Project, name: string): Promise<StoreFigure> {
  const sizes = await Promise.all(
    [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((file) =>
      stat(join(folder, file)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return plainFigure(name, sizes.reduce((sum, size) => sum + size, 0) / 1e6, 'MB');
}
