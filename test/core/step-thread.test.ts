/** Steps that are made in a thread on a second connection: the same result, others served, all or nothing. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runStep } from '../../src-main/core/step-thread.js';
import { writtenBeside } from '../../src-main/store/beside.js';
import { saveTiles } from '../../src-main/store/edits.js';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { saveMask } from '../../src-main/store/masks.js';
import { openStore, type Store } from '../../src-main/store/open.js';
import { projectHistory } from '../../src-main/store/project-history.js';
import { names, paintAll, pixels, project, striped } from '../store/labelled-project.js';

const IN_THREAD = 0;
const REMOVE = { kind: 'remove-class', removal: { value: 2, replaceBy: 0 }, title: 'Remove' } as const;
const BEFORE = ['background', 'cell', 'nucleus'];
const AFTER = ['background', 'nucleus'];

function labelled(count = 6) {
  const made = project(Array.from({ length: count }, (_, n) => `${n}.png`));
  for (const id of made.ids) saveMask(made.store, id, striped(1, 2, 3, 0, 2));
  return made;
}

/** Label values of every image, of which each has the same stripes. */
function stripes(store: Store, ids: readonly number[]): number[] {
  const seen = ids.map((id) => [...pixels(store, id)!.subarray(0, 5)]);
  for (const one of seen) expect(one).toEqual(seen[0]);
  return seen[0]!;
}

describe('a class removed in a thread', () => {
  test('is gone from every label map, comes back with undo and goes again with redo', async () => {
    const { store, ids } = labelled();
    const told: number[] = [];
    const onEvent = ({ done, total }: { done: number; total: number }) => told.push(done / total);
    expect(await runStep(store, REMOVE, { onEvent }, IN_THREAD)).toBeNull();
    expect([names(store), stripes(store, ids)]).toEqual([AFTER, [1, 0, 2, 0, 0]]);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(await runStep(store, { kind: 'undo' }, {}, IN_THREAD)).toMatchObject({ title: 'Remove' });
    expect([names(store), stripes(store, ids)]).toEqual([BEFORE, [1, 2, 3, 0, 2]]);
    expect(await runStep(store, { kind: 'redo' }, {}, IN_THREAD)).toMatchObject({ kind: 'classes' });
    expect([names(store), stripes(store, ids)]).toEqual([AFTER, [1, 0, 2, 0, 0]]);
    expect(await runStep(store, { kind: 'redo' }, {}, -1)).toBeNull();
    expect((await checkIntegrity(store)).problems).toEqual([]);
  });

  test('leaves this thread to read the labels as they were until all are written', async () => {
    const { store, ids } = labelled();
    let read = 0;
    const timer = setInterval(() => {
      // Of every image one state or the other, never a mixture of both.
      for (const id of ids) expect(['1,2,3,0,2', '1,0,2,0,0']).toContain(stripes(store, [id]).join());
      read++;
    }, 1);
    await runStep(store, REMOVE, {}, IN_THREAD).finally(() => clearInterval(timer));
    expect(read).toBeGreaterThan(0);
    expect(writtenBeside(store)).toBeNull();
  });

  test('is removed from what is painted meanwhile as well', async () => {
    const { store, ids } = labelled();
    let painted = false;
    const onEvent = () => {
      if (painted || writtenBeside(store)) return;
      painted = true;
      paintAll(store, ids[0]!, 3);
    };
    await runStep(store, REMOVE, { onEvent }, IN_THREAD);
    expect(stripes(store, ids.slice(1))).toEqual([1, 0, 2, 0, 0]);
    expect(stripes(store, ids.slice(0, 1))).toEqual(painted ? [2, 2, 2, 2, 2] : [1, 0, 2, 0, 0]);
  });

  test.each([0.1, 0.6])('that is stopped at %d of the way is in every label map still', async (share) => {
    const { store, ids } = labelled(12);
    const stop = new AbortController();
    const onEvent = ({ done, total }: { done: number; total: number }) => {
      if (done / total >= share) stop.abort();
    };
    const outcome = await runStep(store, REMOVE, { signal: stop.signal, onEvent }, IN_THREAD).then(
      () => 'made',
      (error: unknown) => (error as { code: string }).code,
    );
    // So late that it was made all the same, or not at all.
    expect(['made', 'stopped']).toContain(outcome);
    const made = outcome === 'made';
    expect(names(store)).toEqual(made ? AFTER : BEFORE);
    expect(stripes(store, ids)).toEqual(made ? [1, 0, 2, 0, 0] : [1, 2, 3, 0, 2]);
    expect(projectHistory(store).undo).toBe(made ? 'Remove' : null);
    // The lock is gone.
    saveTiles(store, {
      imageId: ids[0]!,
      title: 'Erase',
      author: 'person',
      tiles: [{ ty: 0, tx: 0, bytes: null }],
    });
  });

  test('asked to stop before it begins, changes nothing', async () => {
    const { store, ids } = labelled();
    const call = { signal: AbortSignal.abort() };
    await expect(runStep(store, REMOVE, call, IN_THREAD)).rejects.toMatchObject({ code: 'stopped' });
    expect([names(store), stripes(store, ids)]).toEqual([BEFORE, [1, 2, 3, 0, 2]]);
  });

  test('that nobody may make is refused in the thread by the same sentence', async () => {
    const { store } = labelled(1);
    const wrong = { ...REMOVE, removal: { value: 9, replaceBy: 0 } };
    await expect(runStep(store, wrong, {}, IN_THREAD)).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no class with the value 9.',
    });
  });

  test.each([7, 14])(
    'in a process that is killed after %d of 20 events is whole or untouched',
    async (killAt) => {
      const { store, ids } = labelled(10);
      const { folder } = store;
      store.close();
      const child = spawn(
        process.execPath,
        [
          ...['--experimental-transform-types', '--disable-warning=ExperimentalWarning'],
          ...['--import', join(import.meta.dirname, '../store/typescript-sources.mjs')],
          ...[join(import.meta.dirname, 'step-child.ts'), folder],
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      onTestFinished(() => void child.kill('SIGKILL'));
      for await (const line of createInterface({ input: child.stdout }))
        if (line === 'done' || Number.parseInt(line, 10) >= killAt) break;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      const after = openStore(folder);
      onTestFinished(() => after.close());
      expect((await checkIntegrity(after)).problems).toEqual([]);
      const made = names(after).length === 2;
      expect(names(after)).toEqual(made ? AFTER : BEFORE);
      expect(stripes(after, ids)).toEqual(made ? [1, 0, 2, 0, 0] : [1, 2, 3, 0, 2]);
    },
  );
});
