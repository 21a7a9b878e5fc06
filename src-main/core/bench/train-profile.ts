/** Where the time of a training step goes, ours and Keras', by kind of operation; `brushfield bench train --profile`. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../disk/package-root.js';
import type { TrainBenchRequest } from '../../engine/train-bench-server.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { testPython } from './test-python.js';
import { TRAIN_CASES, trainConfig, trainServer } from './train.js';

/** Of a step, means. */
export interface StepProfile {
  wallMs: number;
  /** Time of each kind of operation; of those that run side by side both count. The longest first. */
  kinds: Record<string, number>;
}

export interface ProfileRow {
  case: string;
  ours: StepProfile;
  keras: StepProfile;
}

/** @throws AppError('set-up') without the tests' Python environment. */
export async function profileSteps(
  { only = '', seed }: { only?: string; seed: number },
  { signal, onEvent }: Call<ProfileRow> = {},
): Promise<ProfileRow[]> {
  const python = await testPython();
  const script = join(packageRoot(), 'test', 'python', 'step_profile.py');
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const run = async (...args: string[]) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '-1' };
    const { stdout } = await promisify(execFile)(python, [script, ...args], { env });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as StepProfile;
  };
  const rows: ProfileRow[] = [];
  try {
    for (const given of TRAIN_CASES) {
      const name = `${given.network} ${given.batch}×${given.size}²`;
      if (!name.includes(only)) continue;
      if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
      const file = join(folder, 'step.json');
      const config = trainConfig(given, seed);
      const server = trainServer('ours', config, { keras: python, torch: null });
      try {
        await server.ask({ steps: 1, record: file } satisfies TrainBenchRequest);
      } finally {
        await server.stop();
      }
      const ours = await run('ours', file);
      const keras = await run('keras', JSON.stringify({ ...config, xla: false, precision: 'float32' }));
      const row = { case: name, ours, keras };
      rows.push(row);
      onEvent?.(row);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}
