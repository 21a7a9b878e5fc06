/** The checks of every start: nothing to do is noticed quickly, anything else is not overlooked. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sha256OfSources } from '../../scripts/setup/hashes.mjs';
import { lockfilesAgree } from '../../scripts/setup/packages.mjs';
import { cacheFolder } from '../../scripts/setup/places.mjs';

const lockfile = (packages: Record<string, object>) => JSON.stringify({ packages });
const a = { version: '1.0.0', integrity: 'sha512-a' };
const b = { version: '2.0.0', integrity: 'sha512-b', optional: true };

test('an installation agrees with its lockfile when every needed package has its version and content', () => {
  const wanted = lockfile({ '': {}, 'node_modules/a': a, 'node_modules/b': b });
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/a': a, 'node_modules/b': b }))).toBe(true);
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/a': a }))).toBe(true);
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/b': b }))).toBe(false);
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/a': { ...a, version: '1.0.1' } }))).toBe(false);
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/a': { ...a, integrity: 'x' } }))).toBe(false);
  expect(lockfilesAgree(wanted, lockfile({ 'node_modules/a': a, 'node_modules/c': a }))).toBe(false);
  expect(lockfilesAgree(wanted, '')).toBe(false);
});

test('the hash of sources changes with content and name, and not with what is missing', () => {
  const root = mkdtempSync(join(tmpdir(), 'brushfield-sources-'));
  try {
    mkdirSync(join(root, 'src/deep'), { recursive: true });
    writeFileSync(join(root, 'src/deep/a.ts'), '1');
    const first = sha256OfSources(root, ['src', 'config.ts']);
    expect(sha256OfSources(root, ['src', 'config.ts', 'absent'])).toBe(first);
    writeFileSync(join(root, 'config.ts'), '');
    const second = sha256OfSources(root, ['src', 'config.ts']);
    writeFileSync(join(root, 'src/deep/a.ts'), '2');
    const third = sha256OfSources(root, ['src', 'config.ts']);
    rmSync(join(root, 'src/deep/a.ts'));
    writeFileSync(join(root, 'src/deep/b.ts'), '2');
    const fourth = sha256OfSources(root, ['src', 'config.ts']);
    expect(new Set([first, second, third, fourth]).size).toBe(4);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('the cache is where the user or the platform says', () => {
  expect(cacheFolder({ BRUSHFIELD_CACHE: '/big/disk' }, 'linux')).toBe('/big/disk');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/brushfield');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toMatch(/\/\.cache\/brushfield$/);
  expect(cacheFolder({}, 'darwin')).toMatch(/Library\/Caches\/brushfield$/);
});

test('a second set-up has nothing to do and says only that', async () => {
  const script = join(import.meta.dirname, '../../scripts/setup.mjs');
  const program = `
    import { ensurePackages } from ${JSON.stringify(join(script, '../setup/packages.mjs'))};
    import { ensureTensorFlow } from ${JSON.stringify(join(script, '../setup/tensorflow.mjs'))};
    await ensurePackages();
    await ensureTensorFlow();`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    program,
  ]);
  expect(stdout + stderr).toBe('');
});
