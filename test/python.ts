/** Runs Python programs that judge ours, in the test environment pinned by test/python/requirements.txt. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readyTestPython } from '../scripts/setup/test-python.mjs';

const run = promisify(execFile);

/**
 * Absolute path of the interpreter of the test environment.
 * @throws Error saying how to make it when it is missing
 */
export function pythonPath(): string {
  const path = readyTestPython();
  if (path) return path;
  throw new Error('The Python test environment is missing: run `node scripts/setup/test-python.mjs` once.');
}

export interface PythonOptions {
  readonly cwd?: string;
  readonly timeoutMs?: number;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script file to its end on the CPU; rejects with its stderr when it fails. */
export async function runPython(
  script: string,
  args: readonly string[],
  { cwd, timeoutMs = 300_000, env }: PythonOptions = {},
): Promise<{ stdout: string }> {
  const { stdout } = await run(pythonPath(), [script, ...args], {
    ...(cwd ? { cwd } : {}),
    timeout: timeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '-1', ...env },
  });
  return { stdout };
}
