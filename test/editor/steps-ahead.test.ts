/** Undo and redo are seen before the store has answered; whatever it answers is what is seen in the end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EditHistory, type EditService } from '../../src-renderer/editor/history.js';
import { LabelTiles } from '../../src-renderer/editor/label-tiles.js';
import { MaskEditor } from '../../src-renderer/editor/mask-editor.js';
import { OwnEdits } from '../../src-renderer/editor/own-edits.js';
import { StoredLabels } from './stored-labels.js';

const SIZE = { width: 530, height: 20 };
const whole = { x: 0, y: 0, ...SIZE };
const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A window; `after` is told when one of its calls has ended. */
function opened(service: StoredLabels, after: () => void = () => {}) {
  const told = <T>(answer: Promise<T>) => answer.finally(after);
  const calls: EditService = {
    saveEdit: (edit) => told(service.saveEdit(edit)),
    undo: () => told(service.undo()),
    redo: () => told(service.redo()),
    loadTiles: (range) => service.loadTiles(range),
  };
  const editor = new MaskEditor(new LabelTiles({ ...SIZE, tiles: [...service.tiles.values()] }));
  const history = new EditHistory({
    service: calls,
    imageId: 1,
    version: service.version,
    history: { undo: null, redo: null },
    editor,
  });
  const stroke = (value: number, x0: number, x1: number) => {
    editor.begin('Brush');
    editor.paintSpan({ value, protectAllBut: null }, 3, x0, x1);
    const edit = editor.commit();
    if (edit) history.push(edit);
  };
  const at = (...columns: number[]) => columns.map((x) => editor.tiles.at(x, 3));
  const shown = () => editor.tiles.read(whole);
  const saves = () => {
    const saved = new LabelTiles({ ...SIZE, tiles: [...service.tiles.values()] }).read(whole);
    expect(Buffer.compare(shown(), saved)).toBe(0);
    expect(history.version).toBe(service.version);
    expect(history.status.state).toBe('saved');
  };
  return { editor, history, stroke, at, saves };
}

async function painted() {
  const service = new StoredLabels();
  const mine = opened(service);
  mine.stroke(1, 0, 30);
  mine.stroke(2, 20, 520);
  await mine.history.settled();
  return { service, ...mine };
}

test('undo and redo are shown while the store is asked, and said to be saved when it has answered', async () => {
  const { service, history, at, saves } = await painted();
  for (const [way, labels] of [
    ['undo', [1, 1, 0]],
    ['redo', [1, 2, 2]],
    ['undo', [1, 1, 0]],
    ['undo', [0, 0, 0]],
    ['redo', [1, 1, 0]],
  ] as const) {
    const answer = service.hold();
    const step = history[way]();
    await soon();
    expect(at(5, 25, 515)).toEqual(labels);
    expect(history.status.state).toBe('saving');
    expect(history.applying).not.toBeNull();
    answer();
    expect((await step)?.title).toBe('Brush');
    expect(at(5, 25, 515)).toEqual(labels);
    saves();
  }
});

test('steps that are asked for one after the other are all shown at once, and saved in that order', async () => {
  const { service, history, stroke, at, saves } = await painted();
  stroke(3, 10, 22);
  await history.settled();
  const answer = service.hold();
  const steps = [history.undo(), history.undo(), history.redo(), history.undo(), history.undo()];
  expect(at(5, 15, 25, 515)).toEqual([0, 0, 0, 0]);
  expect(history.status.state).toBe('saving');
  answer();
  expect((await Promise.all(steps)).every((one) => one?.title === 'Brush')).toBe(true);
  expect(at(5, 15, 25, 515)).toEqual([0, 0, 0, 0]);
  saves();
  expect(service.mostInFlight).toBe(1);
  const again = [history.redo(), history.redo(), history.redo(), history.redo()];
  expect(at(5, 15, 25, 515)).toEqual([1, 3, 2, 2]);
  expect((await Promise.all(again)).at(-1)).toBeNull();
  saves();
});

test('where the first of several is refused, all are taken back, and the others ask the store', async () => {
  const { service, history, at, saves } = await painted();
  service.faults = ['refuse'];
  const answer = service.hold();
  const [first, second] = [history.undo(), history.undo()];
  expect(at(5, 25, 515)).toEqual([0, 0, 0]);
  answer();
  await expect(first).rejects.toThrow('The disk is full');
  await second;
  expect(at(5, 25, 515)).toEqual([1, 1, 0]);
  saves();
});

test('a stroke over several steps that are shown is saved after all of them', async () => {
  const { service, history, stroke, at, saves } = await painted();
  const answer = service.hold();
  const steps = [history.undo(), history.undo()];
  stroke(5, 24, 26);
  const settled = history.settled();
  answer();
  await Promise.all([...steps, settled]);
  expect(at(5, 23, 25, 515)).toEqual([0, 0, 5, 0]);
  saves();
  await history.undo();
  expect(at(5, 25)).toEqual([0, 0]);
  saves();
});

test('a new stroke ends redo, and the next undo takes it back', async () => {
  const { history, stroke, at, saves } = await painted();
  await history.undo();
  stroke(3, 10, 22);
  await history.settled();
  expect(await history.redo()).toBeNull();
  expect(at(5, 15, 25)).toEqual([1, 3, 1]);
  saves();
  await history.undo();
  expect(at(5, 15, 25)).toEqual([1, 1, 1]);
  saves();
});

test('what the store refuses is taken back', async () => {
  const { service, history, at, saves } = await painted();
  service.faults = ['refuse'];
  const answer = service.hold();
  const undoing = history.undo();
  await soon();
  expect(at(25, 515)).toEqual([1, 0]);
  answer();
  await expect(undoing).rejects.toThrow('The disk is full');
  expect(at(25, 515)).toEqual([2, 2]);
  saves();
  await history.undo();
  expect(at(25, 515)).toEqual([1, 0]);
  saves();
});

test('an undo whose answer is lost, with the store away, shows what is saved when it is there again', async () => {
  const { service, history, at, saves } = await painted();
  service.faults = ['lose-answer', 'refuse'];
  await expect(history.undo()).rejects.toThrow('connection lost');
  expect(history.status).toMatchObject({ state: 'failed', waiting: 0 });
  await history.retry();
  expect(at(25, 515)).toEqual([1, 0]);
  saves();
});

describe('when another window painted in between', () => {
  test.each([
    ['elsewhere', 526],
    ['over it', 25],
  ])('%s, its stroke is what is undone, and all is shown', async (_, x) => {
    const { service, history, stroke, at, saves } = await painted();
    const theirs = opened(service);
    theirs.stroke(4, x, x + 2);
    await theirs.history.settled();
    await history.undo();
    expect(at(25, 515, 526)).toEqual([2, 2, 0]);
    saves();
    stroke(5, 40, 50);
    await history.settled();
    await history.undo();
    await history.undo();
    expect(at(25, 515)).toEqual([1, 0]);
    saves();
  });

  test('twice, before this one is told, the stroke that is left is shown as well', async () => {
    const { service, history, at, saves } = await painted();
    const theirs = opened(service);
    theirs.stroke(4, 526, 528);
    theirs.stroke(5, 25, 27);
    await theirs.history.settled();
    await history.undo();
    expect(at(25, 515, 526)).toEqual([2, 2, 4]);
    saves();
  });

  test('and is told of while an undo is at the store, all is shown in the end', async () => {
    const { service, history, at, saves } = await painted();
    const theirs = opened(service);
    const answer = service.hold();
    const undoing = history.undo();
    await soon();
    theirs.stroke(4, 526, 528);
    const reading = history.readAgain();
    answer();
    await Promise.all([undoing, theirs.history.retry(), reading]);
    await history.readAgain();
    expect(at(25, 515)).toEqual([1, 0]);
    saves();
  });
});

test('what is painted while an undo is at the store is painted over what it leaves, and saved after it', async () => {
  const { service, history, stroke, at, saves } = await painted();
  const answer = service.hold();
  const undoing = history.undo();
  await soon();
  stroke(5, 24, 26);
  const settled = history.settled();
  answer();
  await Promise.all([undoing, settled]);
  expect(at(23, 25, 27, 515)).toEqual([1, 5, 1, 0]);
  saves();
  expect(service.mostInFlight).toBe(1);
  await history.undo();
  expect(at(23, 25, 27, 515)).toEqual([1, 1, 1, 0]);
  saves();
});

test('two windows that paint, undo and redo at any moments, with faults, show what is saved', async () => {
  const step = fc.record({
    window: fc.nat(1),
    what: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat(520)) },
      { weight: 4, arbitrary: fc.constantFrom('undo' as const, 'redo' as const) },
      { weight: 1, arbitrary: fc.constantFrom('refuse' as const, 'lose-answer' as const) },
    ),
    pause: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const service = new StoredLabels();
      const tell = (window: number) => windows[window]!.history.readAgain().catch(() => undefined);
      const windows = [0, 1].map((n) => opened(service, () => void tell(1 - n)));
      for (const { window, what, pause } of steps) {
        const { history, stroke } = windows[window]!;
        if (what === 'undo') void history.undo().catch(() => undefined);
        else if (what === 'redo') void history.redo().catch(() => undefined);
        else if (what === 'refuse' || what === 'lose-answer') service.faults.push(what);
        // A press waits for an undo that is under way.
        else if (!history.applying) stroke(what[0], what[1], what[1] + 9);
        for (let n = 0; n < pause; n++) await soon();
      }
      service.faults = [];
      for (const { history } of windows) {
        while (history.applying) await history.applying;
        await history.retry();
        if (history.status.conflict) await history.takeTheirs();
      }
      for (const window of [0, 1]) await tell(window);
      for (const { saves } of windows) saves();
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('own edits are kept as far as the budget reaches, the oldest dropped first', () => {
  const own = new OwnEdits(3000);
  const edit = (value: number) => {
    const bytes = new Uint8Array(400).fill(value);
    const tile = { ty: 0, tx: 0, bytes };
    own.saved([{ ty: 0, tx: 0, before: bytes, after: () => bytes }], [tile]);
  };
  for (const value of [1, 2, 3]) edit(value);
  expect(own.heldBytes).toBeLessThanOrEqual(3000);
  for (const value of [3, 2]) {
    expect(own.next('undo')?.[0]?.bytes?.[0]).toBe(value);
    own.moved('undo');
  }
  expect(own.next('undo')).toBeNull();
  expect(own.next('redo')?.[0]?.bytes?.[0]).toBe(2);
  edit(4);
  expect(own.next('redo')).toBeNull();
  own.clear();
  expect([own.next('undo'), own.heldBytes]).toEqual([null, 0]);
});
