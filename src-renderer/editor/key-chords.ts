/**
 * Key combinations as text: `Mod+Shift+Z`, `PageUp`, `[`. Mod is Cmd on a Mac and Ctrl elsewhere; letters are capitals.
 * Always in the order Mod, Ctrl, Alt, Shift, key.
 */

/** What is needed of a KeyboardEvent. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Keys that have another sign with Shift, by where they are on the keyboard. */
const SIGNS: Record<string, string> = {
  BracketLeft: '[',
  BracketRight: ']',
  Comma: ',',
  Period: '.',
  Minus: '-',
  Equal: '=',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  Backquote: '`',
  Backslash: '\\',
};
/** Signs that are typed with Shift on some keyboards and without on others. */
const WHATEVER_SHIFT = new Set(['?', '+']);
const MODIFIERS = new Set([
  'Control',
  'Meta',
  'Shift',
  'Alt',
  'AltGraph',
  'CapsLock',
  'Fn',
  'Dead',
  'Process',
]);

/** The chord of a key press, or null for a modifier alone. */
export function chordOf(press: KeyPress, mac: boolean): string | null {
  if (MODIFIERS.has(press.key)) return null;
  const key = keyOf(press);
  // Ctrl with Alt is how some keyboards write AltGr, which belongs to the sign that it makes.
  const altGr =
    !mac && press.ctrlKey && press.altKey && press.key.length === 1 && !/^[a-z0-9]$/i.test(press.key);
  const parts: string[] = [];
  if (!altGr && (mac ? press.metaKey : press.ctrlKey)) parts.push('Mod');
  if (mac && press.ctrlKey) parts.push('Ctrl');
  if (!altGr && press.altKey) parts.push('Alt');
  if (press.shiftKey && !WHATEVER_SHIFT.has(key)) parts.push('Shift');
  return [...parts, key].join('+');
}

function keyOf({ key, code, shiftKey, altKey }: KeyPress): string {
  if (key === ' ' || code === 'Space') return 'Space';
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  if (WHATEVER_SHIFT.has(key)) return key;
  // Where Shift or Alt makes another sign, and on keyboards without Latin letters, the place on the keyboard decides.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined && key.length === 1 && (altKey || /\P{ASCII}/u.test(key))) return letter;
  if ((shiftKey || altKey) && SIGNS[code] !== undefined) return SIGNS[code];
  return key;
}

/** A chord in the one way of writing it; for chords that were typed or kept. @throws RangeError for none. */
export function normalisedChord(text: string): string {
  // A plus at the end is the key itself.
  const parts = text
    .replace(/\+$/, 'Plus')
    .split('+')
    .map((part) => part.trim());
  const key = parts.pop();
  const names: Record<string, string> = {
    cmd: 'Mod',
    command: 'Mod',
    cmdorctrl: 'Mod',
    commandorcontrol: 'Mod',
    mod: 'Mod',
    ctrl: 'Ctrl',
    control: 'Ctrl',
    alt: 'Alt',
    option: 'Alt',
    shift: 'Shift',
  };
  const modifiers = new Set(parts.map((part) => names[part.toLowerCase()]));
  if (!key || modifiers.has(undefined)) throw new RangeError(`"${text}" is no key combination`);
  const sign = key === 'Plus' ? '+' : key.length === 1 ? key.toUpperCase() : key;
  return [...['Mod', 'Ctrl', 'Alt', 'Shift'].filter((name) => modifiers.has(name)), sign].join('+');
}

/** As menus of Electron want it. */
export function acceleratorOf(chord: string): string {
  const { modifiers, key } = partsOf(chord);
  const names: Record<string, string> = { Mod: 'CommandOrControl', Ctrl: 'Control' };
  const keys: Record<string, string> = {
    '+': 'Plus',
    Escape: 'Esc',
    Enter: 'Return',
    ArrowUp: 'Up',
    ArrowDown: 'Down',
    ArrowLeft: 'Left',
    ArrowRight: 'Right',
  };
  return [...modifiers.map((name) => names[name] ?? name), keys[key] ?? key].join('+');
}

/** As a person reads it: `Ctrl+Shift+Z`, on a Mac `⇧⌘Z`. */
export function chordLabel(chord: string, mac: boolean): string {
  const { modifiers, key } = partsOf(chord);
  const shown: Record<string, string> = {
    PageUp: 'PgUp',
    PageDown: 'PgDn',
    Escape: 'Esc',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
  };
  const name = shown[key] ?? key;
  if (!mac) return [...modifiers.map((modifier) => (modifier === 'Mod' ? 'Ctrl' : modifier)), name].join('+');
  const signs: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Mod: '⌘' };
  return (
    Object.keys(signs)
      .filter((modifier) => modifiers.includes(modifier))
      .map((modifier) => signs[modifier])
      .join('') + name
  );
}

function partsOf(chord: string): { modifiers: string[]; key: string } {
  if (chord.endsWith('+')) return { modifiers: chord.slice(0, -1).split('+').filter(Boolean), key: '+' };
  const parts = chord.split('+');
  return { modifiers: parts.slice(0, -1), key: parts.at(-1)! };
}
