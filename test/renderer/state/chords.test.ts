import { expect, test } from 'vitest';
import { chordOf } from '../../../src-renderer/state/chords.js';

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
) => chordOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

test('letters are written large, with their modifiers in one order', () => {
  expect(press('b')).toBe('B');
  expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
  expect(press('z', { ctrlKey: true, altKey: true })).toBe('Ctrl+Alt+Z');
});

test('the command key of a Mac is Ctrl', () => {
  expect(press('k', { metaKey: true })).toBe('Ctrl+K');
});

test('a sign that needs Shift on some keyboards is written without it', () => {
  expect(press('?', { shiftKey: true })).toBe('?');
  expect(press('?')).toBe('?');
  expect(press('+', { shiftKey: true })).toBe('Plus');
});

test('keys with names keep Shift', () => {
  expect(press('ArrowUp', { shiftKey: true })).toBe('Shift+Up');
  expect(press(' ')).toBe('Space');
});

test('modifiers alone mean nothing', () => {
  expect(press('Control', { ctrlKey: true })).toBeNull();
  expect(press('Shift', { shiftKey: true })).toBeNull();
});
