/** How fast training crops come, beside tf.data and OpenCV in worker processes; `brushfield bench loader`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type {
  LoaderBenchConfig,
  LoaderBenchReply,
  LoaderBenchRequest,
} from '../../engine/loader-bench-server.js';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';
import { resolveSettings } from '../../shared/settings-values.js';
import { SNAPSHOT_FILE, type Snapshot } from '../../shared/snapshot.js';
import type { Call } from '../../shared/rpc.js';
import { LineServer } from './line-server.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';

export const LOADER_PROGRAMS = ['ours', 'tf.data', 'python'] as const;
export type LoaderProgram = (typeof LOADER_PROGRAMS)[number];
export const LOADER_RECIPES = ['unet-quick', 'unet-mobilenet'] as const;

export interface LoaderFigures {
  /** Crops a second with nobody else at work: median of the rounds. */
  perS: number;
  /** Ours ÷ this program, of the speeds of the same round. */
  ratio: PairedRatio | null;
  /** Share of the steps of a stand-in engine that waited for their batch, and crops a second meanwhile: medians. */
  waited: number;
  perSWithSteps: number;
  /** Of the crops: mean input and shares of label pixels; close for programs that augment alike. */
  mean: number;
  ground: number;
  void: number;
}

export interface LoaderRow {
  recipe: (typeof LOADER_RECIPES)[number];
  workers: number;
  programs: Record<LoaderProgram, LoaderFigures>;
}

export interface LoaderBenchOptions {
  rounds: number;
  /** Batches a round. */
  steps: number;
  /** Side of the crops, px, and how many make a batch. */
  size: number;
  batch: number;
  /** Time of the stand-in engine's step. */
  stepMs: number;
  workers: readonly number[];
  /** Only recipes whose name contains this. */
  only?: string;
  seed: number;
}

const SCRIPT = join(packageRoot(), 'test', 'python', 'loader_bench.py');
const PICTURES = 16;
const WIDTH_PX = 640;
const HEIGHT_PX = 480;
/** More than any of them makes ahead with two workers. */
const SKIPPED = 8;
/** Batches at least from which the crops of the programs are compared. */
const COMPARED = 100;

/** @throws AppError('set-up') without the tests' Python environment. */
export async function benchLoader(
  options: LoaderBenchOptions,
  { signal, onEvent }: Call<LoaderRow> = {},
): Promise<LoaderRow[]> {
  const { only = '', workers } = options;
  const python = await testPython();
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const rows: LoaderRow[] = [];
  try {
    const snapshot = await writeLoaderPictures(python, folder);
    for (const recipe of LOADER_RECIPES.filter((name) => name.includes(only)))
      for (const count of workers) {
        const config = join(folder, 'config.json');
        await writeFile(
          config,
          JSON.stringify(loaderConfig(folder, snapshot, recipe, { ...options, workers: count })),
        );
        const servers = {
          ours: new LineServer(process.execPath, [entryPath('loader-bench-server'), config]),
          'tf.data': new LineServer(python, [SCRIPT, 'tf.data', config]),
          python: new LineServer(python, [SCRIPT, 'python', config]),
        };
        try {
          const row = { recipe, workers: count, programs: await measure(servers, options, signal) };
          rows.push(row);
          onEvent?.(row);
        } finally {
          await Promise.all(Object.values(servers).map((server) => server.stop()));
        }
      }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

/** Writes the pictures that are trained on, labelled everywhere. */
export async function writeLoaderPictures(python: string, folder: string): Promise<Snapshot> {
  const sizes = [PICTURES, WIDTH_PX, HEIGHT_PX].map(String);
  await promisify(execFile)(python, [SCRIPT, 'write', folder, ...sizes]);
  return JSON.parse(await readFile(join(folder, SNAPSHOT_FILE), 'utf8')) as Snapshot;
}

/** The recipe's defaults on colour pictures that are labelled everywhere. */
export function loaderConfig(
  snapshotFolder: string,
  snapshot: Snapshot,
  recipe: string,
  { size, batch, workers, seed }: { size: number; batch: number; workers: number; seed: number },
): LoaderBenchConfig {
  const settings = resolveSettings({ network: recipe, size, rotation: 0, gainJitter: 0, offsetJitter: 0 });
  return {
    snapshotFolder,
    snapshot,
    input: { channels: 'rgb', count: 3, intensity: 'minus-one-to-one' },
    augment: { ...settings, padValue: 128 / 127.5 - 1 },
    focus: { labelled: false, rareShare: 0 },
    seed,
    // All pictures fit, as they do in the other programs.
    cacheBytes: 2 ** 30,
    batch,
    workers,
  };
}

type Servers = Record<LoaderProgram, LineServer>;

async function measure(
  servers: Servers,
  { rounds, steps, stepMs, batch, seed }: LoaderBenchOptions,
  signal: AbortSignal | undefined,
): Promise<LoaderRow['programs']> {
  const ask = async (program: LoaderProgram, request: Partial<LoaderBenchRequest>) => {
    if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
    const whole = { skip: SKIPPED, steps, stepMs: 0, figures: false, ...request };
    return (await servers[program].ask(whole)) as LoaderBenchReply;
  };
  const figures = {} as Record<LoaderProgram, LoaderBenchReply>;
  // Not timed: code is compiled, pictures are decoded, and the values are compared.
  for (const program of LOADER_PROGRAMS)
    figures[program] = await ask(program, { figures: true, steps: Math.max(steps, COMPARED) });
  const free = { ours: [], 'tf.data': [], python: [] } as Record<LoaderProgram, LoaderBenchReply[]>;
  const stepped = { ours: [], 'tf.data': [], python: [] } as Record<LoaderProgram, LoaderBenchReply[]>;
  for (let round = 0; round < rounds; round++)
    // Each goes first as often as the others.
    for (let i = 0; i < LOADER_PROGRAMS.length; i++) {
      const program = LOADER_PROGRAMS[(i + round) % LOADER_PROGRAMS.length]!;
      free[program].push(await ask(program, {}));
      stepped[program].push(await ask(program, { stepMs }));
    }
  const speeds = (replies: readonly LoaderBenchReply[]) =>
    replies.map(({ seconds }) => (steps * batch) / seconds);
  const of = (program: LoaderProgram): LoaderFigures => {
    const { mean, ground, void: unlabelled } = figures[program];
    return {
      perS: median(speeds(free[program])),
      ratio: program === 'ours' ? null : pairedRatio(speeds(free.ours), speeds(free[program]), seed),
      waited: median(stepped[program].map(({ waited }) => waited)),
      perSWithSteps: median(speeds(stepped[program])),
      mean,
      ground,
      void: unlabelled,
    };
  };
  return { ours: of('ours'), 'tf.data': of('tf.data'), python: of('python') };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
