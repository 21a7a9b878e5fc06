/** Runs the built command line as people do: a process of its own with real streams. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';

const ENTRY = resolve(import.meta.dirname, '../../out/main/cli.js');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the process and what it printed so far, whenever it prints. */
  onOutput?: (child: ChildProcess, printed: string) => void;
  onStart?: (child: ChildProcess) => void;
}

export const brushfield = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  start([process.execPath, ENTRY, ...args], options);

/** @param prefix a command line that runs the rest of its arguments, e.g. `taskset -c 0` */
export const brushfieldUnder = (
  prefix: readonly string[],
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> => start([...prefix, process.execPath, ENTRY, ...args], options);

/**
 * As another user, who may write in the folder `writable` alone; null runs it as oneself.
 * @param uid a number that only root may take on
 */
export function brushfieldAs(
  uid: number | null,
  args: readonly string[],
  { writable, ...options }: RunOptions & { writable: string },
): Promise<Finished> {
  mkdirSync(writable, { recursive: true });
  if (uid === null) return brushfield(args, options);
  chownSync(writable, uid, uid);
  const user = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  return start([...user, process.execPath, ENTRY, ...args], options);
}

function start(
  [program, ...args]: readonly string[],
  { cwd, env, onOutput, onStart }: RunOptions,
): Promise<Finished> {
  if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is missing: run "npm run build" first.`);
  return new Promise((done, fail) => {
    const child = spawn(program!, args, {
      ...(cwd && { cwd }),
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onStart?.(child);
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
        onOutput?.(child, printed.stdout + printed.stderr);
      });
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, ...printed }));
  });
}

/** Hashes of all files below `folder` by relative path; equal means that nothing was written, changed or removed. */
export function contentsOf(folder: string): Record<string, string> {
  const contents: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(folder, name);
    if (statSync(path).isFile())
      contents[relative(folder, path)] = createHash('sha256').update(readFileSync(path)).digest('hex');
  }
  return contents;
}
