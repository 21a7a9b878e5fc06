/** How long predictions take, beside Keras on the same TensorFlow; `brushfield bench predict`. */
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type {
  PredictBenchConfig,
  PredictBenchReply,
  PredictBenchRequest,
} from '../../engine/predict-bench-server.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import type { NetworkName } from '../../shared/settings.js';
import { LineServer } from './line-server.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';

/** One graph; operation by operation; all in a tf.function; `predict_on_batch` and numpy; the tf.function by XLA. */
export const PREDICT_PROGRAMS = ['ours', 'eager', 'keras', 'plain', 'xla'] as const;
export type PredictProgram = (typeof PREDICT_PROGRAMS)[number];

export const PREDICT_CASES: readonly { network: NetworkName; batch: number; size: number }[] = [
  { network: 'unet-quick', batch: 1, size: 512 },
  { network: 'unet-mini', batch: 4, size: 224 },
  { network: 'unet-mini', batch: 2, size: 512 },
  { network: 'unet-mobilenet', batch: 4, size: 224 },
  { network: 'unet-mobilenet', batch: 2, size: 512 },
];

export interface PredictFigures {
  /** From the start of the process to the end of its first batch, s. */
  firstS: number;
  /** Of a batch: median and least of all rounds. */
  ms: number;
  leastMs: number;
  /** Ours ÷ this program, of the medians of the same round; below 1 where ours takes less. */
  ratio: PairedRatio | null;
  /** Operations of the network as it is written ÷ those of the fastest product of matrices in the same time. */
  ofPeak: number | null;
  peakMb: number;
}

export interface PredictRow {
  case: string;
  /** 10⁹ operations of the network on a batch; null without ours. */
  gigaflops: number | null;
  /** 10⁹ operations a second of the fastest product of matrices in this run; null without Keras. */
  peakGigaflops: number | null;
  programs: Partial<Record<PredictProgram, PredictFigures>>;
}

export interface PredictBenchOptions {
  rounds: number;
  /** Batches of each program a round. */
  batches: number;
  programs: readonly PredictProgram[];
  /** Only cases whose name contains this. */
  only?: string;
  seed: number;
}

/** Batches before those that are timed: memory is found, kernels are prepared. */
const SKIPPED = 2;

/** @throws AppError('set-up') without the tests' Python environment. */
export async function benchPredict(
  { only = '', programs, rounds, batches, seed }: PredictBenchOptions,
  { signal, onEvent }: Call<PredictRow> = {},
): Promise<PredictRow[]> {
  const python = await testPython();
  const rows: PredictRow[] = [];
  for (const given of PREDICT_CASES) {
    const name = `${given.network} ${given.batch}×${given.size}²`;
    if (!name.includes(only)) continue;
    const servers = new Map<PredictProgram, LineServer>();
    const measured = new Map<PredictProgram, Measured>();
    try {
      for (const program of programs) {
        stopped(signal);
        const start = performance.now();
        const server = serverOf(program, { ...given, classes: 2, channels: 3, seed }, python);
        servers.set(program, server);
        await ask(server, 1);
        measured.set(program, { firstS: (performance.now() - start) / 1000, rounds: [] });
        await ask(server, SKIPPED);
      }
      for (let round = 0; round < rounds; round++)
        // Each goes first as often as the others.
        for (let i = 0; i < programs.length; i++) {
          stopped(signal);
          const program = programs[(i + round) % programs.length]!;
          measured.get(program)!.rounds.push(await ask(servers.get(program)!, batches));
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
  rounds: PredictBenchReply[];
}

function rowOf(name: string, measured: ReadonlyMap<PredictProgram, Measured>, seed: number): PredictRow {
  const replies = [...measured.values()].flatMap(({ rounds }) => rounds);
  const most = (figures: (number | undefined)[]) =>
    figures.reduce<number | null>((top, figure) => (figure ? Math.max(top ?? 0, figure) : top), null);
  const gigaflops = most(replies.map((reply) => reply.gigaflops));
  const peakGigaflops = most(replies.map((reply) => reply.peakGigaflops));
  const medians = (program: PredictProgram) => measured.get(program)!.rounds.map(({ ms }) => median(ms));
  const of = (program: PredictProgram, { firstS, rounds }: Measured): PredictFigures => {
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

function serverOf(
  program: PredictProgram,
  config: Omit<PredictBenchConfig, 'compiled' | 'plain'>,
  python: string,
): LineServer {
  const compiled = program === 'ours' || program === 'xla';
  const text = JSON.stringify({
    ...config,
    compiled,
    plain: program === 'plain',
  } satisfies PredictBenchConfig);
  return program === 'ours' || program === 'eager'
    ? new LineServer(process.execPath, [entryPath('predict-bench-server'), text])
    : new LineServer(python, [join(packageRoot(), 'test', 'python', 'predict_bench.py'), text]);
}

const ask = async (server: LineServer, rounds: number): Promise<PredictBenchReply> =>
  (await server.ask({ rounds } satisfies PredictBenchRequest)) as PredictBenchReply;

function stopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
