/** How long training steps take, beside Keras on the same TensorFlow and PyTorch; `brushfield bench train`. */
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type { TrainBenchConfig, TrainBenchRequest } from '../../engine/train-bench-server.js';
import type { Call } from '../../shared/rpc.js';
import { resolveSettings } from '../../shared/settings-values.js';
import type { NetworkName } from '../../shared/settings.js';
import { measureInTurns, type CaseRow } from './in-turns.js';
import { LineServer } from './line-server.js';
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
