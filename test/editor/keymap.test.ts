import { describe, expect, test } from 'vitest';
import { COMMANDS, type CommandContext } from '../../src-renderer/editor/commands.js';
import {
  acceleratorOf,
  chordLabel,
  chordOf,
  normalisedChord,
  type KeyPress,
} from '../../src-renderer/editor/key-chords.js';
import { isTypingTarget, Keymap, searchCommands } from '../../src-renderer/editor/keymap.js';
import { INITIAL_TOOL_STATE } from '../../src-renderer/editor/tool-state.js';

const press = (key: string, code: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});
const shift = { shiftKey: true };
const byId = (id: string) => COMMANDS.find((command) => command.id === id)!;

describe('chords', () => {
  test.each([
    ['b', 'KeyB', {}, 'B'],
    ['Z', 'KeyZ', { ctrlKey: true, shiftKey: true }, 'Mod+Shift+Z'],
    ['{', 'BracketLeft', shift, 'Shift+['],
    [';', 'Comma', shift, 'Shift+,'], // German
    ['?', 'Minus', shift, '?'], // German
    ['?', 'Slash', shift, '?'],
    ['+', 'Equal', shift, '+'],
    ['&', 'Digit1', {}, '1'], // French
    ['и', 'KeyB', {}, 'B'], // Russian
    ['[', 'Digit8', { ctrlKey: true, altKey: true }, '8'],
    ['PageUp', 'PageUp', {}, 'PageUp'],
    [' ', 'Space', {}, 'Space'],
    ['Enter', 'Enter', { ctrlKey: true }, 'Mod+Enter'],
  ] as const)('%s on %s is one', (key, code, held, chord) => {
    expect(chordOf(press(key, code, held), false)).toBe(chord);
  });

  test('Mod is Cmd on a Mac, and modifiers alone are none', () => {
    expect(chordOf(press('z', 'KeyZ', { metaKey: true }), true)).toBe('Mod+Z');
    expect(chordOf(press('z', 'KeyZ', { ctrlKey: true }), true)).toBe('Ctrl+Z');
    expect(chordOf(press('Shift', 'ShiftLeft', shift), false)).toBeNull();
  });

  test('are written in one way, for people and for menus', () => {
    expect(normalisedChord('shift+cmd+z')).toBe('Mod+Shift+Z');
    expect(normalisedChord('+')).toBe('+');
    expect(() => normalisedChord('Hyper+Z')).toThrow(RangeError);
    expect(() => normalisedChord('')).toThrow(RangeError);
    expect(chordLabel('Mod+Shift+Z', false)).toBe('Ctrl+Shift+Z');
    expect(chordLabel('Mod+Shift+Z', true)).toBe('⇧⌘Z');
    expect(acceleratorOf('Mod+Shift+Z')).toBe('CommandOrControl+Shift+Z');
    expect(acceleratorOf('+')).toBe('Plus');
  });
});

describe('the commands', () => {
  test('have ids and keys of their own, written in the one way', () => {
    expect(new Set(COMMANDS.map(({ id }) => id)).size).toBe(COMMANDS.length);
    const keys = COMMANDS.flatMap((command) => command.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.map(normalisedChord)).toEqual(keys);
  });

  test.each(
    'B E F W P L S V Q X I O A D G 0 1 9 [ ] , . Shift+[ Shift+] Home + - PageUp PageDown Mod+Z Mod+Shift+Z Mod+Y Mod+Enter Mod+T Mod+K ?'.split(
      ' ',
    ),
  )('%s does something', (chord) => {
    expect(new Keymap(COMMANDS).commandFor(chord)).not.toBeNull();
  });

  test('change the tools, and wait for the end of a stroke', () => {
    const context = { toolState: INITIAL_TOOL_STATE, toolActive: false, classCount: 2 } as CommandContext;
    byId('tool-lasso').run(context);
    byId('class-2').run(context);
    byId('protect').run(context);
    expect(context.toolState).toMatchObject({
      tool: 'lasso',
      classValue: 2,
      lastClassValue: 1,
      protect: true,
    });
    expect(byId('class-2').enabled(context)).toBe(true);
    expect(byId('class-3').enabled(context)).toBe(false);
    expect(byId('class-2').enabled({ ...context, toolActive: true })).toBe(false);
  });

  test('labels come back when the key was held', () => {
    let shown = true;
    const context = { toggleLabels: () => (shown = !shown) } as unknown as CommandContext;
    byId('labels').run(context);
    byId('labels').release!(context, 900);
    expect(shown).toBe(true);
    byId('labels').run(context);
    byId('labels').release!(context, 80);
    expect(shown).toBe(false);
  });
});

describe('rebinding', () => {
  test('gives a command another key and takes its old ones', () => {
    const choices = new Keymap(COMMANDS).rebound(byId('undo'), 'mod+u');
    const keymap = new Keymap(COMMANDS, choices);
    expect(choices).toEqual({ undo: 'Mod+U' });
    expect(keymap.commandFor('Mod+U')?.id).toBe('undo');
    expect(keymap.commandFor('Mod+Z')).toBeNull();
    expect(new Keymap(COMMANDS, keymap.rebound(byId('undo'), null)).keysOf(byId('undo'))).toEqual(['Mod+Z']);
  });

  test('refuses a key that another command has, with its name', () => {
    const keymap = new Keymap(COMMANDS);
    expect(keymap.conflict(byId('undo'), 'b')?.id).toBe('tool-brush');
    expect(() => keymap.rebound(byId('undo'), 'B')).toThrow('"Brush"');
    const freed = new Keymap(COMMANDS, keymap.rebound(byId('tool-brush'), ''));
    expect(freed.rebound(byId('undo'), 'B')).toEqual({ 'tool-brush': '', undo: 'B' });
  });

  test('a choice from a file wins over a default, and nonsense counts as none', () => {
    const keymap = new Keymap(COMMANDS, { undo: 'B', redo: 'Hyper+X', gone: 'C', __proto__: 'D' });
    expect(keymap.commandFor('B')?.id).toBe('undo');
    expect(keymap.keysOf(byId('tool-brush'))).toEqual([]);
    expect(keymap.commandFor('Mod+Y')?.id).toBe('redo');
  });
});

test('keys are dead where one types, and alive on sliders and buttons', () => {
  expect(isTypingTarget({ tagName: 'INPUT', type: 'text' })).toBe(true);
  expect(isTypingTarget({ tagName: 'textarea' })).toBe(true);
  expect(isTypingTarget({ tagName: 'DIV', isContentEditable: true })).toBe(true);
  expect(isTypingTarget({ tagName: 'INPUT', type: 'range' })).toBe(false);
  expect(isTypingTarget({ tagName: 'BUTTON' })).toBe(false);
  expect(isTypingTarget(null)).toBe(false);
});

test('the palette finds by any words, beginnings first', () => {
  expect(searchCommands(COMMANDS, 'brush')[0]?.id).toBe('tool-brush');
  expect(searchCommands(COMMANDS, 'larger much').map(({ id }) => id)).toEqual(['brush-much-larger']);
  expect(searchCommands(COMMANDS, '')).toHaveLength(COMMANDS.length);
});
