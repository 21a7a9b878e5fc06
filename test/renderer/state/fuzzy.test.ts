import { expect, test } from 'vitest';
import { fuzzyFind, fuzzyScore } from '../../../src-renderer/state/fuzzy.js';

const titles = ['Undo', 'Undo change of the project', 'Split images…', 'Export labels…', 'Mask adds'];
const find = (query: string) => fuzzyFind(query, titles, (title) => title);

test('an empty query keeps everything in its order', () => {
  expect(find('')).toEqual(titles);
});

test('the shorter of two that fit alike comes first', () => {
  expect(find('undo').slice(0, 2)).toEqual(['Undo', 'Undo change of the project']);
});

test('first letters of words find a title', () => {
  expect(find('el')[0]).toBe('Export labels…');
  expect(find('ucp')).toEqual(['Undo change of the project']);
});

test('letters in the middle of a word are found when no word begins with them', () => {
  expect(find('ask')).toEqual(['Mask adds']);
});

test('a title without one of the letters is left out', () => {
  expect(fuzzyScore('xyz', 'Undo')).toBeNull();
});
