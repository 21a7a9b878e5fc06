/** How long training steps take, beside Keras on the same TensorFlow and PyTorch; `brushfield bench train`. */
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type { Precision } from '../../engine/compile/precision.js';
import type { TrainBenchConfig, TrainBenchRequest } from '../../engine/train-bench-server.js';
import type { Call } from '../../shared/rpc.js';
import { resolveSettings } from '../../shared/settings-values.js';
import type { NetworkName } from '../../shared/settings.js';
import { measureInTurns, type CaseRow } from './in-turns.js';
import { LineServer } from './line-server.js';
import { pythonWithTorch, testPython } from './test-python.js';

/** How a program computes. */
interface Computation {
  by: 'ours' | 'keras' | 'torch';
  /** One graph a step, rather than operation by operation. */
  compiled: boolean;
  xla: boolean;
  precision: Precision;
}

const graph = (by: Computation['by'], given: Partial<Computation> = {}): Computation => ({
  ...{ by, compiled: true, xla: false, precision: 'float32' },
  ...given,
});

const COMPUTATIONS = {
  ours: graph('ours'),
  eager: graph('ours', { compiled: false }),
  oursXla: graph('ours', { xla: true }),
  oursBfloat16: graph('ours', { precision: 'bfloat16' }),
  oursFloat16: graph('ours', { precision: 'float16' }),
  keras: graph('keras'),
  xla: graph('keras', { xla: true }),
  kerasBfloat16: graph('keras', { precision: 'bfloat16' }),
  torch: graph('torch'),
} satisfies Record<string, Computation>;

export type TrainProgram = keyof typeof COMPUTATIONS;

/** Those of every run, and those that are measured when asked for. */
export const TRAIN_PROGRAMS: readonly TrainProgram[] = ['ours', 'eager', 'keras', 'xla', 'torch'];
export const XLA_PROGRAMS: readonly TrainProgram[] = ['oursXla'];
export const MIXED_PROGRAMS: readonly TrainProgram[] = ['oursBfloat16', 'oursFloat16', 'kerasBfloat16'];

export const TRAIN_CASES: readonly { network: NetworkName; batch: number; size: number }[] = [
  { network: 'unet-quick', batch: 8, size: 128 },
  { network: 'unet-mini', batch: 4, size: 224 },
  { network: 'unet-mini', batch: 2, size: 512 },
  { network: 'unet-mobilenet', batch: 4, size: 224 },
  { network: 'unet-mobilenet', batch: 2, size: 512 },
];

export type TrainRow = CaseRow<TrainProgram>;

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
    const row = await measureInTurns(
      {
        name,
        programs,
        start: (program) => trainServer(program, trainConfig(given, seed), pythons),
        request: (times): TrainBenchRequest => ({ steps: times }),
      },
      { rounds, times: steps, skipped: SKIPPED, seed },
      signal,
    );
    rows.push(row);
    onEvent?.(row);
  }
  return rows;
}

type TrainCase = Omit<TrainBenchConfig, 'compiled' | 'xla' | 'precision'>;

/** The network's own recipe, on colour pictures with two classes. */
export function trainConfig({ network, batch, size }: (typeof TRAIN_CASES)[number], seed: number): TrainCase {
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
  config: TrainCase,
  pythons: { keras: string; torch: string | null },
): LineServer {
  const { by, ...computation } = COMPUTATIONS[program];
  const text = JSON.stringify({ ...config, ...computation } satisfies TrainBenchConfig);
  if (by === 'ours') return new LineServer(process.execPath, [entryPath('train-bench-server'), text]);
  const script = (name: string) => join(packageRoot(), 'test', 'python', name);
  return by === 'torch'
    ? new LineServer(pythons.torch!, [script('train_bench_torch.py'), text])
    : new LineServer(pythons.keras, [script('train_bench.py'), text]);
}
