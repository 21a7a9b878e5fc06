/** Keys as text: `Ctrl+Shift+Z`, `B`, `?`. Ctrl is also the command key of a Mac. */

/** What of a KeyboardEvent decides. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const NAMES: Record<string, string> = {
  ' ': 'Space',
  Esc: 'Escape',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  '+': 'Plus',
};
const MODIFIERS = new Set([
  'Control',
  'Shift',
  'Alt',
  'Meta',
  'AltGraph',
  'CapsLock',
  'Dead',
  'Unidentified',
  'Process',
]);

/** The chord of a key press; null while only modifiers are down. */
export function chordOf(press: KeyPress): string | null {
  if (MODIFIERS.has(press.key)) return null;
  const named = NAMES[press.key] ?? press.key;
  const letter = /^\p{L}$/u.test(named);
  const key = letter ? named.toUpperCase() : named;
  // Shift is part of a sign already (`?`), but not of a letter or a named key.
  const sign = press.key.length === 1 && press.key !== ' ' && !letter;
  const shift = press.shiftKey && !sign;
  return [(press.ctrlKey || press.metaKey) && 'Ctrl', press.altKey && 'Alt', shift && 'Shift', key]
    .filter(Boolean)
    .join('+');
}

/** Whether keys typed at `target` belong to it: a text field, a list of choices, or a dialog over the window. */
export function ownsKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog, [role="menu"]')) return true;
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button', 'range', 'color'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
