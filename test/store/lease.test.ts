import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { HOLDER_FILE, readHolder } from '../../src-main/store/lease-holder.js';
import { openStore, type OpenOptions, type Store } from '../../src-main/store/open.js';
import { startStoreChild } from './child-process.js';
import { temporaryFolder } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

function open(folder: string, options: OpenOptions = {}): Store {
  const store = openStore(folder, options);
  onTestFinished(() => store.close());
  return store;
}

function madeProject(): string {
  const folder = temporaryFolder();
  openStore(folder, { create: true }).close();
  return folder;
}

describe('two processes on one project', () => {
  test('the second reads, is told who writes, and sees what the first saves', async () => {
    const folder = madeProject();
    const first = startStoreChild();
    await first.tell({ do: 'open', folder, options: { as: 'Brushfield' } });
    const second = open(folder);
    expect(second.access).toBe('read');
    expect(second.readOnlyReason).toContain(`open in Brushfield (process ${first.pid}, since `);
    expect(second.heldBy).toMatchObject({ pid: first.pid, as: 'Brushfield' });
    expect(() => second.requireWritable()).toThrow(withCode('exists'));
    expect(() => addClass(second, 'cell')).toThrow(withCode('exists'));
    await first.tell({ do: 'write', name: 'a' });
    expect(second.sql('select name from run').all()).toEqual([{ name: 'a-0' }]);
  });

  test('the lease dies with its process', async () => {
    const folder = madeProject();
    const first = startStoreChild();
    await first.tell({ do: 'open', folder });
    await first.tell({ do: 'write', name: 'a' });
    await first.kill();
    const second = open(folder);
    expect(second.access).toBe('write');
    addClass(second, 'cell');
    expect(second.sql('select name from run').all()).toEqual([{ name: 'a-0' }]);
  });

  test('the second takes over by choice, and the first can write no more and notices by itself', async () => {
    const folder = madeProject();
    const first = startStoreChild();
    await first.tell({ do: 'open', folder });
    await first.tell({ do: 'write', name: 'before' });
    const second = open(folder, { takeOver: true, as: 'brushfield import' });
    expect(second.access).toBe('write');
    addClass(second, 'cell');
    const refused = await first.tell({ do: 'write', name: 'after' });
    expect(refused).toMatchObject({ error: 'exists' });
    expect(refused.message).toContain(`taken over by brushfield import (process ${process.pid}`);
    await first.event((event) => event['lost'] === process.pid);
    expect(second.sql('select name from run').all()).toEqual([{ name: 'before-0' }]);
    expect((await first.tell({ do: 'read' })).ok).toMatchObject({ classes: ['cell'] });
  });

  test('the first notices without writing', async () => {
    const folder = madeProject();
    const first = startStoreChild();
    await first.tell({ do: 'open', folder });
    open(folder, { takeOver: true });
    await first.event((event) => event['lost'] === process.pid);
    expect((await first.tell({ do: 'state' })).ok).toMatchObject({ access: 'read' });
  });

  test('one that waits for the lock outlives the folder', async () => {
    const folder = madeProject();
    // Its process is asked nothing and keeps the lock while the other waits for it.
    const first = startStoreChild();
    await first.tell({ do: 'open', folder });
    process.kill(first.pid, 'SIGSTOP');
    const second = startStoreChild();
    await second.tell({ do: 'open', folder, options: { takeOver: true } });
    rmSync(folder, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await second.tell({ do: 'state' })).ok).toMatchObject({ access: 'write' });
    process.kill(first.pid, 'SIGCONT');
  });

  test('a third is told of the one who took over, also before the first has let go', async () => {
    const folder = madeProject();
    // Not asked anything, so that it still has the lock when the third comes.
    const first = startStoreChild();
    await first.tell({ do: 'open', folder });
    const second = open(folder, { takeOver: true, as: 'the second' });
    const third = open(folder);
    expect(third.access).toBe('read');
    expect(third.readOnlyReason).toContain('the second');
    expect(second.access).toBe('write');
  });

  test('of many writers that take over from each other in turn nothing acknowledged is lost', async () => {
    const folder = madeProject();
    const children = [startStoreChild(), startStoreChild()];
    const acknowledged: string[] = [];
    let n = 0;
    for (let round = 0; round < 6; round++) {
      const child = children[round % 2]!;
      await child.tell({ do: 'open', folder, options: { takeOver: true } });
      // Both write at once: the one that was taken over from is refused, and no row of it lasts.
      const answers = await Promise.all(
        children.map((each) => each.tell({ do: 'write', name: `r${n++}`, count: 5 })),
      );
      expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
      await children[(round + 1) % 2]!.tell({ do: 'close' });
    }
    for (const { events } of children)
      acknowledged.push(...events.flatMap(({ wrote }) => (typeof wrote === 'string' ? [wrote] : [])));
    await children[1]!.kill();
    const store = open(folder, { takeOver: true });
    const names = store.sql<{ name: string }>('select name from run').all();
    expect(names.map(({ name }) => name).toSorted()).toEqual(acknowledged.toSorted());
    expect(acknowledged).toHaveLength(30);
  });
});

describe('one process', () => {
  test('that opens a project twice writes through the first only', () => {
    const folder = madeProject();
    const first = open(folder);
    const second = open(folder);
    expect([first.access, second.access]).toEqual(['write', 'read']);
    addClass(first, 'cell');
    expect(listClasses(second)).toHaveLength(1);
    second.close();
    addClass(first, 'nucleus');
  });

  test('that only reads needs no lease and takes none', () => {
    const folder = madeProject();
    const reader = open(folder, { access: 'read' });
    expect(() => addClass(reader, 'cell')).toThrow(withCode('disk'));
    const writer = open(folder);
    expect(writer.access).toBe('write');
    addClass(writer, 'cell');
    expect(listClasses(reader)).toHaveLength(1);
  });

  test('gives the lease back with its name when it closes', () => {
    const folder = madeProject();
    const store = openStore(folder);
    expect(readHolder(folder)).toMatchObject({ pid: process.pid });
    store.close();
    expect(existsSync(join(folder, HOLDER_FILE))).toBe(false);
    expect(open(folder).access).toBe('write');
  });

  test('is not stopped by the name that a killed process left behind', () => {
    const folder = madeProject();
    writeFileSync(
      join(folder, HOLDER_FILE),
      JSON.stringify({
        token: 'x',
        as: 'Brushfield',
        pid: process.pid,
        host: 'elsewhere',
        user: 'a',
        since: '',
      }),
    );
    expect(open(folder).access).toBe('write');
  });

  test.each(['', '{"token":', '[]', '{"token":"x","pid":"1; rm","host":{}}', `"${'x'.repeat(10_000)}"`])(
    'reads a torn or strange name as none: %.20s',
    (text) => {
      const folder = madeProject();
      writeFileSync(join(folder, HOLDER_FILE), text);
      expect(readHolder(folder)).toBeNull();
      expect(open(folder).access).toBe('write');
    },
  );

  test('a closed project is one file that is no WAL file', () => {
    const folder = madeProject();
    const store = openStore(folder);
    addClass(store, 'cell');
    store.close();
    expect(existsSync(join(folder, 'project.sqlite-wal'))).toBe(false);
    // Bytes 18 and 19: file format versions, 2 in WAL mode (sqlite.org/fileformat2.html).
    expect([...readFileSync(join(folder, 'project.sqlite')).subarray(18, 20)]).toEqual([1, 1]);
  });
});
