/**
 * Does correcting where the model is least sure pay? A simulated person labels the tiles that a ranking offers, another
 * one random tiles; `brushfield bench loop`. Store, snapshots, training, predictions and ranking are the program's own.
 */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UncertainTile } from '../../shared/app-api-predictions.js';
import type { EngineApi } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import type { LabelMap } from '../../shared/model.js';
import { permutation, randomFor } from '../../shared/random.js';
import type { Call } from '../../shared/rpc.js';
import { decodeImage } from '../../pixels/decode.js';
import { listClasses } from '../../store/classes.js';
import { imageById, listImages, type ImageRow } from '../../store/images.js';
import { loadMask, saveMask } from '../../store/masks.js';
import { listRuns } from '../../store/runs.js';
import { labelledCells } from '../app/labelled-cells.js';
import { withEngine } from '../engine-process.js';
import { importImages } from '../import.js';
import { cellMeans } from '../prediction-file.js';
import { createProject, openProject, type Project } from '../projects.js';
import { writeSnapshot } from '../snapshots.js';
import { trainProject } from '../training.js';
import { candidatesIn } from '../uncertain-tiles.js';
import { featuresOf, type LoopTile } from './loop-clusters.js';
import { isMeasured, type LoopPoint } from './loop-points.js';
import type { Ranking } from './loop-rankings.js';
import { DATA_SETS } from './reference-cases.js';
import { sparseStrokes } from './sparse-strokes.js';

export interface LoopOptions {
  /** Folder with the data sets. */
  folder: string;
  /** Existing folder where the starting projects are kept, so that a later run starts from the same ones. */
  work: string;
  data: LoopPoint['data'];
  rankings: readonly Ranking[];
  seed: number;
  /** Corrections after the first training. */
  rounds: number;
  /** Tiles a round. */
  tiles: number;
  /** Of the first training, and of each one after it. */
  steps: readonly [first: number, later: number];
  /** Training images that the tiles are taken from. */
  pool: number;
  /** Further settings of every training. */
  set?: Record<string, string | number>;
  /** Further settings of the trainings after the first one. */
  retrain?: Record<string, string | number>;
  /** Points that an earlier run has measured. */
  known: readonly LoopPoint[];
}

/** A round's outcome, and which tiles led to it. */
export type LoopEvent = LoopPoint & { labelled: readonly UncertainTile[] };

/** Training images that carry strokes at first, and how much of them. */
export const STARTING_IMAGES = 2;
export const STARTING_SHARE = 0.03;

/** The pool's labels as they were published, by the images' names. */
type Truth = ReadonlyMap<string, LabelMap>;
type Stop = Pick<Call, 'signal'>;

/**
 * All rankings of one seed that were not measured to the last round, each from the same strokes and the same first model.
 * @throws AppError as training does; 'stopped'
 */
export async function runLoop(options: LoopOptions, call: Call<LoopEvent> = {}): Promise<void> {
  const { data, seed, rounds: round, rankings, known, work } = options;
  const open = rankings.filter(({ name }) => !isMeasured(known, { data, seed, round, ranking: name }));
  if (!open.length) return;
  const stop: Stop = call.signal ? { signal: call.signal } : {};
  const scratch = await mkdtemp(join(work, 'running-'));
  try {
    const start = join(work, `${data.replace(' ', '-')}-${seed}.brushfield`);
    if (!existsSync(start)) {
      const draft = join(scratch, 'start.brushfield');
      await begin(draft, options, stop);
      await rename(draft, start);
    }
    const truth = await readTruth(join(scratch, 'truth.brushfield'), options, stop);
    for (const [i, ranking] of open.entries()) {
      const copy = join(scratch, `${i}.brushfield`);
      await cp(start, copy, { recursive: true });
      const project = openProject(copy);
      try {
        await correct(project, { ...options, ranking, truth, scratch }, call);
      } finally {
        project.close();
        await rm(copy, { recursive: true, force: true });
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function importSet(path: string, { folder, data }: LoopOptions, stop: Stop): Promise<Project> {
  const project = createProject(path);
  const set = DATA_SETS[data];
  await importImages(project, { paths: [join(folder, set.folder)], map: set.map, format: 'voc' }, stop);
  return project;
}

/** Strokes on a few images of the pool, and a model of them. */
async function begin(path: string, options: LoopOptions, stop: Stop): Promise<void> {
  const project = await importSet(path, options, stop);
  try {
    const first = poolOf(project, options).slice(0, STARTING_IMAGES);
    for (const { id } of trainingImages(project)) {
      const mask = loadMask(project.store, id)!;
      const strokes = first.some((image) => image.id === id)
        ? sparseStrokes(mask, STARTING_SHARE, options.seed)
        : { ...mask, data: new Uint8Array(mask.data.length) };
      saveMask(project.store, id, strokes);
    }
    await train(project, { ...options, round: 0 }, stop);
  } finally {
    project.close();
  }
}

async function readTruth(path: string, options: LoopOptions, stop: Stop): Promise<Truth> {
  const project = await importSet(path, options, stop);
  try {
    return new Map(poolOf(project, options).map(({ id, name }) => [name, loadMask(project.store, id)!]));
  } finally {
    project.close();
  }
}

/** Rounds of: score, look, label the tiles that are offered, train on from the last weights. */
async function correct(
  project: Project,
  options: LoopOptions & { ranking: Ranking; truth: Truth; scratch: string },
  { signal, onEvent }: Call<LoopEvent>,
): Promise<void> {
  const { data, seed, rounds, tiles, ranking, truth, scratch } = options;
  const stop: Stop = signal ? { signal } : {};
  const test = join(scratch, `test-${ranking.name}`);
  await writeSnapshot(project, test, { splits: ['test'] });
  const done = new Set<string>();
  let labelled: UncertainTile[] = [];
  let painted: number | null = null;
  for (let round = 0; ; round++) {
    if (signal?.aborted) throw new AppError('stopped', 'Stopped; what was measured is kept.');
    const { dice, next } = await withEngine(engineOf(options), async ({ api }) => {
      const model = join(project.folder, 'models', lastRun(project));
      const { scores } = await api.evaluate({ model, snapshot: test, split: 'test' }, stop);
      const next: { tile: UncertainTile; wrong: number }[] = [];
      if (round < rounds) {
        const offered = await offer(project, { ...options, api, model });
        const open = offered.filter((tile) => !done.has(placeOf(tile)));
        for (const { features: _, ...tile } of ranking.choose(open, tiles, seed * 1000 + round))
          next.push({ tile, wrong: await wrongPixels(project, { tile, truth, api, model }) });
      }
      return { dice: mean(scores.classes.map((one) => one.dice)), next };
    });
    painted ??= countLabelled(project);
    onEvent?.({
      ...{ data, ranking: ranking.name, seed, round, dice, labelled },
      labelledPixels: countLabelled(project),
      paintedPixels: painted,
    });
    if (round === rounds) return;
    labelled = next.map(({ tile }) => tile);
    for (const { tile, wrong } of next) {
      label(project, tile, truth);
      painted += wrong;
      done.add(placeOf(tile));
    }
    await train(project, { ...options, round: round + 1 }, stop);
  }
}

const placeOf = ({ imageId, x, y }: UncertainTile): string => `${imageId}:${x}:${y}`;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const engineOf = ({ set }: LoopOptions) => ({ threads: Number(set?.threads ?? 0) });
const lastRun = (project: Project): string => listRuns(project.store).at(-1)!.name;

async function train(
  project: Project,
  { seed, steps, set, retrain, round, ranking }: LoopOptions & { round: number; ranking?: Ranking },
  stop: Stop,
): Promise<void> {
  const goesOn = round > 0 && !ranking?.restarts;
  const budget = steps[goesOn ? 1 : 0];
  await trainProject(
    project,
    {
      ...(goesOn && { from: lastRun(project) }),
      set: {
        ...{ ...set, ...(goesOn && retrain) },
        ...{ validation: 0, seed: seed + 100 * round, steps: budget, stepsPerEpoch: budget },
      },
    },
    stop,
  );
}

/** Tiles of the pool that are not labelled yet, with what the ranking makes of them. */
async function offer(
  project: Project,
  {
    api,
    model,
    ranking: { worth },
    ...options
  }: LoopOptions & { api: EngineApi; model: string; ranking: Ranking },
): Promise<LoopTile[]> {
  const values = listClasses(project.store).map(({ value }) => value);
  const found: LoopTile[] = [];
  for (const image of poolOf(project, options)) {
    const { id: imageId, name, width, height } = image;
    const candidates = (worths: Uint8Array) =>
      candidatesIn({
        ...{ imageId, name, width, height },
        cells: cellMeans(image, worths),
        labelled: labelledCells(project.store, imageId),
      });
    if (!worth) {
      const all = candidates(new Uint8Array(width * height).fill(255));
      found.push(...all.map((tile) => ({ ...tile, features: [] })));
      continue;
    }
    const pixels = await decodeImage(image.absolutePath, image);
    const predicted = await api.predict({ model, image: pixels, entropy: true });
    for (const tile of candidates(Uint8Array.from(worth(predicted))))
      found.push({ ...tile, features: featuresOf(tile, pixels, { labels: predicted.labels, values }) });
  }
  return found;
}

/** Unlabelled pixels of a tile where the model is wrong. */
async function wrongPixels(
  project: Project,
  {
    tile: { imageId, name, x, y, width, height },
    truth,
    api,
    model,
  }: { tile: UncertainTile; truth: Truth; api: EngineApi; model: string },
): Promise<number> {
  const image = imageById(project.store, imageId);
  const pixels = await decodeImage(image.absolutePath, image);
  const { labels } = await api.predict({ model, image: pixels });
  const [right, known] = [truth.get(name)!.data, loadMask(project.store, imageId)?.data];
  let wrong = 0;
  for (let row = y; row < y + height; row++)
    for (let i = row * image.width + x; i < row * image.width + x + width; i++)
      if (labels[i] !== right[i] && right[i] !== 0 && !known?.[i]) wrong++;
  return wrong;
}

/** What a person does who paints a tile right. */
function label(
  { store }: Project,
  { imageId, name, x, y, width, height }: UncertainTile,
  truth: Truth,
): void {
  const right = truth.get(name)!;
  const mask = loadMask(store, imageId) ?? { ...right, data: new Uint8Array(right.data.length) };
  for (let row = y; row < y + height; row++) {
    const from = row * right.width + x;
    mask.data.set(right.data.subarray(from, from + width), from);
  }
  saveMask(store, imageId, mask);
}

const trainingImages = ({ store }: Project): ImageRow[] =>
  listImages(store).filter(({ split }) => split !== 'test');

/** Images that are looked at, in an order of the seed; the first of them begin with strokes. */
function poolOf(project: Project, { seed, pool }: Pick<LoopOptions, 'seed' | 'pool'>): ImageRow[] {
  const images = trainingImages(project);
  return [...permutation(images.length, randomFor(seed, 3))].slice(0, pool).map((i) => images[i]!);
}

function countLabelled(project: Project): number {
  let pixels = 0;
  for (const { id } of trainingImages(project))
    for (const value of loadMask(project.store, id)?.data ?? []) if (value !== 0) pixels++;
  return pixels;
}
