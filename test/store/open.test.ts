import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { MIGRATIONS } from '../../src-main/store/migrations.js';
import { DATABASE_FILE, openStore } from '../../src-main/store/open.js';
import { temporaryFolder } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

function madeProject(): string {
  const folder = temporaryFolder();
  const store = openStore(folder, { create: true });
  addClass(store, 'cell');
  store.close();
  return folder;
}

describe('opening a project file', () => {
  test('keeps what was written', () => {
    const store = openStore(madeProject());
    expect(listClasses(store)).toEqual([{ value: 1, name: 'cell', color: '#e69f00' }]);
    store.close();
  });

  test('sets the guarantees that labels need', () => {
    const store = openStore(madeProject());
    const pragma = (name: string) => Object.values(store.sql<object>(`pragma ${name}`).get()!)[0] as unknown;
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('user_version')).toBe(MIGRATIONS.length);
    store.close();
  });

  test('refuses to make one where one is', () => {
    expect(() => openStore(madeProject(), { create: true })).toThrow(withCode('exists'));
  });

  test('says so when there is none, and makes nothing', () => {
    const folder = temporaryFolder();
    expect(() => openStore(folder)).toThrow(withCode('not-found'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['text', Buffer.from('not a database '.repeat(100))],
    ['an empty file', Buffer.alloc(0)],
    ['a SQLite file of another program', Buffer.from('SQLite format 3\0'.padEnd(4096, '\0'))],
  ])('refuses %s as damaged or foreign', (_, bytes) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, DATABASE_FILE), bytes);
    expect(() => openStore(folder)).toThrow(withCode('bad-project'));
    expect(readFileSync(join(folder, DATABASE_FILE))).toEqual(bytes);
  });

  test('refuses a damaged file with a sentence', () => {
    const folder = madeProject();
    const file = join(folder, DATABASE_FILE);
    const bytes = readFileSync(file);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(file, bytes);
    expect(() => openStore(folder)).toThrow(withCode('bad-project'));
  });

  test('says so when damage shows only on reading', () => {
    const folder = madeProject();
    const whole = openStore(folder);
    const [table] = whole
      .sql<{ page: number }>(`select rootpage as page from sqlite_master where name = 'class'`)
      .all();
    whole.close();
    const file = join(folder, DATABASE_FILE);
    const bytes = readFileSync(file);
    const pageSize = bytes.readUInt16BE(16);
    bytes.fill(0xff, (table!.page - 1) * pageSize, table!.page * pageSize);
    writeFileSync(file, bytes);
    const store = openStore(folder);
    expect(() => listClasses(store)).toThrow(withCode('bad-project'));
    store.close();
  });

  test('a failing piece of work leaves nothing behind', () => {
    const store = openStore(madeProject());
    const fail = () =>
      store.transaction(() => {
        addClass(store, 'nucleus');
        throw new Error('interrupted');
      });
    expect(fail).toThrow('interrupted');
    expect(listClasses(store)).toHaveLength(1);
    store.close();
  });
});

describe('schema versions', () => {
  const next = [...MIGRATIONS, 'alter table project add column note text'];

  test('an older file is brought up to date and kept beside as it was', () => {
    const folder = madeProject();
    const store = openStore(folder, { steps: next });
    expect(store.sql('select note from project').all()).toEqual([]);
    expect(listClasses(store)).toHaveLength(1);
    store.close();

    const copy = temporaryFolder();
    writeFileSync(
      join(copy, DATABASE_FILE),
      readFileSync(join(folder, `project.v${MIGRATIONS.length}.sqlite`)),
    );
    const old = openStore(copy);
    expect(listClasses(old)).toHaveLength(1);
    old.close();
  });

  test('a file of this version is opened without a copy', () => {
    const folder = madeProject();
    openStore(folder).close();
    expect(existsSync(join(folder, `project.v${MIGRATIONS.length}.sqlite`))).toBe(false);
  });

  test('a newer file is refused and not a byte of it changes', () => {
    const folder = madeProject();
    openStore(folder, { steps: next }).close();
    const before = readFileSync(join(folder, DATABASE_FILE));
    const names = readdirSync(folder);
    expect(() => openStore(folder)).toThrow(withCode('bad-project'));
    expect(readFileSync(join(folder, DATABASE_FILE))).toEqual(before);
    expect(readdirSync(folder)).toEqual(names);
  });

  test('a step that fails leaves the file at the version before it', () => {
    const folder = madeProject();
    expect(() => openStore(folder, { steps: [...next, 'create table half (x); this is no SQL'] })).toThrow();
    const store = openStore(folder, { steps: next });
    expect(store.sql('pragma user_version').get()).toEqual({ user_version: next.length });
    expect(store.sql(`select 1 from sqlite_master where name = 'half'`).get()).toBeUndefined();
    store.close();
  });
});
