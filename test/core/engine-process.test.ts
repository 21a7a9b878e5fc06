/** The engine as a process: it answers, it stops, and its death is a sentence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { engineEnvironment, startEngine, withEngine } from '../../src-main/core/engine-process.js';
import { temporaryFolder } from '../store/temporary-store.js';

const log = () => join(temporaryFolder(), 'engine.log');

it('computes on the threads it was given', async () => {
  const device = await withEngine({ device: 'cpu', threads: 1, logFile: log() }, ({ api }) => api.device({}));
  expect(device).toMatchObject({ kind: 'cpu', threads: 1 });
  expect(device.tensorflow).toMatch(/^2\./);
});

it('that dies rejects what is pending, and names the signal and the log', async () => {
  const logFile = log();
  const engine = startEngine({ device: 'cpu', logFile });
  await engine.api.device({});
  const pending = engine.api.describe({ network: 'unet-mini', classes: 2, channels: 3, size: 224 });
  process.kill(engine.pid!, 'SIGKILL');
  await expect(pending).rejects.toMatchObject({
    code: 'training-failed',
    message: expect.stringMatching(`SIGKILL.*${logFile}`) as string,
  });
  expect(engine.alive()).toBe(false);
  expect(existsSync(logFile)).toBe(true);
  await expect(engine.api.device({})).rejects.toMatchObject({ code: 'training-failed' });
});

it('that is stopped rejects what is pending as stopped', async () => {
  const engine = startEngine({ device: 'cpu', logFile: log() });
  const pending = engine.api.device({});
  pending.catch(() => undefined);
  await engine.stop();
  expect(engine.alive()).toBe(false);
  await expect(engine.api.device({})).rejects.toMatchObject({ code: 'stopped' });
});

it('asked for a GPU that is not there, says so', async () => {
  const { kind } = await withEngine({ logFile: log() }, ({ api }) => api.device({}));
  const asked = withEngine({ device: 'gpu', logFile: log() }, ({ api }) => api.device({}));
  if (kind === 'gpu') await expect(asked).resolves.toMatchObject({ kind: 'gpu' });
  else await expect(asked).rejects.toMatchObject({ code: 'set-up' });
});

it('hides GPUs on a CPU, and asks for repeatable operations on one thread', () => {
  expect(engineEnvironment('cpu', 1)).toMatchObject({
    CUDA_VISIBLE_DEVICES: '-1',
    TF_NUM_INTRAOP_THREADS: '1',
    TF_DETERMINISTIC_OPS: '1',
  });
  expect(engineEnvironment('auto', 2)).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
  expect(engineEnvironment('auto', 2)).not.toHaveProperty('TF_DETERMINISTIC_OPS');
});

it.runIf(process.platform === 'linux')('in the background yields to others with every thread', async () => {
  await withEngine({ device: 'cpu', logFile: log(), background: true }, async ({ api, pid }) => {
    // TensorFlow starts its threads when it first computes.
    await api.describe({ network: 'unet-mini', classes: 2, channels: 1, size: 64 });
    const threads = readdirSync(`/proc/${pid}/task`);
    // After the name in brackets: state is the first field, niceness the 17th.
    const nice = threads.map((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    });
    expect(nice).toEqual(threads.map(() => 10));
  });
});
