import { expect, test } from 'vitest';
import type { PredictedRows } from '../../src-renderer/editor/model-brush.js';
import { disc, SIDE, swept, workplace } from './tool-workplace.js';

/** A model that sees stripes of the classes 1, 2, 3 and, every fourth, one it has no class for. */
const classAt = (x: number, y: number): number => (Math.floor((x + y) / 5) + 1) % 4;
const stripes: PredictedRows = {
  row(y, x0, x1, out) {
    for (let x = x0; x < x1; x++) out[x - x0] = classAt(x, y);
    return true;
  },
};

/** What `mask` is under the stripes, over `before`. */
const striped = (mask: Uint8Array, before = new Uint8Array(SIDE * SIDE)) =>
  before.map((label, i) => (mask[i] ? classAt(i % SIDE, Math.floor(i / SIDE)) || label : label));

const way = [
  [10.2, 11.7],
  [30.4, 20.1],
  [33.3, 50.6],
] as const;
const wayMask = swept(way.map(([x, y]) => disc(x, y)));

test('every pixel under the brush gets the class of the model, as one edit by the model', () => {
  const { drag, labels, edits, authors, predict } = workplace({ tool: 'model', classValue: 4 });
  predict(stripes);
  drag(way);
  expect(labels()).toEqual(striped(wayMask));
  expect(edits.map(({ title }) => title)).toEqual(['Paint with the model']);
  expect(authors).toEqual(['model']);
});

test('it paints over other labels, and with protection only over none', () => {
  for (const protect of [false, true]) {
    const { drag, labels, predict, host } = workplace({ classValue: 2, protect });
    drag([
      [5, 15],
      [60, 15],
    ]);
    const before = labels();
    predict(stripes);
    host.state = { ...host.state, tool: 'model' };
    drag(way);
    const all = striped(wayMask, before.slice());
    expect(labels()).toEqual(protect ? before.map((label, i) => label || all[i]!) : all);
  }
});

test('what has not come yet is painted when it has, and the stroke is saved then', () => {
  const { drag, labels, edits, predict, runner } = workplace({ tool: 'model' });
  let come = false;
  predict({ row: (y, x0, x1, out) => (come || y < 20) && stripes.row(y, x0, x1, out) });
  drag(way);
  expect(labels()).toEqual(striped(wayMask.map((inside, i) => (i < 20 * SIDE ? inside : 0))));
  expect([edits.length, runner.active]).toEqual([0, true]);
  runner.send({ kind: 'predicted', failed: false });
  expect(edits).toEqual([]);
  come = true;
  runner.send({ kind: 'predicted', failed: false });
  expect(labels()).toEqual(striped(wayMask));
  expect([edits.length, runner.active]).toEqual([1, false]);
});

test('a part that never comes leaves all as it was, and so does Escape', () => {
  for (const end of ['failure', 'escape']) {
    const { drag, labels, edits, predict, runner, editor } = workplace({ tool: 'model' });
    predict({ row: (y, x0, x1, out) => y < 20 && stripes.row(y, x0, x1, out) });
    drag(way);
    if (end === 'escape') runner.abort();
    else expect(() => runner.send({ kind: 'predicted', failed: true })).toThrow('predict the image again');
    expect(labels().some((label) => label !== 0)).toBe(false);
    expect([edits.length, runner.active, editor.painting]).toEqual([0, false, false]);
  }
});

test('a straight line forgets what was under its former ends', () => {
  const { drag, labels, predict, runner } = workplace({ tool: 'model' });
  let come = false;
  predict({ row: (y, x0, x1, out) => come && stripes.row(y, x0, x1, out) });
  drag(
    [
      [10.2, 10.3],
      [60, 5],
      [50.1, 20.9],
    ],
    { shift: true },
  );
  come = true;
  runner.send({ kind: 'predicted', failed: false });
  expect(labels()).toEqual(striped(swept([disc(10.2, 10.3), disc(50.1, 20.9)])));
});

test('Alt erases, and without a prediction it says so and paints nothing', () => {
  const { drag, labels, predict, edits, send } = workplace({ tool: 'model' });
  expect(() => send('press', 20, 20)).toThrow('nothing is predicted');
  predict(stripes);
  drag(way);
  drag(way, { alt: true });
  expect(labels().some((label) => label !== 0)).toBe(false);
  expect(edits.map(({ title }) => title)).toEqual(['Paint with the model', 'Eraser']);
});
