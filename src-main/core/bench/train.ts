/** How long training steps take, beside Keras on the same TensorFlow; `brushfield bench train`. */
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type {
  TrainBenchConfig,
  TrainBenchReply,
  TrainBenchRequest,
} from '../../engine/train-bench-server.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { resolveSettings } from '../../shared/settings-values.js';
import type { NetworkName } from '../../shared/settings.js';
import { LineServer } from './line-server.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';

/** One graph a step; operation by operation; tf.function; tf.function compiled by XLA. */
export const TRAIN_PROGRAMS = ['ours', 'eager', 'keras', 'xla'] as const;
export type TrainProgram = (typeof TRAIN_PROGRAMS)[number];

export const TRAIN_CASES: readonly { network: NetworkName; batch: number; size: number }[] = [
  { network: 'unet-quick', batch: 8, size: 128 },
  { network: 'unet-mini', batch: 4, size: 224 },
  { network: 'unet-mini', batch: 2, size: 512 },
  { network: 'unet-mobilenet', batch: 4, size: 224 },
  { network: 'unet-mobilenet', batch: 2, size: 512 },
];

export interface TrainFigures {
  /** From the start of the process to the end of its first step, s. */
  firstS: number;
  /** Of a step: median and least of all rounds. */
  ms: number;
  leastMs: number;
  /** Ours ÷ this program, of the medians of the same round; below 1 where ours takes less. */
  ratio: PairedRatio | null;
  peakMb: number;
}

export interface TrainRow {
  case: string;
  programs: Partial<Record<TrainProgram, TrainFigures>>;
}

export interface TrainBenchOptions {
  rounds: number;
  /** Steps of each program a round. */
  steps: number;
  programs: readonly TrainProgram[];
  /** Only cases whose name contains this. */
  only?: string;
  seed: number;
}

/** Steps before those that are timed: memory is found, kernels are prepared. */
const SKIPPED = 3;

/** @throws AppError('set-up') without the tests' Python environment. */
export async function benchTrain(
  options: TrainBenchOptions,
  { signal, onEvent }: Call<TrainRow> = {},
): Promise<TrainRow[]> {
  const { only = '', programs, rounds, steps, seed } = options;
  const python = await testPython();
  const rows: TrainRow[] = [];
  for (const given of TRAIN_CASES) {
    const name = `${given.network} ${given.batch}×${given.size}²`;
    if (!name.includes(only)) continue;
    const servers = new Map<TrainProgram, LineServer>();
    const measured = new Map<TrainProgram, Measured>();
    try {
      for (const program of programs) {
        stopped(signal);
        const start = performance.now();
        const server = serverOf(program, configOf(given, seed), python);
        servers.set(program, server);
        await ask(server, 1);
        const firstS = (performance.now() - start) / 1000;
        measured.set(program, { firstS, rounds: [], peakMb: (await ask(server, SKIPPED)).peakMb });
      }
      for (let round = 0; round < rounds; round++)
        // Each goes first as often as the others.
        for (let i = 0; i < programs.length; i++) {
          stopped(signal);
          const program = programs[(i + round) % programs.length]!;
          const { ms, peakMb } = await ask(servers.get(program)!, steps);
          const figures = measured.get(program)!;
          figures.rounds.push(ms);
          figures.peakMb = peakMb;
        }
    } catch (error) {
      // Ctrl+C reaches the programs too, which then end without an answer.
      stopped(signal);
      throw error;
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    }
    const row = { case: name, programs: figuresOf(measured, seed) };
    rows.push(row);
    onEvent?.(row);
  }
  return rows;
}

interface Measured {
  firstS: number;
  /** Times of the steps of each round. */
  rounds: number[][];
  peakMb: number;
}

function figuresOf(measured: ReadonlyMap<TrainProgram, Measured>, seed: number): TrainRow['programs'] {
  const medians = (program: TrainProgram) => measured.get(program)!.rounds.map((ms) => median(ms));
  const of = (program: TrainProgram, { firstS, rounds, peakMb }: Measured): TrainFigures => ({
    firstS,
    ms: median(rounds.flat()),
    leastMs: rounds.flat().reduce((least, ms) => Math.min(least, ms)),
    ratio:
      program === 'ours' || !measured.has('ours')
        ? null
        : pairedRatio(medians('ours'), medians(program), seed),
    peakMb,
  });
  return Object.fromEntries([...measured].map(([program, figures]) => [program, of(program, figures)]));
}

/** The network's own recipe, on colour pictures with two classes. */
function configOf(
  { network, batch, size }: (typeof TRAIN_CASES)[number],
  seed: number,
): Omit<TrainBenchConfig, 'compiled'> {
  const { dropout, diceWeight, lr, beta1, beta2, weightDecay, clipNorm, ema } = resolveSettings({ network });
  return {
    ...{ network, batch, size, classes: 2, channels: 3, dropout, diceWeight, seed },
    learningRate: lr,
    optimiser: { beta1, beta2, weightDecay, clipNorm, ema },
  };
}

function serverOf(
  program: TrainProgram,
  config: Omit<TrainBenchConfig, 'compiled'>,
  python: string,
): LineServer {
  const compiled = program === 'ours' || program === 'xla';
  const text = JSON.stringify({ ...config, compiled });
  return program === 'ours' || program === 'eager'
    ? new LineServer(process.execPath, [entryPath('train-bench-server'), text])
    : new LineServer(python, [join(packageRoot(), 'test', 'python', 'train_bench.py'), text]);
}

const ask = async (server: LineServer, steps: number): Promise<TrainBenchReply> =>
  (await server.ask({ steps } satisfies TrainBenchRequest)) as TrainBenchReply;

function stopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
