/** Starts `store-child.ts` in a process of its own, as another user or under limits where a test asks for it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Order } from './store-child.js';

/** A user without rights; root itself may write everything. */
export const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

export const isRoot = process.getuid?.() === 0;

export interface Answer {
  ok?: Record<string, unknown>;
  error?: string | null;
  message?: string;
}

export interface StoreChild {
  pid: number;
  /** Resolves with the answer; lines in between go to `events`. */
  tell(order: Order): Promise<Answer>;
  /** What it said unasked so far: `{ wrote }`, `{ lost }`, `{ copying }`. */
  events: Record<string, unknown>[];
  /** Resolves when an event that fits has been said. */
  event(fits: (event: Record<string, unknown>) => boolean): Promise<void>;
  kill(): Promise<void>;
}

/** @param prefix a command line that runs the rest of its arguments, e.g. `AS_NOBODY` */
export function startStoreChild(prefix: readonly string[] = []): StoreChild {
  const node = [
    process.execPath,
    '--experimental-transform-types',
    '--disable-warning=ExperimentalWarning',
    '--import',
    join(import.meta.dirname, 'typescript-sources.mjs'),
    join(import.meta.dirname, 'store-child.ts'),
  ];
  const [command, ...args] = [...prefix, ...node];
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const events: Record<string, unknown>[] = [];
  const answers: ((answer: Answer) => void)[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Answer & Record<string, unknown>;
    if ('ok' in said || 'error' in said) answers.shift()?.(said);
    else {
      events.push(said);
      for (const watch of watchers) watch();
    }
  });
  child.on('exit', () => {
    for (const answer of answers.splice(0)) answer({ error: 'ended' });
    for (const watch of watchers) watch();
  });
  onTestFinished(() => endOf(child));
  return {
    pid: child.pid!,
    events,
    tell: (order) =>
      new Promise((settle) => {
        answers.push(settle);
        child.stdin.write(`${JSON.stringify(order)}\n`);
      }),
    event: (fits) =>
      new Promise((settle, fail) => {
        const watch = () => {
          const there = events.some(fits);
          if (!there && child.exitCode === null && child.signalCode === null) return;
          watchers.delete(watch);
          if (there) settle();
          else fail(new Error('The process ended before it said so.'));
        };
        watchers.add(watch);
        watch();
      }),
    kill: () => endOf(child),
  };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((settle) => {
    if (child.exitCode !== null || child.signalCode !== null) return settle();
    child.on('exit', () => settle());
    child.kill('SIGKILL');
  });
}
