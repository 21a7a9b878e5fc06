/** How long predictions take, beside Keras on the same TensorFlow; `brushfield bench predict`. */
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type { PredictBenchConfig, PredictBenchRequest } from '../../engine/predict-bench-server.js';
import type { Call } from '../../shared/rpc.js';
import type { NetworkName } from '../../shared/settings.js';
import { measureInTurns, type CaseRow } from './in-turns.js';
import { LineServer } from './line-server.js';
import { testPython } from './test-python.js';

/** One graph; operation by operation; all in a tf.function; `predict_on_batch` and numpy; the tf.function by XLA; onnxruntime. */
export const PREDICT_PROGRAMS = ['ours', 'eager', 'keras', 'plain', 'xla', 'onnx'] as const;
export type PredictProgram = (typeof PREDICT_PROGRAMS)[number];

export const PREDICT_CASES: readonly { network: NetworkName; batch: number; size: number }[] = [
  { network: 'unet-quick', batch: 1, size: 512 },
  { network: 'unet-mini', batch: 4, size: 224 },
  { network: 'unet-mini', batch: 2, size: 512 },
  { network: 'unet-mobilenet', batch: 4, size: 224 },
  { network: 'unet-mobilenet', batch: 2, size: 512 },
];

export type PredictRow = CaseRow<PredictProgram>;

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
    const row = await measureInTurns(
      {
        name,
        programs,
        start: (program) => serverOf(program, { ...given, classes: 2, channels: 3, seed }, python),
        request: (times): PredictBenchRequest => ({ rounds: times }),
      },
      { rounds, times: batches, skipped: SKIPPED, seed },
      signal,
    );
    rows.push(row);
    onEvent?.(row);
  }
  return rows;
}

const script = (name: string) => join(packageRoot(), 'test', 'python', name);

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
    : new LineServer(python, [
        script(program === 'onnx' ? 'predict_bench_onnx.py' : 'predict_bench.py'),
        text,
      ]);
}
