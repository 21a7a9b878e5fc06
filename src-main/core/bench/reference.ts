/** Trains the reference cases and scores them on the images that no training sees; `brushfield bench reference`. */
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../../shared/rpc.js';
import { listImages } from '../../store/images.js';
import { loadMask, saveMask } from '../../store/masks.js';
import { evaluateModel } from '../evaluation.js';
import { importImages } from '../import.js';
import { resolveModel } from '../models.js';
import { createProject, type Project } from '../projects.js';
import { trainProject } from '../training.js';
import { DATA_SETS, REFERENCE_CASES, type Mark, type ReferenceCase } from './reference-cases.js';
import { sparseStrokes } from './sparse-strokes.js';

export interface ReferenceRow {
  case: string;
  seed: number;
  budget: string;
  metric: string;
  score: number;
  /** Keras' figure at the same budget. */
  keras: number | null;
  least: number | null;
  steps: number;
  trainedS: number;
}

export interface ReferenceOptions {
  /** Folder with the data sets. */
  data: string;
  /** Results are kept in `reference.jsonl` there; a benchmark that was broken off goes on after the last row. */
  output: string;
  seeds: readonly number[];
  /** Only cases whose name contains this. */
  only?: string;
  set?: Record<string, string | number>;
}

/** Images that keep labels in the sparse cases, as in the reference, and how much of them. */
const SPARSE_IMAGES = ['2', '10', '18'];
const SPARSE_SHARE = 0.02;

export type ReferenceProgress =
  { kind: 'running'; case: string; seed: number; budget: string } | { kind: 'row'; row: ReferenceRow };

export async function runReference(
  options: ReferenceOptions,
  call: Call<ReferenceProgress> = {},
): Promise<ReferenceRow[]> {
  const { output, seeds, only = '' } = options;
  await mkdir(output, { recursive: true });
  const file = join(output, 'reference.jsonl');
  const rows = (await readFile(file, 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ReferenceRow);
  const add = async (row: ReferenceRow) => {
    rows.push(row);
    await appendFile(file, `${JSON.stringify(row)}\n`);
    call.onEvent?.({ kind: 'row', row });
  };
  const done = (one: ReferenceCase, seed: number, mark: Mark) =>
    rows.some((row) => row.case === one.name && row.seed === seed && row.budget === budgetText(mark));
  for (const one of REFERENCE_CASES.filter(({ name }) => name.includes(only)))
    for (const seed of seeds)
      if (!one.marks.every((mark) => done(one, seed, mark)))
        await runCase(one, seed, options, call, add, done);
  return rows;
}

const budgetText = ({ steps, minutes }: Mark): string => (steps ? `${steps} steps` : `${minutes} min`);

async function runCase(
  one: ReferenceCase,
  seed: number,
  { data, set = {} }: ReferenceOptions,
  call: Call<ReferenceProgress>,
  add: (row: ReferenceRow) => Promise<void>,
  done: (one: ReferenceCase, seed: number, mark: Mark) => boolean,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const project = createProject(join(scratch, 'bench.brushfield'));
  const signal = call.signal ? { signal: call.signal } : {};
  try {
    const { folder, map, metric, score } = DATA_SETS[one.data];
    await importImages(project, { paths: [join(data, folder)], map, format: 'voc' }, signal);
    if (one.sparse) makeSparse(project, seed);
    let run: string | null = null;
    for (const mark of one.marks) {
      const { steps, minutes } = mark;
      // One-cycle fits its whole budget, so a run limited by time is always a run of its own.
      if (minutes && done(one, seed, mark)) continue;
      call.onEvent?.({ kind: 'running', case: one.name, seed, budget: budgetText(mark) });
      const budget: Record<string, number> = steps ? { steps } : { minutes: minutes! };
      const outcome: Awaited<ReturnType<typeof trainProject>> = await trainProject(
        project,
        steps && run
          ? { resume: run, set: budget }
          : { set: { ...one.set, ...set, ...budget, seed }, ...(one.weights && { weights: one.weights }) },
        signal,
      );
      run = outcome.run;
      if (done(one, seed, mark)) continue;
      const scores = await evaluateModel(await resolveModel(outcome.folder), { split: 'test' }, signal);
      await add({
        case: one.name,
        seed,
        budget: budgetText(mark),
        metric,
        score: score(scores),
        keras: mark.keras,
        least: mark.least,
        steps: outcome.result.step,
        trainedS: outcome.result.trainedS,
      });
    }
  } finally {
    project.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Leaves strokes on three training images and takes the labels of the others away. */
function makeSparse({ store }: Project, seed: number): void {
  for (const image of listImages(store)) {
    if (image.split === 'test') continue;
    const mask = loadMask(store, image.id);
    if (!mask) continue;
    const keep = SPARSE_IMAGES.includes(image.name.replace(/\.\w+$/, ''));
    saveMask(
      store,
      image.id,
      keep ? sparseStrokes(mask, SPARSE_SHARE, seed) : { ...mask, data: mask.data.fill(0) },
    );
  }
}
