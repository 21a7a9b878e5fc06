/** How many threads and how much memory are taken where a machine gives less than it has. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { brushfieldUnder } from './built-cli.js';
import { memoryOfTree } from './process-memory.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;
beforeAll(async () => {
  tiny = await tinyProject(folder);
});

/** Runs a line of JavaScript and gives what it prints. */
const node = (prefix: readonly string[], script: string) => {
  const [program, ...args] = [...prefix, process.execPath, '-p', script];
  return spawnSync(program!, args, { encoding: 'utf8' }).stdout.trim();
};

const TRAIN = QUICK.filter((word, i) => word !== '--threads' && QUICK[i - 1] !== '--threads');

describe('affinity', () => {
  it('of one core makes one thread of TensorFlow, of the engine and of what it says', async ({ skip }) => {
    if (spawnSync('taskset', ['-c', '0', 'true']).status !== 0 || cpus().length < 2) {
      process.stderr.write('Skipped: no taskset, or one core only.\n');
      return skip();
    }
    const oneCore = ['taskset', '-c', '0'];
    expect(node(oneCore, 'os.availableParallelism()')).toBe('1');
    let threads = 0;
    const allowed = new Set<string>();
    const { code, stderr } = await brushfieldUnder(
      oneCore,
      ['train', tiny.project, ...TRAIN, '--steps', '20'],
      {
        onOutput: (child) => {
          for (const pid of memoryOfTree(child.pid!).keys()) {
            const status = readFileSync(`/proc/${pid}/status`, 'utf8');
            allowed.add(/Cpus_allowed_list:\s+(\S+)/.exec(status)![1]!);
            threads = Math.max(threads, Number(/Threads:\s+(\d+)/.exec(status)![1]));
          }
        },
      },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/TensorFlow \S+ on CPU, 1 thread$/m);
    expect([...allowed]).toEqual(['0']);
    // V8's own, libuv's four, one worker's and TensorFlow's: not one for each core of a large machine.
    expect(threads).toBeLessThan(40);
  });

  it('not limited, every core that may be used is', async () => {
    const { stderr } = await brushfieldUnder([], ['train', tiny.project, ...TRAIN, '--steps', '2']);
    const cores = availableParallelism();
    expect(stderr).toContain(`on CPU, ${cores} ${cores === 1 ? 'thread' : 'threads'}`);
  });
});

interface Limits {
  v1: { controller: string; files: Record<string, string> };
  v2: Record<string, string>;
}

/** A cgroup of our own, removed afterwards; null where none may be made. */
function limitedGroup({ v1, v2 }: Limits): { prefix: string[]; remove(): void } | null {
  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers');
  const root = unified ? '/sys/fs/cgroup' : join('/sys/fs/cgroup', v1.controller);
  const group = join(root, `brushfield-test-${process.pid}-${v1.controller}`);
  if (!existsSync(root)) return null;
  try {
    mkdirSync(group);
    for (const [file, value] of Object.entries(unified ? v2 : v1.files))
      writeFileSync(join(group, file), value);
  } catch {
    if (existsSync(group)) rmdirSync(group);
    return null;
  }
  return {
    prefix: ['bash', '-c', `echo $$ > ${group}/cgroup.procs && exec "$@"`, 'limited'],
    remove: () => rmdirSync(group),
  };
}

describe('a cgroup', () => {
  const MB = 2 ** 20;
  it('that allows 600 MB is what the engine budgets with', ({ skip }) => {
    const group = limitedGroup({
      v1: { controller: 'memory', files: { 'memory.limit_in_bytes': String(600 * MB) } },
      v2: { 'memory.max': String(600 * MB) },
    });
    if (!group) {
      process.stderr.write('Skipped: no cgroup may be made here, so no memory limit was tried.\n');
      return skip();
    }
    try {
      // What predict.ts, training-set-up.ts and doctor.ts go by.
      const available = Number(node(group.prefix, 'process.availableMemory()'));
      expect(available).toBeGreaterThan(100 * MB);
      expect(available).toBeLessThanOrEqual(600 * MB);
      expect(Number(node(group.prefix, 'process.constrainedMemory()'))).toBe(600 * MB);
    } finally {
      group.remove();
    }
  });

  it('that allows one core of time makes one thread of TensorFlow', async ({ skip }) => {
    const group = limitedGroup({
      v1: { controller: 'cpu', files: { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '100000' } },
      v2: { 'cpu.max': '100000 100000' },
    });
    if (!group) {
      process.stderr.write('Skipped: no cgroup may be made here, so no share of the processor was tried.\n');
      return skip();
    }
    try {
      const { stderr } = await brushfieldUnder(group.prefix, [
        'train',
        tiny.project,
        ...TRAIN,
        '--steps',
        '2',
      ]);
      expect(stderr).toMatch(/on CPU, 1 thread$/m);
    } finally {
      group.remove();
    }
  });
});
