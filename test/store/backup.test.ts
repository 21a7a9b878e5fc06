import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  BACKUP_FOLDER,
  BACKUP_RULES,
  listBackups,
  nextBackupName,
  supersededBackups,
  type BackupInfo,
} from '../../src-main/store/backup-files.js';
import { restoreBackup } from '../../src-main/store/backup-restore.js';
import { startBackups } from '../../src-main/store/backup-schedule.js';
import { backupStore } from '../../src-main/store/backup.js';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { addImage } from '../../src-main/store/images.js';
import { DATABASE_FILE, openStore, type Store } from '../../src-main/store/open.js';
import { startStoreChild } from './child-process.js';
import { someImage, temporaryFolder } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;
const names = (store: Store) => listClasses(store).map(({ name }) => name);

function openedProject(): Store {
  const store = openStore(temporaryFolder(), { create: true });
  onTestFinished(() => store.close());
  addClass(store, 'cell');
  return store;
}

/** As much as takes a copy several steps. */
function fill(store: Store, rows: number): void {
  store.transaction(() => {
    for (let n = 0; n < rows; n++) addImage(store, someImage(`${n}-${'x'.repeat(200)}`));
  });
}

describe('a backup', () => {
  test('holds what the project held, as one file that opens anywhere', async () => {
    const store = openedProject();
    const backup = await backupStore(store, { now: new Date(2026, 10, 22, 14, 3, 55) });
    expect(backup).toMatchObject({ name: 'project-20261122-140355.sqlite', time: '2026-11-22 14:03:55' });
    expect(readdirSync(join(store.folder, BACKUP_FOLDER))).toEqual([backup!.name]);
    const other = temporaryFolder();
    writeFileSync(join(other, DATABASE_FILE), readFileSync(backup!.path));
    const copy = openStore(other, { access: 'read' });
    expect(names(copy)).toEqual(['cell']);
    copy.close();
  });

  test('is not made again while nothing changes, also after reopening', async () => {
    const store = openedProject();
    expect(await backupStore(store)).not.toBeNull();
    expect(await backupStore(store)).toBeNull();
    store.close();
    const again = openStore(store.folder);
    onTestFinished(() => again.close());
    expect(await backupStore(again)).toBeNull();
    addClass(again, 'nucleus');
    expect(await backupStore(again)).not.toBeNull();
    expect(await backupStore(again)).toBeNull();
  });

  test('has what is written while it is made, or the next one has', async () => {
    const store = openedProject();
    fill(store, 2000);
    let n = 0;
    await backupStore(store, { onEvent: () => n++ < 20 && addClass(store, `during ${n}`) });
    expect(n).toBeGreaterThan(2);
    addClass(store, 'after');
    const second = await backupStore(store);
    const other = temporaryFolder();
    writeFileSync(join(other, DATABASE_FILE), readFileSync(second!.path));
    const copy = openStore(other, { access: 'read' });
    expect(names(copy)).toEqual(names(store));
    copy.close();
  });

  test('that is stopped leaves nothing', async () => {
    const store = openedProject();
    fill(store, 2000);
    const controller = new AbortController();
    const attempt = backupStore(store, { signal: controller.signal, onEvent: () => controller.abort() });
    await expect(attempt).rejects.toThrow(withCode('stopped'));
    expect(readdirSync(join(store.folder, BACKUP_FOLDER))).toEqual([]);
  });

  test('whose process was killed leaves no backup, and the next one clears up', async () => {
    const store = openedProject();
    fill(store, 4000);
    store.close();
    const child = startStoreChild();
    await child.tell({ do: 'open', folder: store.folder });
    void child.tell({ do: 'backup' });
    await child.event((event) => event['copying'] === true);
    await child.kill();
    expect(listBackups(store.folder)).toEqual([]);
    const again = openStore(store.folder);
    onTestFinished(() => again.close());
    const backup = await backupStore(again);
    expect(readdirSync(join(store.folder, BACKUP_FOLDER))).toEqual([backup!.name]);
  });

  test('of a damaged project is refused with a sentence, and no older one goes', async () => {
    const store = openedProject();
    fill(store, 2000);
    const good = await backupStore(store);
    const [table] = store
      .sql<{ page: number }>(`select rootpage as page from sqlite_master where name = 'image'`)
      .all();
    store.close();
    const file = join(store.folder, DATABASE_FILE);
    const bytes = readFileSync(file);
    bytes.fill(0xff, (table!.page - 1) * 4096, table!.page * 4096);
    writeFileSync(file, bytes);
    const damaged = openStore(store.folder);
    onTestFinished(() => damaged.close());
    addClass(damaged, 'nucleus');
    const rules = { ...BACKUP_RULES, last: 1, days: 0, weeks: 0 };
    await expect(backupStore(damaged, { rules })).rejects.toThrow(withCode('bad-project'));
    expect(listBackups(store.folder).map(({ name }) => name)).toEqual([good!.name]);
  });
});

describe('automatic backups', () => {
  test('are made when it is quiet, and end with the project', async () => {
    const store = openedProject();
    const made = await new Promise<BackupInfo>((settle) => {
      const stop = startBackups(store, { idleMs: 1, everyMs: 1, onBackup: settle });
      onTestFinished(stop);
    });
    expect(listBackups(store.folder).map(({ name }) => name)).toContain(made.name);
  });
});

const backupAt = (time: string, sizeBytes = 1000): BackupInfo => ({
  name: `project-${time.replace(/[-:]/g, '').replace(' ', '-')}.sqlite`,
  path: time,
  time,
  sizeBytes,
});

describe('which backups are kept', () => {
  const rules = { last: 3, days: 7, weeks: 4, budgetBytes: 1e9 };

  test('the last three, one a day for a week and one a week for four', () => {
    const hours = Array.from({ length: 60 * 24 }, (_, n) => {
      const time = new Date(Date.UTC(2026, 10, 22, 12) - n * 3_600_000).toISOString();
      return backupAt(`${time.slice(0, 10)} ${time.slice(11, 19)}`);
    });
    const gone = new Set(supersededBackups(hours, rules));
    const kept = hours.filter((backup) => !gone.has(backup)).map(({ time }) => time.slice(5, 13));
    expect(kept).toEqual([
      ...['11-22 12', '11-22 11', '11-22 10'],
      ...['11-21 23', '11-20 23', '11-19 23', '11-18 23', '11-17 23', '11-16 23'],
      ...['11-15 23', '11-08 23', '11-01 23'],
    ]);
  });

  test('never more than the budget, but always the newest', () => {
    const backups = ['2026-11-22 12:00:00', '2026-11-22 11:00:00', '2026-11-22 10:00:00'].map((time) =>
      backupAt(time, 600),
    );
    expect(supersededBackups(backups, { ...rules, budgetBytes: 1300 })).toEqual([backups[2]]);
    expect(supersededBackups(backups, { ...rules, budgetBytes: 1 })).toEqual(backups.slice(1));
  });

  test('a clock that was set back makes no backup look old', async () => {
    const store = openedProject();
    const first = await backupStore(store, { now: new Date(2031, 0, 1) });
    addClass(store, 'nucleus');
    const second = await backupStore(store, { now: new Date(2026, 0, 1) });
    utimesSync(second!.path, new Date(2001, 0, 1), new Date(2001, 0, 1));
    expect(listBackups(store.folder).map(({ name }) => name)).toEqual([second!.name, first!.name]);
    expect(nextBackupName(store.folder, new Date(2026, 0, 2)) > second!.name).toBe(true);
  });

  test('other files in the folder are none of ours', async () => {
    const store = openedProject();
    mkdirSync(join(store.folder, BACKUP_FOLDER));
    writeFileSync(join(store.folder, BACKUP_FOLDER, 'notes.txt'), 'mine');
    await backupStore(store, { rules: { last: 1, days: 0, weeks: 0, budgetBytes: 1 } });
    expect(existsSync(join(store.folder, BACKUP_FOLDER, 'notes.txt'))).toBe(true);
    expect(listBackups(store.folder)).toHaveLength(1);
  });
});

describe('restoring a backup', () => {
  test('puts it in the place of the project and keeps what was there', async () => {
    const store = openedProject();
    const backup = await backupStore(store);
    addClass(store, 'nucleus');
    expect(() => restoreBackup(store.folder)).toThrow(withCode('exists'));
    store.close();
    const present = readFileSync(join(store.folder, DATABASE_FILE));
    const now = new Date('2026-11-22T10:00:00Z');
    const { kept } = restoreBackup(store.folder, { name: backup!.name, now });
    expect(kept).toBe(join(store.folder, 'project.damaged-20261122-100000.sqlite'));
    expect(readFileSync(kept!)).toEqual(present);
    const restored = openStore(store.folder);
    expect(names(restored)).toEqual(['cell']);
    restored.close();
    expect(restoreBackup(store.folder, { now }).kept).toBe(
      join(store.folder, 'project.damaged-20261122-100000-2.sqlite'),
    );
  });

  test('that is not there is refused with the names of those that are', async () => {
    const store = openedProject();
    expect(() => restoreBackup(store.folder)).toThrow('has no backups');
    const backup = await backupStore(store);
    expect(() => restoreBackup(store.folder, { name: 'x' })).toThrow(backup!.name);
  });
});
