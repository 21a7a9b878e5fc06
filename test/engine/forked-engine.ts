/** The built engine in a process of its own, on one thread, so that equal runs give equal bits. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EngineApi } from '../../src-main/shared/engine-api.js';
import { connect } from '../../src-main/shared/rpc.js';

const ENTRY = resolve(import.meta.dirname, '../../out/main/engine.js');
const ONE_THREAD = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_DETERMINISTIC_OPS: '1',
  CUDA_VISIBLE_DEVICES: '-1',
};

export interface ForkedEngine {
  api: EngineApi;
  pid: number;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Resident memory now, MB; null where the system does not tell of other processes. */
  rssMb(): number | null;
  /** The most since its start. */
  peakRssMb(): number | null;
}

export function forkEngine(): ForkedEngine {
  const child = fork(ENTRY, [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ...ONE_THREAD },
  });
  const { api, fail } = connect<EngineApi>({
    post: (message) => void child.send(message as object, () => undefined),
    listen(handler) {
      child.on('message', handler);
      return () => child.off('message', handler);
    },
  });
  const ended = once(child, 'exit').then(() => fail(new Error('the engine ended')));
  return {
    api,
    pid: child.pid!,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    rssMb: () => statusMb(child.pid!, /VmRSS:\s+(\d+) kB/),
    peakRssMb: () => statusMb(child.pid!, /VmHWM:\s+(\d+) kB/),
  };
}

const statusMb = (pid: number, line: RegExp): number | null =>
  process.platform === 'linux'
    ? Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
    : null;
