/** What a selection does to the labels of its window. */

/** `add`: it gets the class; `subtract`: it loses it; `intersect`: the class stays only where it was selected. */
export type SelectionMode = 'add' | 'subtract' | 'intersect';

export interface SelectionInk {
  /** Class, 1 … 254; 0 with `add` erases. */
  value: number;
  mode: SelectionMode;
  /** Whether labels other than void and `protectedFor` stay as they are. */
  protect: boolean;
  /** The class that is being worked on, where it is not `value`: when erasing. */
  protectedFor?: number;
}

/** As painting programs have it: alone adds, Alt takes away, Shift with Alt keeps what both have. */
export function modeOf({ shift, alt }: { shift: boolean; alt: boolean }): SelectionMode {
  if (shift && alt) return 'intersect';
  return alt ? 'subtract' : 'add';
}

/**
 * @param labels Of the window, not changed.
 * @param selection 0 or not, of the same length.
 * @returns the labels after it.
 */
export function applySelection(labels: Uint8Array, selection: Uint8Array, ink: SelectionInk): Uint8Array {
  const { value, mode, protect, protectedFor = value } = ink;
  const result = labels.slice();
  for (let i = 0; i < result.length; i++) {
    const label = result[i]!;
    const selected = selection[i] !== 0;
    if (mode === 'add') {
      if (selected && (!protect || label === 0 || label === protectedFor)) result[i] = value;
    } else if (label === value && selected === (mode === 'subtract')) result[i] = 0;
  }
  return result;
}
