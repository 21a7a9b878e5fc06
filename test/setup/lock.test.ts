/** The set-up's lock: one holder at a time, and a dead holder is no obstacle. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'brushfield-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockModule = join(import.meta.dirname, '../../scripts/setup/lock.mjs');

test('two processes never hold it together', async () => {
  const log = join(folder, 'log');
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as pause } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(lockModule)};
    await withLock('x', async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await pause(100);
      appendFileSync(${JSON.stringify(log)}, 'out ');
    }, { folder: ${JSON.stringify(folder)} });`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  expect(readdirSync(folder)).toEqual(['log']);
});

test('one left by a killed process is taken over', async () => {
  const program = `
    import { withLock } from ${JSON.stringify(lockModule)};
    await withLock('x', () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)); },
      { folder: ${JSON.stringify(folder)} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(readdirSync(folder)).toEqual(['x.lock']);
  expect(await withLock('x', () => Promise.resolve('mine'), { folder })).toBe('mine');
  expect(readdirSync(folder)).toEqual([]);
});

test('one whose holder is dead but whose child still works is waited for', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  await once(child, 'spawn');
  // 4194305 is above the highest process number of Linux.
  writeFileSync(join(folder, 'x.lock'), `${hostname()} 4194305 ${child.pid}`);
  let entered = false;
  const waiting = withLock('x', () => Promise.resolve((entered = true)), {
    folder,
    onWait: () => child.kill(),
  });
  expect(entered).toBe(false);
  expect(await waiting).toBe(true);
});

test('it is given back when the work fails', async () => {
  await expect(withLock('x', () => Promise.reject(new Error('no')), { folder })).rejects.toThrow('no');
  expect(readdirSync(folder)).toEqual([]);
});
