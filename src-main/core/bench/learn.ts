/** How well methods segment images they have not seen after stated budgets; `brushfield bench learn`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../disk/package-root.js';
import { decodeImage } from '../../pixels/decode.js';
import type { Call } from '../../shared/rpc.js';
import { listClasses } from '../../store/classes.js';
import { listImages } from '../../store/images.js';
import { withEngine, type EngineOptions } from '../engine-process.js';
import { evaluateModel } from '../evaluation.js';
import { resolveModel } from '../models.js';
import type { Project } from '../projects.js';
import { trainProject } from '../training.js';
import { learnClassically } from './learn-classical.js';
import {
  limitOf,
  type LabelAmount,
  type LearnBudget,
  type LearnMethod,
  type LearnPart,
} from './learn-plan.js';
import { figuresOf, NO_BUDGET, sameKey, type LearnKey, type LearnPoint } from './learn-points.js';
import { learnProject } from './learn-project.js';
import type { LearnSet } from './learn-sets.js';
import { LineServer } from './line-server.js';
import { stopped } from './live-images.js';
import { testPython } from './test-python.js';

export interface LearnOptions {
  sets: readonly LearnSet[];
  labels: readonly LabelAmount[];
  methods: readonly LearnMethod[];
  budgets: readonly LearnBudget[];
  part: LearnPart;
  seeds: readonly number[];
  engine: Pick<EngineOptions, 'device' | 'threads'>;
  /** Points that need not be measured again. */
  known: readonly LearnPoint[];
}

export type LearnEvent = { kind: 'running'; key: LearnKey } | { kind: 'point'; point: LearnPoint };

/** Predictions that are timed after the first, which makes the graph. */
const TIMED = 3;
/** Crops of unet-mini and unet-mobilenet; smaller pictures are letterboxed, as their tutorial does. */
const TUTORIAL_CROP_PX = 224;

/** @throws AppError('set-up') without the tests' Python environment where a forest is asked for, 'stopped'. */
export async function benchLearn(
  options: LearnOptions,
  { signal, onEvent }: Call<LearnEvent> = {},
): Promise<void> {
  const { sets, labels, methods, budgets, part, seeds, known, engine } = options;
  const forest = methods.some(({ kind }) => kind === 'forest') ? await startForest() : null;
  try {
    for (const set of sets)
      for (const amount of labels)
        for (const seed of seeds) {
          const open = methods.flatMap((method) =>
            (method.kind === 'network' ? budgets : [null]).flatMap((budget) => {
              const key: LearnKey = {
                ...{ data: set.name, labels: amount.name, part: part.name, method: method.name, seed },
                budget: budget?.name ?? NO_BUDGET,
              };
              return known.some((point) => sameKey(point, key)) ? [] : [{ method, budget, key }];
            }),
          );
          if (!open.length) continue;
          stopped(signal);
          const scratch = await mkdtemp(join(tmpdir(), 'brushfield-learn-'));
          try {
            const project = await learnProject(set, { scratch, labels: amount, part, seed, signal });
            const names = listClasses(project.store).map(({ name }) => name);
            try {
              for (const { method, budget, key } of open) {
                stopped(signal);
                onEvent?.({ kind: 'running', key });
                const point = budget
                  ? await trained(project, { method, budget, seed, engine, signal, names })
                  : await classical(project, { method, seed, scratch, forest, names });
                onEvent?.({ kind: 'point', point: { ...key, ...point } });
              }
            } finally {
              project.close();
            }
          } finally {
            await rm(scratch, { recursive: true, force: true });
          }
        }
  } catch (error) {
    // Ctrl+C reaches the programs too, which then end without an answer.
    stopped(signal);
    throw error;
  } finally {
    await forest?.stop();
  }
}

type Measured = Omit<LearnPoint, keyof LearnKey>;

async function trained(
  project: Project,
  {
    method,
    budget,
    seed,
    engine,
    signal,
    names,
  }: {
    method: LearnMethod;
    budget: LearnBudget;
    seed: number;
    engine: LearnOptions['engine'];
    signal: AbortSignal | undefined;
    names: readonly string[];
  },
): Promise<Measured> {
  const { device, threads } = engine;
  const run = { ...(device && { device }), ...(threads && { threads }), ...limitOf(budget, method), seed };
  const { folder, result } = await trainProject(
    project,
    {
      set: { ...scaleFor(project, method), ...method.set, ...run },
      ...(method.weights && { weights: method.weights }),
    },
    signal ? { signal } : {},
  );
  stopped(signal);
  const model = await resolveModel(folder);
  const { perImage, softMacroDice } = await evaluateModel(
    model,
    { split: 'test', engine },
    signal && { signal },
  );
  const image = listImages(project.store).find(({ split }) => split === 'test')!;
  const pixels = await decodeImage(image.absolutePath, image);
  const times = await withEngine(engine, async ({ api }) => {
    const elapsed: number[] = [];
    for (let i = 0; i <= TIMED; i++)
      elapsed.push((await api.predict({ model: folder, image: pixels })).elapsedMs);
    return elapsed.slice(1);
  });
  return {
    classes: figuresOf(
      perImage.map(({ scores }) => scores.confusion),
      names,
    ),
    softMacroDice,
    steps: result.step,
    seconds: result.trainedS,
    msPerMegapixel: (Math.min(...times) * 1e6) / (image.width * image.height),
  };
}

/** The tutorial letterboxes; a network of our own takes crops as they are. */
function scaleFor(project: Project, { set }: LearnMethod): Record<string, string> {
  if (set['network'] === 'unet-quick') return {};
  const sides = listImages(project.store).map(({ width, height }) => Math.min(width, height));
  const median = sides.toSorted((a, b) => a - b)[sides.length >> 1]!;
  return median < TUTORIAL_CROP_PX ? { scaleMode: 'letterbox' } : {};
}

async function classical(
  project: Project,
  {
    method,
    seed,
    scratch,
    forest,
    names,
  }: {
    method: LearnMethod;
    seed: number;
    scratch: string;
    forest: LineServer | null;
    names: readonly string[];
  },
): Promise<Measured> {
  const kind = method.kind as Exclude<LearnMethod['kind'], 'network'>;
  const { confusions, seconds, msPerMegapixel } = await learnClassically(project, kind, {
    ...{ forest, scratch, seed },
  });
  return { classes: figuresOf(confusions, names), softMacroDice: NaN, steps: 0, seconds, msPerMegapixel };
}

const startForest = async (): Promise<LineServer> =>
  new LineServer(await testPython(), [join(packageRoot(), 'test', 'python', 'learn_forest.py')]);
