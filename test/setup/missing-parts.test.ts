/** What the set-up says when the machine lacks something: one sentence that names what to install. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireFreeSpace } from '../../scripts/setup/disk-space.mjs';
import { pythonPath } from '../python.js';

const scripts = join(import.meta.dirname, '../../scripts');
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'brushfield-missing-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a set-up step with an empty cache and nothing but the given programs on the PATH. */
async function stepWith(programs: Record<string, string>, module: string, call: string): Promise<string> {
  const path = mkdtempSync(join(folder, 'path-'));
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(path, name));
  const program = `
    const step = await import(${JSON.stringify(join(scripts, module))});
    await step.${call}.then(() => console.log('done'), (error) => console.log(error.name + ': ' + error.message));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: { PATH: path, HOME: folder, BRUSHFIELD_CACHE: join(folder, 'cache') },
  });
  return stdout.trim();
}

test('without Python it names Python and how to install it', async () => {
  const said = await stepWith({}, 'setup/tensorflow.mjs', "ensureTensorFlow({ kind: 'cpu' })");
  expect(said).toMatch(/^SetUpError: Python 3 with pip is needed .*apt install python3 python3-pip/);
});

test('without a compiler it says so before it downloads anything', async () => {
  const said = await stepWith(
    { python3: pythonPath() },
    'setup/tensorflow.mjs',
    "ensureTensorFlow({ kind: 'cpu' })",
  );
  expect(said).toMatch(/^SetUpError: A C\+\+ compiler is needed .*apt install g\+\+/);
});

test('without a Python of the right version the tests’ environment names it', async () => {
  const said = await stepWith({}, 'setup/test-python.mjs', 'ensureTestPython()');
  expect(said).toMatch(/^SetUpError: .*Python 3\.11, 3\.12 or 3\.13/);
});

test('a full disk is named with what is needed and what is free', async () => {
  await expect(requireFreeSpace(folder, 1e18, 'TensorFlow')).rejects.toThrow(
    /1000000000\.0 GB of free disk space is needed for TensorFlow but .* has [\d.]+ GB: free some space/,
  );
  await expect(requireFreeSpace(join(folder, 'new'), 1, 'TensorFlow')).resolves.toBeUndefined();
});

test('an unknown option of the set-up is refused', async () => {
  const run = promisify(execFile)(process.execPath, [join(scripts, 'setup.mjs'), '--gup']);
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Unknown option --gup'),
  });
});
