import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addClass } from '../../src-main/store/classes.js';
import { MIGRATIONS } from '../../src-main/store/migrations.js';
import { DATABASE_FILE, openStore } from '../../src-main/store/open.js';
import { AS_NOBODY, isRoot, startStoreChild, type StoreChild } from './child-process.js';
import { temporaryFolder } from './temporary-store.js';

/** Root may write everything, so as root these run as nobody. */
const unprivileged = isRoot ? AS_NOBODY : [];

/** In a folder that nobody may enter; `seal` then takes the rights away. */
function madeProject(): string {
  const above = temporaryFolder();
  chmodSync(above, 0o755);
  const folder = join(above, 'cells.brushfield');
  mkdirSync(folder);
  const store = openStore(folder, { create: true });
  addClass(store, 'cell');
  store.close();
  return folder;
}

function seal(folder: string, { fileMode = 0o444, folderMode = 0o555 } = {}): void {
  for (const name of readdirSync(folder)) {
    chmodSync(join(folder, name), fileMode);
    if (isRoot) chownSync(join(folder, name), 65534, 65534);
  }
  if (isRoot) chownSync(folder, 65534, 65534);
  chmodSync(folder, folderMode);
}

async function expectReadOnly(child: StoreChild, folder: string, why: string): Promise<void> {
  const { ok } = await child.tell({ do: 'open', folder });
  expect(ok).toMatchObject({ access: 'read' });
  expect(ok!['reason']).toContain(why);
  expect((await child.tell({ do: 'read' })).ok).toMatchObject({ classes: ['cell'] });
  expect(await child.tell({ do: 'write', name: 'x' })).toMatchObject({ error: 'disk' });
  await child.tell({ do: 'close' });
}

describe('a project that cannot be written opens for reading', () => {
  test.each([
    ['file', { fileMode: 0o444, folderMode: 0o755 }, 'the file project.sqlite is write-protected'],
    ['folder', { fileMode: 0o644, folderMode: 0o555 }, 'its folder is write-protected'],
    ['file and folder', { fileMode: 0o444, folderMode: 0o555 }, 'the file project.sqlite is write-protected'],
  ])('when its %s is write-protected', async (_, modes, why) => {
    const folder = madeProject();
    seal(folder, modes);
    const names = readdirSync(folder);
    await expectReadOnly(startStoreChild(unprivileged), folder, why);
    expect(readdirSync(folder)).toEqual(names);
  });

  test('when its process was killed and left a log that nobody may recover there', async () => {
    const folder = madeProject();
    const writer = startStoreChild();
    await writer.tell({ do: 'open', folder });
    await writer.tell({ do: 'write', name: 'kept' });
    await writer.kill();
    expect(readdirSync(folder)).toContain('project.sqlite-wal');
    seal(folder);
    const child = startStoreChild(unprivileged);
    const { ok } = await child.tell({ do: 'open', folder });
    expect(ok).toMatchObject({ access: 'read' });
    expect((await child.tell({ do: 'read' })).ok).toEqual({ classes: ['cell'], images: 0, runs: ['kept-0'] });
  });

  test('when it is of an older version, through a copy in today’s shape', async () => {
    const above = temporaryFolder();
    chmodSync(above, 0o755);
    const folder = join(above, 'old.brushfield');
    mkdirSync(folder);
    openStore(folder, { create: true, steps: MIGRATIONS.slice(0, 1) }).close();
    seal(folder);
    const before = readFileSync(join(folder, DATABASE_FILE));
    const child = startStoreChild(unprivileged);
    const { ok } = await child.tell({ do: 'open', folder });
    expect(ok).toMatchObject({ access: 'read' });
    if (MIGRATIONS.length > 1) expect(ok!['notices']).toEqual([expect.stringContaining('older version')]);
    expect((await child.tell({ do: 'read' })).ok).toMatchObject({ runs: [] });
    expect(readFileSync(join(folder, DATABASE_FILE))).toEqual(before);
  });

  test('when an empty log lies beside it', async () => {
    const folder = madeProject();
    writeFileSync(join(folder, 'project.sqlite-wal'), '');
    seal(folder);
    await expectReadOnly(startStoreChild(unprivileged), folder, 'write-protected');
  });
});

test('an older project that can be written is brought up to date by a reader, once', () => {
  const folder = temporaryFolder();
  openStore(folder, { create: true, steps: MIGRATIONS.slice(0, 1) }).close();
  const steps = [...MIGRATIONS, 'alter table project add column note text'];
  const reader = openStore(folder, { access: 'read', steps });
  expect(reader.sql('select note from project').all()).toEqual([]);
  expect(reader.notices).toEqual([]);
  reader.close();
  expect(readFileSync(join(folder, DATABASE_FILE)).readUInt32BE(60)).toBe(steps.length);
});

test('an empty log beside a project does no harm', () => {
  const folder = madeProject();
  writeFileSync(join(folder, 'project.sqlite-wal'), '');
  const store = openStore(folder);
  addClass(store, 'nucleus');
  store.close();
  const again = openStore(folder, { access: 'read' });
  expect(again.sql('select count(*) as n from class').get()).toEqual({ n: 2 });
  again.close();
});
