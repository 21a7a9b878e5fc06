import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

test('the generator makes the committed sample again, byte for byte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sample-'));
  try {
    await promisify(execFile)(process.execPath, [join(root, 'scripts/make-sample.mjs'), folder]);
    const committed = join(root, 'resources/sample');
    const files = (await readdir(folder, { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort();
    const expected = (await readdir(committed, { recursive: true })).filter(
      (name) => /\.\w+$/.test(name) && name !== 'README.md',
    );
    expect(files).toEqual(expected.sort());
    for (const name of files)
      expect((await readFile(join(folder, name))).equals(await readFile(join(committed, name))), name).toBe(
        true,
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
