import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EditHistory } from '../../src-renderer/editor/history.js';
import { LabelTiles } from '../../src-renderer/editor/label-tiles.js';
import { MaskEditor } from '../../src-renderer/editor/mask-editor.js';
import { StoredLabels } from './stored-labels.js';

const SIZE = { width: 530, height: 20 };
const whole = { x: 0, y: 0, ...SIZE };

function opened(service = new StoredLabels()) {
  const editor = new MaskEditor(new LabelTiles({ ...SIZE, tiles: [...service.tiles.values()] }));
  const history = new EditHistory({
    service,
    imageId: 1,
    version: service.version,
    history: { undo: null, redo: null },
    editor,
  });
  const stroke = (value: number, x0: number, x1: number, title = 'Brush') => {
    editor.begin(title);
    editor.paintSpan({ value, protectAllBut: null }, 3, x0, x1);
    const edit = editor.commit();
    if (edit) history.push(edit);
  };
  const shown = () => editor.tiles.read(whole);
  const saved = () => new LabelTiles({ ...SIZE, tiles: [...service.tiles.values()] }).read(whole);
  const saves = () => expect(Buffer.compare(shown(), saved())).toBe(0);
  return { service, editor, history, stroke, shown, saved, saves };
}

test('strokes are saved in order, one at a time, and the status says so', async () => {
  const { service, history, stroke, saves } = opened();
  expect(history.status.state).toBe('saved');
  for (let i = 1; i <= 5; i++) stroke(i, 500, 510 + i, `Brush ${i}`);
  expect(history.status).toMatchObject({ state: 'saving', waiting: 5, sentence: null });
  expect(history.history).toEqual({ undo: 'Brush 5', redo: null });
  await history.settled();
  expect(history.status.state).toBe('saved');
  expect(service.titles).toEqual([1, 2, 3, 4, 5].map((i) => `Brush ${i}`));
  expect(service.mostInFlight).toBe(1);
  saves();
});

test('undo waits for the queue and gives the labels of before', async () => {
  const { history, stroke, shown, saves } = opened();
  stroke(1, 0, 30);
  const before = shown();
  stroke(2, 10, 520);
  const undoing = history.undo();
  expect(history.applying).not.toBeNull();
  expect((await undoing)?.title).toBe('Brush');
  await history.applying;
  expect(history.applying).toBeNull();
  expect(shown()).toEqual(before);
  expect(history.history).toEqual({ undo: 'Brush', redo: 'Brush' });
  saves();
  await history.redo();
  stroke(3, 0, 5);
  await history.settled();
  expect(await history.redo()).toBeNull();
  saves();
});

test('any strokes, undos and redos, with saves that fail, end as a plain history does', async () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(520), fc.integer({ min: 1, max: 9 })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('undo' as const, 'redo' as const, 'refuse' as const, 'lose-answer' as const),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const { service, editor, history, saves, shown } = opened();
      let row = new Uint8Array(SIZE.width);
      const done: Uint8Array<ArrayBuffer>[] = [];
      const undone: Uint8Array<ArrayBuffer>[] = [];
      for (const step of actions) {
        if (step === 'refuse' || step === 'lose-answer') {
          await history.retry();
          service.faults = [step];
        } else if (step === 'undo' || step === 'redo') {
          await history.retry();
          await history.retry();
          service.faults = [];
          const [from, to] = step === 'undo' ? [done, undone] : [undone, done];
          const next = from.pop();
          expect((await history[step]()) === null).toBe(next === undefined);
          if (!next) continue;
          to.push(row);
          row = next;
        } else {
          const [value, x, length] = step;
          const painted = row.slice().fill(value, x, x + length);
          editor.begin('Brush');
          editor.paintSpan({ value, protectAllBut: null }, 3, x, x + length);
          const edit = editor.commit();
          expect(edit === null).toBe(Buffer.compare(painted, row) === 0);
          if (!edit) continue;
          history.push(edit);
          done.push(row);
          undone.length = 0;
          row = painted;
        }
      }
      for (let i = 0; i < 3; i++) await history.retry();
      expect(history.status).toMatchObject({ state: 'saved', waiting: 0 });
      saves();
      expect(shown().slice(3 * SIZE.width, 4 * SIZE.width)).toEqual(row);
    }),
    { numRuns: 60 },
  );
}, 60_000);

describe('when saving fails', () => {
  test('nothing is lost, a sentence says what to do, and trying again saves', async () => {
    const { service, history, stroke, saves } = opened();
    service.faults = ['refuse', 'refuse'];
    stroke(1, 0, 30);
    await history.retry();
    stroke(2, 20, 60);
    await expect(history.settled()).rejects.toThrow('The disk is full');
    expect(history.status).toMatchObject({ state: 'failed', waiting: 2, conflict: false });
    expect(history.status.sentence).toContain('kept in this window');
    await expect(history.undo()).resolves.toMatchObject({ title: 'Brush' });
    expect(history.status.state).toBe('saved');
    saves();
  });

  test('hundreds of strokes are joined, and all pixels arrive', async () => {
    const { service, history, stroke, saves } = opened();
    service.faults = Array<'refuse'>(100_000).fill('refuse');
    for (let i = 0; i < 260; i++) {
      stroke(1 + (i % 3), i, i + 20);
      await history.retry();
    }
    expect(history.status.waiting).toBeLessThanOrEqual(200);
    service.faults = [];
    await history.settled();
    saves();
  });

  test('an edit whose answer was lost is not saved twice', async () => {
    const { service, history, stroke, saves } = opened();
    service.faults = ['lose-answer'];
    stroke(1, 0, 30);
    await history.retry();
    expect(history.status.state).toBe('failed');
    stroke(2, 0, 30);
    await history.settled();
    expect(service.version).toBe(2);
    saves();
  });

  test('an undo whose answer was lost ends with what the core has', async () => {
    const { service, history, stroke, saves, shown } = opened();
    stroke(1, 0, 30);
    await history.settled();
    service.faults = ['lose-answer'];
    await expect(history.undo()).rejects.toThrow('connection lost');
    expect(shown().every((label) => label === 0)).toBe(true);
    expect(history.status.state).toBe('saved');
    saves();
  });
});

test('a stroke painted after an undo whose answer was lost is shown and saved', async () => {
  const { service, history, stroke, saves, editor } = opened();
  stroke(1, 0, 30);
  stroke(1, 515, 520);
  await history.settled();
  service.faults = ['lose-answer', 'refuse'];
  await expect(history.undo()).rejects.toThrow('connection lost');
  expect(history.status.state).toBe('failed');
  stroke(2, 10, 12);
  await history.settled();
  saves();
  expect([5, 11, 517].map((x) => editor.tiles.at(x, 3))).toEqual([1, 2, 0]);
});

describe('when another window changed the labels', () => {
  async function inConflict() {
    const mine = opened();
    const theirs = opened(mine.service);
    theirs.stroke(4, 0, 10);
    theirs.stroke(4, 525, 530);
    await theirs.history.settled();
    mine.stroke(1, 5, 20);
    await mine.history.retry();
    mine.stroke(2, 5, 9);
    expect(mine.history.status).toMatchObject({ state: 'failed', conflict: true, waiting: 2 });
    return mine;
  }

  test('what was painted here can be kept', async () => {
    const { history, saves, editor } = await inConflict();
    await history.keepMine();
    expect(history.status.state).toBe('saved');
    saves();
    expect([2, 6, 15, 527].map((x) => editor.tiles.at(x, 3))).toEqual([0, 2, 1, 4]);
    await history.undo();
    saves();
    expect([2, 6, 15, 527].map((x) => editor.tiles.at(x, 3))).toEqual([4, 4, 0, 4]);
  });

  test('what is saved can be taken', async () => {
    const { history, saves, editor } = await inConflict();
    await history.takeTheirs();
    expect(history.status.state).toBe('saved');
    saves();
    expect([3, 7, 15, 527].map((x) => editor.tiles.at(x, 3))).toEqual([4, 4, 0, 4]);
  });
});

describe('what one history could not save, another one of the same image goes on with', () => {
  async function held(paint: (stroke: ReturnType<typeof opened>['stroke']) => void) {
    const { service, history, stroke } = opened();
    stroke(3, 0, 4);
    await history.settled();
    service.faults = Array<'refuse'>(10).fill('refuse');
    paint(stroke);
    await history.retry();
    const edits = await history.release();
    service.faults = [];
    expect(history.status).toMatchObject({ state: 'saved', waiting: 0 });
    return { service, edits };
  }

  test('where nobody painted on the same tile, it is saved beside what others painted', async () => {
    const { service, edits } = await held((stroke) => {
      stroke(1, 10, 20);
      stroke(2, 15, 25);
    });
    const theirs = opened(service);
    theirs.stroke(4, 520, 525);
    await theirs.history.settled();
    const mine = opened(service);
    mine.history.resume(edits, false);
    await mine.history.settled();
    mine.saves();
    expect([2, 12, 17, 522].map((x) => mine.editor.tiles.at(x, 3))).toEqual([3, 1, 2, 4]);
    await mine.history.undo();
    expect([12, 17, 522].map((x) => mine.editor.tiles.at(x, 3))).toEqual([1, 1, 4]);
  });

  test('where somebody did, or the classes are others, a person chooses', async () => {
    const { service, edits } = await held((stroke) => stroke(1, 10, 20));
    const doubtful = opened(service);
    doubtful.history.resume(edits, true);
    expect(doubtful.history.status).toMatchObject({ state: 'failed', conflict: true, waiting: 1 });
    const theirs = opened(service);
    theirs.stroke(4, 100, 110);
    await theirs.history.settled();
    const mine = opened(service);
    mine.history.resume(edits, false);
    expect(mine.history.status).toMatchObject({ state: 'failed', conflict: true, waiting: 1 });
    expect([12, 105].map((x) => mine.editor.tiles.at(x, 3))).toEqual([1, 0]);
    await mine.history.takeTheirs();
    expect([12, 105].map((x) => mine.editor.tiles.at(x, 3))).toEqual([0, 4]);
  });

  test('an edit of which only the answer was lost is not saved again', async () => {
    const first = opened();
    first.service.faults = ['lose-answer'];
    first.stroke(1, 0, 30);
    await first.history.retry();
    const edits = await first.history.release();
    const next = opened(first.service);
    next.history.resume(edits, false);
    expect(next.history.status.state).toBe('saved');
    expect(first.service.version).toBe(1);
  });
});
