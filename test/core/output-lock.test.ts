/** One process at a time writes results into a folder. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockOutput } from '../../src-main/core/output-lock.js';
import { temporaryFolder } from '../store/temporary-store.js';

const MANIFEST = 'manifest.json';

/** What another process left there. */
function lockedBy(lock: object): { folder: string; file: string } {
  const folder = temporaryFolder();
  const file = join(folder, `.${MANIFEST}.lock`);
  writeFileSync(file, JSON.stringify(lock));
  return { folder, file };
}

it('is refused while it is held, and free afterwards; other manifests are others', async () => {
  const folder = join(temporaryFolder(), 'new');
  const lock = await lockOutput(folder, MANIFEST);
  await expect(lockOutput(folder, MANIFEST)).rejects.toMatchObject({ code: 'exists' });
  await (await lockOutput(folder, 'manifest.shard-1-of-2.json')).release();
  expect(await lock.holds()).toBe(true);
  await lock.release();
  // Nothing came of it.
  expect(existsSync(folder)).toBe(false);
});

it('a living process keeps it, a dead one does not', async () => {
  const living = spawn('sleep', ['60']);
  const { folder } = lockedBy({ host: hostname(), pid: living.pid, token: '' });
  await expect(lockOutput(folder, MANIFEST)).rejects.toThrow(`Process ${living.pid} writes results`);
  living.kill();
  const { pid } = spawnSync('true');
  const dead = lockedBy({ host: hostname(), pid, token: '' });
  await (await lockOutput(dead.folder, MANIFEST)).release();
  expect(existsSync(dead.file)).toBe(false);
});

it('that of another machine counts while it gives signs of life', async () => {
  const { folder, file } = lockedBy({ host: 'elsewhere', pid: 1, token: '' });
  await expect(lockOutput(folder, MANIFEST)).rejects.toThrow('elsewhere');
  const before = new Date(Date.now() - 300_000);
  utimesSync(file, before, before);
  await (await lockOutput(folder, MANIFEST)).release();
});

it('one that was half-written by a killed process is free', async () => {
  const { folder, file } = lockedBy({});
  writeFileSync(file, '{"host":');
  await (await lockOutput(folder, MANIFEST)).release();
});

it('of many that want it at the same moment one gets it, also where one that died has left it', async () => {
  const { pid } = spawnSync('true');
  const died = { host: hostname(), pid, token: '' };
  for (let round = 0; round < 40; round++) {
    const folder = round % 2 === 0 ? lockedBy(died).folder : temporaryFolder();
    const wanted = await Promise.allSettled(Array.from({ length: 12 }, () => lockOutput(folder, MANIFEST)));
    const got = wanted.filter((one) => one.status === 'fulfilled');
    expect(got).toHaveLength(1);
    expect(await got[0]?.value.holds()).toBe(true);
    await got[0]?.value.release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

it('one that died while it took over that of another does not keep the folder', async () => {
  const { pid } = spawnSync('true');
  const died = { host: hostname(), pid, token: '' };
  const { folder, file } = lockedBy(died);
  const claim = `${file}.${createHash('sha256').update(JSON.stringify(died)).digest('hex').slice(0, 16)}`;
  writeFileSync(claim, JSON.stringify({ ...died, token: 'another' }));
  await (await lockOutput(folder, MANIFEST)).release();
  expect(readdirSync(folder)).toEqual([]);
});
