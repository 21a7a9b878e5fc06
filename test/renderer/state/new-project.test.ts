import { expect, test } from 'vitest';
import { joinPath, parentOf, parseClassNames } from '../../../src-renderer/state/new-project.js';

test('class names are taken from between commas, each once', () => {
  expect(parseClassNames(' background, cell,,cell ;edge\n')).toEqual(['background', 'cell', 'edge']);
  expect(parseClassNames('  ')).toEqual([]);
});

test('paths are joined as the machine that has such folders does', () => {
  expect(joinPath('/home/ada', 'a.brushfield')).toBe('/home/ada/a.brushfield');
  expect(joinPath('/', 'data')).toBe('/data');
  expect(joinPath('C:\\Users\\Ada', 'a')).toBe('C:\\Users\\Ada\\a');
});

test('the folder above a folder', () => {
  expect(parentOf('/home/ada/x.brushfield')).toBe('/home/ada');
  expect(parentOf('/home')).toBe('/');
});
