import { expect, test } from 'vitest';
import { choose, chooseAll, keepShown, NOTHING_CHOSEN } from '../../../src-renderer/state/selection.js';

const ids = [5, 3, 9, 7, 1];
const chosen = (selection: { chosen: ReadonlySet<number> }) => [...selection.chosen].sort((a, b) => a - b);

test('a plain click chooses one row and makes it current', () => {
  const selection = choose(ids, choose(ids, NOTHING_CHOSEN, 5, 'only'), 9, 'only');
  expect(selection).toMatchObject({ current: 9, anchor: 9 });
  expect(chosen(selection)).toEqual([9]);
});

test('Shift chooses the rows as they stand in the list, from the anchor, in both directions', () => {
  const start = choose(ids, NOTHING_CHOSEN, 9, 'only');
  expect(chosen(choose(ids, start, 1, 'range'))).toEqual([1, 7, 9]);
  const back = choose(ids, choose(ids, start, 1, 'range'), 5, 'range');
  expect(chosen(back)).toEqual([3, 5, 9]);
  expect(back.anchor).toBe(9);
});

test('Ctrl adds and takes out, but never the last one', () => {
  const two = choose(ids, choose(ids, NOTHING_CHOSEN, 5, 'only'), 7, 'toggle');
  expect(chosen(two)).toEqual([5, 7]);
  const one = choose(ids, two, 7, 'toggle');
  expect(chosen(one)).toEqual([5]);
  expect(one.current).toBe(5);
  expect(chosen(choose(ids, one, 5, 'toggle'))).toEqual([5]);
});

test('all rows can be chosen without losing the current one', () => {
  const all = chooseAll(ids, choose(ids, NOTHING_CHOSEN, 9, 'only'));
  expect(all.current).toBe(9);
  expect(all.chosen.size).toBe(5);
});

test('when the current row goes, its next neighbour that is still there follows', () => {
  const selection = choose(ids, NOTHING_CHOSEN, 9, 'only');
  expect(keepShown(selection, ids, [5, 3, 7, 1]).current).toBe(7);
  expect(keepShown(selection, ids, [5, 3]).current).toBe(3);
  expect(keepShown(selection, ids, []).current).toBeNull();
});

test('rows that a filter hides are no longer chosen', () => {
  const selection = choose(ids, choose(ids, NOTHING_CHOSEN, 5, 'only'), 7, 'range');
  expect(chosen(keepShown(selection, ids, [9, 7]))).toEqual([7, 9]);
});
