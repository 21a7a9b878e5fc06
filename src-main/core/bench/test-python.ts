/** The Python that benchmarks compare with. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';

/**
 * The interpreter of the tests' environment, which is made where it is missing.
 * @throws AppError('set-up') when it cannot be made.
 */
export async function testPython(): Promise<string> {
  try {
    const script = join(packageRoot(), 'scripts', 'setup', 'test-python.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    return stdout.trim().split('\n').at(-1)!;
  } catch (cause) {
    throw new AppError(
      'set-up',
      'This benchmark needs the Python environment of the tests; run "node scripts/setup/test-python.mjs" once.',
      { cause },
    );
  }
}

/** An interpreter that has PyTorch, which only benchmarks use and nothing installs (Debian: python3-torch); null without. */
export async function pythonWithTorch(): Promise<string | null> {
  for (const python of ['python3', '/usr/bin/python3'])
    if (await hasModules(python, 'torch, numpy')) return python;
  return null;
}

/** Whether an interpreter is there and can import these, names with commas between them. */
export async function hasModules(python: string, names: string): Promise<boolean> {
  try {
    await promisify(execFile)(python, ['-c', `import ${names}`]);
    return true;
  } catch {
    return false;
  }
}
