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
