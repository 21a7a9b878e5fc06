/** How long training steps take, beside Keras on the same TensorFlow and PyTorch; `brushfield bench train`. */
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
import { pythonWithTorch, testPython } from './test-python.js';

/** One graph a step; operation by operation; tf.function; tf.function compiled by XLA; PyTorch, channels last. */
export const TRAIN_PROGRAMS = ['ours', 'eager', 'keras', 'xla', 'torch'] as const;
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
  /** Operations of the step's graph ÷ those of the fastest product of matrices in the same time. */
  ofPeak: number | null;
  peakMb: number;
}

export interface TrainRow {
  case: string;
  /** 10⁹ operations of a step, counted from our graph; null without ours. */
  gigaflops: number | null;
  /** 10⁹ operations a second of the fastest product of matrices in this run; null without a program in Python. */
  peakGigaflops: number | null;
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

/** PyTorch is left out where no Python has it. @throws AppError('set-up') without the tests' Python environment. */
export async function benchTrain(
  options: TrainBenchOptions,
  { signal, onEvent }: Call<TrainRow> = {},
): Promise<TrainRow[]> {
  const { only = '', rounds, steps, seed } = options;
  const pythons = { keras: await testPython(), torch: await pythonWithTorch() };
  const programs = options.programs.filter((program) => program !== 'torch' || pythons.torch);
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
        const server = trainServer(program, trainConfig(given, seed), pythons);
        servers.set(program, server);
        await ask(server, 1);
        const firstS = (performance.now() - start) / 1000;
        measured.set(program, { firstS, rounds: [] });
        await ask(server, SKIPPED);
      }
      for (let round = 0; round < rounds; round++)
        // Each goes first as often as the others.
        for (let i = 0; i < programs.length; i++) {
          stopped(signal);
          const program = programs[(i + round) % programs.length]!;
          measured.get(program)!.rounds.push(await ask(servers.get(program)!, steps));
        }
    } catch (error) {
      // Ctrl+C reaches the programs too, which then end without an answer.
      stopped(signal);
      throw error;
    } finally {
      await Promise.all([...servers.values()].map((server) => server.stop()));
    }
    const row = rowOf(name, measured, seed);
    rows.push(row);
    onEvent?.(row);
  }
  return rows;
}

interface Measured {
  firstS: number;
  rounds: TrainBenchReply[];
}

function rowOf(name: string, measured: ReadonlyMap<TrainProgram, Measured>, seed: number): TrainRow {
  const replies = [...measured.values()].flatMap(({ rounds }) => rounds);
  const most = (figures: (number | undefined)[]) =>
    figures.reduce<number | null>((top, figure) => (figure ? Math.max(top ?? 0, figure) : top), null);
  const gigaflops = most(replies.map((reply) => reply.gigaflops));
  const peakGigaflops = most(replies.map((reply) => reply.peakGigaflops));
  const medians = (program: TrainProgram) => measured.get(program)!.rounds.map(({ ms }) => median(ms));
  const of = (program: TrainProgram, { firstS, rounds }: Measured): TrainFigures => {
    const ms = rounds.flatMap((reply) => reply.ms);
    const paired = program !== 'ours' && measured.has('ours');
    return {
      firstS,
      ms: median(ms),
      leastMs: ms.reduce((least, one) => Math.min(least, one)),
      ratio: paired ? pairedRatio(medians('ours'), medians(program), seed) : null,
      ofPeak: gigaflops && peakGigaflops ? gigaflops / (median(ms) / 1000) / peakGigaflops : null,
      peakMb: rounds.at(-1)!.peakMb,
    };
  };
  const programs = Object.fromEntries(
    [...measured].map(([program, figures]) => [program, of(program, figures)]),
  );
  return { case: name, gigaflops, peakGigaflops, programs };
}

/** The network's own recipe, on colour pictures with two classes. */
export function trainConfig(
  { network, batch, size }: (typeof TRAIN_CASES)[number],
  seed: number,
): Omit<TrainBenchConfig, 'compiled'> {
  const { dropout, diceWeight, lr, beta1, beta2, weightDecay, clipNorm, ema } = resolveSettings({ network });
  return {
    ...{ network, batch, size, classes: 2, channels: 3, dropout, diceWeight, seed },
    learningRate: lr,
    optimiser: { beta1, beta2, weightDecay, clipNorm, ema },
    loader: null,
  };
}

export function trainServer(
  program: TrainProgram,
  config: Omit<TrainBenchConfig, 'compiled'>,
  pythons: { keras: string; torch: string | null },
): LineServer {
  const compiled = program === 'ours' || program === 'xla';
  const text = JSON.stringify({ ...config, compiled } satisfies TrainBenchConfig);
  const script = (name: string) => join(packageRoot(), 'test', 'python', name);
  if (program === 'torch') return new LineServer(pythons.torch!, [script('train_bench_torch.py'), text]);
  return program === 'ours' || program === 'eager'
    ? new LineServer(process.execPath, [entryPath('train-bench-server'), text])
    : new LineServer(pythons.keras, [script('train_bench.py'), text]);
}

const ask = async (server: LineServer, steps: number): Promise<TrainBenchReply> =>
  (await server.ask({ steps } satisfies TrainBenchRequest)) as TrainBenchReply;

function stopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
