/** Commands that change the labels of the chosen class at once. They have no keys of their own, but can be given some. */
import type { Command, MaskChange } from './commands.js';

const change = (kind: MaskChange, title: string): Command => ({
  id: `mask-${kind}`,
  title,
  group: 'Labels',
  keys: [],
  enabled: ({ canPaint, toolActive, toolState }) => canPaint && !toolActive && toolState.classValue > 0,
  run: (context) => context.changeMask(kind),
});

export const maskCommands: readonly Command[] = [
  change('grow', 'Grow the class'),
  change('shrink', 'Shrink the class'),
  change('fill-holes', 'Fill holes of the class'),
  change('remove-specks', 'Remove specks of the class'),
  { ...change('smooth', 'Smooth borders'), enabled: ({ canPaint, toolActive }) => canPaint && !toolActive },
  change('replace-class', 'Replace the class by another'),
  change('clear-class', 'Clear the class on this image'),
];
