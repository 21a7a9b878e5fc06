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
import { StructureSize } from '../app/training-structure.js';
import { settingsOf } from '../training-plan.js';
import { trainProject } from '../training.js';
import { borderScores } from './learn-borders.js';
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
  parts: readonly LearnPart[];
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
  const { sets, labels, methods, budgets, parts, seeds, known, engine } = options;
  const forest = methods.some(({ kind }) => kind === 'forest') ? await startForest() : null;
  try {
    const starts = sets.flatMap((set) =>
      labels.flatMap((amount) => parts.flatMap((part) => seeds.map((seed) => ({ set, amount, part, seed })))),
    );
    for (const { set, amount, part, seed } of starts) {
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
        try {
          for (const { method, budget, key } of open) {
            stopped(signal);
            onEvent?.({ kind: 'running', key });
            const point = budget
              ? await trained(project, { method, budget, seed, engine, signal, border: set.border })
              : await classical(project, { method, seed, scratch, forest });
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
    border,
  }: {
    method: LearnMethod;
    budget: LearnBudget;
    seed: number;
    engine: LearnOptions['engine'];
    signal: AbortSignal | undefined;
    border: string | null;
  },
): Promise<Measured> {
  const { device, threads } = engine;
  const run = { ...(device && { device }), ...(threads && { threads }), ...limitOf(budget, method), seed };
  const set = { ...scaleFor(project, method), ...method.set, ...run };
  const { folder, result } = await trainProject(
    project,
    {
      set: method.planned ? await plannedSettings(project, set) : set,
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
  const { times, borders } = await withEngine(engine, async ({ api }) => {
    const elapsed: number[] = [];
    for (let i = 0; i <= TIMED; i++)
      elapsed.push((await api.predict({ model: folder, image: pixels })).elapsedMs);
    return {
      times: elapsed.slice(1),
      borders: border === null ? null : await borderScores(project, { api, model: folder, border }),
    };
  });
  const images = perImage.map(({ name, scores }) => ({
    ...{ name, confusion: scores.confusion, softMacroDice: scores.softMacroDice },
    ...(borders?.get(name) ?? { rand: [], info: [] }),
  }));
  return {
    classes: figuresOf(
      images.map(({ confusion }) => confusion),
      classNames(project),
    ),
    softMacroDice,
    steps: result.step,
    seconds: result.trainedS,
    msPerMegapixel: (Math.min(...times) * 1e6) / (image.width * image.height),
    images,
  };
}

const classNames = ({ store }: Project): string[] => listClasses(store).map(({ name }) => name);

/** What the window's plan would choose by the labels, where the method says nothing. */
async function plannedSettings(
  project: Project,
  settings: Record<string, string | number | boolean>,
): Promise<Record<string, string | number | boolean>> {
  const structurePx = await new StructureSize().of(project, null);
  return { ...settingsOf({ goal: 'fast', structure: 'auto', settings }, { structurePx, like: null }) };
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
  }: { method: LearnMethod; seed: number; scratch: string; forest: LineServer | null },
): Promise<Measured> {
  const kind = method.kind as Exclude<LearnMethod['kind'], 'network'>;
  const found = await learnClassically(project, kind, { forest, scratch, seed });
  const { confusions, names, seconds, msPerMegapixel } = found;
  return {
    classes: figuresOf(confusions, classNames(project)),
    ...{ softMacroDice: NaN, steps: 0, seconds, msPerMegapixel },
    images: names.map((name, i) => ({
      ...{ name, confusion: confusions[i]!, softMacroDice: NaN, rand: [], info: [] },
    })),
  };
}

const startForest = async (): Promise<LineServer> =>
  new LineServer(await testPython(), [join(packageRoot(), 'test', 'python', 'learn_forest.py')]);
