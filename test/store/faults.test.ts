import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { addImage, listImages } from '../../src-main/store/images.js';
import { MIGRATIONS } from '../../src-main/store/migrations.js';
import { isNetworkShare } from '../../src-main/store/network-share.js';
import { DATABASE_FILE, openStore } from '../../src-main/store/open.js';
import { createRun, listRuns } from '../../src-main/store/runs.js';
import { startStoreChild, type StoreChild } from './child-process.js';
import { killRounds } from './killed-writer.js';
import { someImage, temporaryFolder, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

function madeProject(): string {
  const folder = temporaryFolder();
  const store = openStore(folder, { create: true });
  addClass(store, 'cell');
  store.close();
  return folder;
}

describe('a killed process', () => {
  test.each([
    ['with a write-ahead log', false],
    ['on a network share', true],
  ])('loses nothing that was acknowledged, %s', async (_, networkShare) => {
    await expect(killRounds(3, { networkShare })).resolves.toBeUndefined();
  });

  test('between two steps of a migration leaves a copy and a project that opens', async () => {
    const folder = madeProject();
    const known = MIGRATIONS.length;
    const slow = `create table slow as with recursive c (n) as (select 1 union all select n + 1 from c where n < 30000000) select n from c`;
    const steps = [...MIGRATIONS, 'alter table project add column note text', slow];
    const child = startStoreChild();
    void child.tell({ do: 'open', folder, options: { steps } });
    // Seen from outside, when the first step is done and the second under way.
    for (let version = known; version < known + 1;) {
      await new Promise((settle) => setTimeout(settle, 5));
      const database = new SqliteDatabase(join(folder, DATABASE_FILE), { readonly: true });
      version = database.pragma('user_version', { simple: true }) as number;
      database.close();
    }
    await child.kill();
    const copy = temporaryFolder();
    writeFileSync(join(copy, DATABASE_FILE), readFileSync(join(folder, `project.v${known}.sqlite`)));
    const old = openStore(copy);
    expect(listClasses(old)).toHaveLength(1);
    old.close();
    const quick = [...steps.slice(0, -1), 'create table if not exists slow (n)'];
    const store = openStore(folder, { steps: quick });
    expect(store.sql('pragma user_version').get()).toEqual({ user_version: quick.length });
    expect(listClasses(store)).toHaveLength(1);
    store.close();
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a file that is not ours to open', () => {
  test('because its tables are others is refused, and not a byte of it changes', () => {
    const folder = temporaryFolder();
    const file = join(folder, DATABASE_FILE);
    const database = new SqliteDatabase(file);
    database.exec('create table accounts (id integer primary key, amount real)');
    database.close();
    const before = readFileSync(file);
    expect(() => openStore(folder)).toThrow(withCode('bad-project'));
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual([DATABASE_FILE]);
  });

  test('because it is newer is refused for reading, too', () => {
    const folder = madeProject();
    openStore(folder, { steps: [...MIGRATIONS, 'select 1'] }).close();
    const before = readFileSync(join(folder, DATABASE_FILE));
    const names = readdirSync(folder);
    expect(() => openStore(folder, { access: 'read' })).toThrow('newer version');
    expect(readFileSync(join(folder, DATABASE_FILE))).toEqual(before);
    expect(readdirSync(folder)).toEqual(names);
  });
});

test('a clock that is set back changes no order', () => {
  const store = temporaryStore();
  const years = [2031, 2026, 2001];
  for (const year of years) {
    addImage(store, someImage(`${year}.png`, { addedAt: `${year}-01-01T00:00:00.000Z` }));
    createRun(store, { network: 'unet-quick', settings: {}, now: new Date(`${year}-01-01T00:00:00Z`) });
  }
  expect(listImages(store).map(({ name }) => name)).toEqual(['2031.png', '2026.png', '2001.png']);
  expect(listRuns(store).map(({ createdAt }) => createdAt.slice(0, 4))).toEqual(['2031', '2026', '2001']);
});

/** Writes until the disk is full, then looks whether the project is whole and takes writes again with more room. */
async function fillUp(child: StoreChild, folder: string): Promise<void> {
  expect((await child.tell({ do: 'open', folder })).ok).toMatchObject({ access: 'write' });
  const refused = await child.tell({ do: 'write', name: 'row', count: 100_000 });
  expect(refused).toMatchObject({ error: 'disk' });
  expect(refused.message).toMatch(/could not be written|cannot be read or written/);
  const wrote = child.events.length;
  expect(wrote).toBeGreaterThan(10);
  const { ok } = await child.tell({ do: 'read' });
  expect(ok!['runs']).toHaveLength(wrote);
  expect(await child.tell({ do: 'write', name: 'again' })).toMatchObject({ error: 'disk' });
  await child.kill();
}

async function expectWhole(folder: string, rows: number): Promise<void> {
  const store = openStore(folder);
  expect(store.access).toBe('write');
  expect(await checkIntegrity(store)).toMatchObject({ ok: true });
  expect(store.sql<{ n: number }>('select count(*) as n from run').get()!.n).toBe(rows);
  addClass(store, 'after');
  store.close();
}

describe('a full disk', () => {
  test('a limit on the size of files is told, and the project stays whole', async () => {
    const folder = madeProject();
    const child = startStoreChild(['prlimit', '--fsize=600000']);
    await fillUp(child, folder);
    await expectWhole(folder, child.events.length);
  });

  const mounted = mountSmallDisk();
  test.skipIf(mounted === null)('is told, and the project stays whole', async () => {
    const folder = join(mounted!, 'project');
    spawnSync('mkdir', [folder]);
    openStore(folder, { create: true }).close();
    const ballast = join(mounted!, 'ballast');
    writeFileSync(ballast, Buffer.alloc(400_000));
    const child = startStoreChild();
    await fillUp(child, folder);
    rmSync(ballast);
    await expectWhole(folder, child.events.length);
  });

  test.skipIf(mounted === null)('lets a project be opened for reading', () => {
    const folder = join(mounted!, 'full');
    spawnSync('mkdir', [folder]);
    const made = openStore(folder, { create: true });
    addClass(made, 'cell');
    made.close();
    const ballast = join(mounted!, 'ballast');
    spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096']);
    onTestFinished(() => rmSync(ballast, { force: true }));
    const store = openStore(folder);
    expect(store.access).toBe('read');
    expect(store.readOnlyReason).toContain('the disk is full');
    expect(listClasses(store)).toHaveLength(1);
    store.close();
  });
});

/** 2 MB of memory as a disk; null, said aloud, where nothing may be mounted. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'brushfield-disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]).status === 0) {
    afterAll(() => {
      spawnSync('umount', [folder]);
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  }
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write('Skipped: nothing may be mounted here, so no full disk was tried.\n');
  return null;
}

describe('a network share', () => {
  const NFS = () => 0x6969;

  test('is written with a rollback journal, which is said once', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { create: true, fileSystemType: NFS });
    onTestFinished(() => store.close());
    expect(store.sql('pragma journal_mode').get()).toEqual({ journal_mode: 'delete' });
    expect(store.sql('pragma synchronous').get()).toEqual({ synchronous: 3 });
    expect(store.notices).toEqual([expect.stringContaining('lies on a network share')]);
    addClass(store, 'cell');
    expect(existsSync(join(folder, 'project.sqlite-wal'))).toBe(false);
    const reader = openStore(folder, { access: 'read' });
    expect(listClasses(reader)).toHaveLength(1);
    reader.close();
  });

  test('takes a project that a killed process left in write-ahead mode', async () => {
    const folder = madeProject();
    const child = startStoreChild();
    await child.tell({ do: 'open', folder });
    await child.tell({ do: 'write', name: 'kept' });
    await child.kill();
    const store = openStore(folder, { fileSystemType: NFS });
    onTestFinished(() => store.close());
    expect(store.sql('pragma journal_mode').get()).toEqual({ journal_mode: 'delete' });
    expect(store.sql('select name from run').all()).toEqual([{ name: 'kept-0' }]);
  });

  test.each([
    ['NFS', 0x6969, true],
    ['CIFS, as a negative number', 0xff534d42 | 0, true],
    ['SMB2', 0xfe534d42, true],
    ['ext4', 0xef53, false],
    ['btrfs', 0x9123683e, false],
    ['overlay', 0x794c7630, false],
  ])('is known by its type: %s', (_, type, expected) => {
    expect(isNetworkShare(tmpdir(), () => type)).toBe(expected);
  });

  test('is known by a Windows path, and an unknown file system counts as local', () => {
    expect(isNetworkShare('\\\\server\\share\\cells.brushfield', () => 0)).toBe(true);
    expect(
      isNetworkShare(tmpdir(), () => {
        throw new Error('no such call here');
      }),
    ).toBe(false);
  });
});
