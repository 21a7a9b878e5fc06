/** Every command once: menu, toolbar, shortcuts, palette and help are made from this list. */
import type { HistoryState } from '../../src-main/shared/app-api.js';
import { maskCommands } from './mask-commands.js';
import {
  chooseClass,
  chooseTool,
  resizeBrush,
  swapClass,
  toggleErasing,
  toggleProtect,
  type ToolName,
  type ToolState,
} from './tool-state.js';

/** What the commands need of the window. */
export interface CommandContext {
  toolState: ToolState;
  /** Highest label value that has a class. */
  readonly classCount: number;
  /** An image is open, and its labels may be changed. */
  readonly canPaint: boolean;
  readonly hasImage: boolean;
  readonly hasProject: boolean;
  /** A tool is in the middle of something. */
  readonly toolActive: boolean;
  readonly history: HistoryState;
  /** An undo or redo is under way, so that `history` is not yet what it will be. */
  readonly stepping: boolean;
  /** Whether there are predictions to be shown. */
  readonly hasPrediction: boolean;
  readonly canTrain: boolean;
  undo(): void;
  redo(): void;
  /** Enter, Escape and Backspace for the tool. */
  confirmTool(): void;
  cancelTool(): void;
  takeBackTool(): void;
  /** Chooses the class under the pointer. */
  pickClass(): void;
  goToImage(step: 1 | -1): void;
  zoomStep(direction: 1 | -1): void;
  zoomTo(zoom: 'fit' | number): void;
  panStep(columns: number, rows: number): void;
  /** While true, dragging moves the image. */
  holdPan(on: boolean): void;
  toggleLabels(): void;
  togglePrediction(): void;
  toggleSuggestions(): void;
  smartFill(): void;
  train(): void;
  openPalette(): void;
  openShortcuts(): void;
  /** A change of the labels of the whole image, or of what is in sight; see `mask-commands.ts`. */
  changeMask(change: MaskChange): void;
}

/** What is done to the chosen class; sizes are asked for or taken from the tool options. */
export type MaskChange =
  'grow' | 'shrink' | 'fill-holes' | 'remove-specks' | 'smooth' | 'replace-class' | 'clear-class';

export const COMMAND_GROUPS = [
  'Project',
  'Tools',
  'Classes',
  'Edit',
  'Labels',
  'View',
  'Images',
  'Model',
  'Help',
] as const;

export interface Command {
  id: string;
  title: string;
  group: (typeof COMMAND_GROUPS)[number];
  /** Chords of `key-chords.ts`; the first is the one menus show. */
  keys: readonly string[];
  enabled(context: CommandContext): boolean;
  /** Whether its key counts although it is not enabled yet: it takes its turn behind what is under way. */
  waits?(context: CommandContext): boolean;
  run(context: CommandContext): void;
  /** Called when the key is let go, with how long it was held: for what lasts while a key is held. */
  release?(context: CommandContext, heldMs: number): void;
}

/** A key held for less is a tap. */
export const TAP_MS = 300;
const LARGE_STEPS = 5;
const CLASS_KEYS = 9;

const always = () => true;
const withImage = ({ hasImage }: CommandContext) => hasImage;
const withProject = ({ hasProject }: CommandContext) => hasProject;
const painting = ({ canPaint }: CommandContext) => canPaint;

/** Changes of the tools, which are always possible: a tool may be chosen before an image is opened. */
const setting = (
  id: string,
  title: string,
  keys: readonly string[],
  change: (state: ToolState) => ToolState,
): Command => ({
  id,
  title,
  group: id.startsWith('class') ? 'Classes' : 'Tools',
  keys,
  enabled: ({ toolActive }) => !toolActive,
  run: (context) => {
    context.toolState = change(context.toolState);
  },
});

const tool = (name: ToolName, title: string, key: string): Command =>
  setting(`tool-${name}`, title, [key], (state) => chooseTool(state, name));

const classKey = (value: number): Command => ({
  ...setting(`class-${value}`, `Class ${value}`, [String(value)], (state) => chooseClass(state, value)),
  enabled: ({ classCount, toolActive }) => value <= classCount && !toolActive,
});

const act = (
  id: string,
  title: string,
  {
    group,
    keys = [],
    ...rest
  }: Pick<Command, 'group' | 'enabled' | 'waits' | 'run'> & { keys?: readonly string[] },
): Command => ({ id, title, group, keys, ...rest });

const view = (id: string, title: string, keys: readonly string[], run: Command['run']): Command =>
  act(id, title, { group: 'View', keys, enabled: withImage, run });

export const COMMANDS: readonly Command[] = [
  tool('brush', 'Brush', 'B'),
  tool('model', 'Paint with the model', 'Shift+B'),
  setting('erase', 'Eraser', ['E'], toggleErasing),
  tool('fill', 'Fill region', 'F'),
  tool('wand', 'Wand', 'W'),
  tool('polygon', 'Polygon', 'P'),
  tool('lasso', 'Lasso', 'L'),
  tool('rectangle', 'Rectangle', 'M'),
  tool('ellipse', 'Ellipse', 'Shift+M'),
  tool('threshold', 'Threshold in a box', 'T'),
  setting('brush-larger', 'Larger brush', [']', '.'], (state) => resizeBrush(state, 1)),
  setting('brush-smaller', 'Smaller brush', ['[', ','], (state) => resizeBrush(state, -1)),
  setting('brush-much-larger', 'Much larger brush', ['Shift+]', 'Shift+.'], (state) =>
    resizeBrush(state, LARGE_STEPS),
  ),
  setting('brush-much-smaller', 'Much smaller brush', ['Shift+[', 'Shift+,'], (state) =>
    resizeBrush(state, -LARGE_STEPS),
  ),
  setting('protect', 'Protect other labels', ['O'], toggleProtect),
  setting('class-0', 'Unlabelled', ['0'], (state) => chooseClass(state, 0)),
  ...Array.from({ length: CLASS_KEYS }, (_, i) => classKey(i + 1)),
  setting('class-swap', 'Swap with the last class', ['X'], swapClass),
  act('class-pick', 'Pick the class under the pointer', {
    group: 'Classes',
    keys: ['I'],
    enabled: withImage,
    run: (context) => context.pickClass(),
  }),
  act('undo', 'Undo', {
    group: 'Edit',
    keys: ['Mod+Z'],
    enabled: ({ history, toolActive }) => history.undo !== null && !toolActive,
    waits: ({ stepping, toolActive }) => stepping && !toolActive,
    run: (context) => context.undo(),
  }),
  act('redo', 'Redo', {
    group: 'Edit',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    enabled: ({ history, toolActive }) => history.redo !== null && !toolActive,
    waits: ({ stepping, toolActive }) => stepping && !toolActive,
    run: (context) => context.redo(),
  }),
  act('confirm', 'Finish the shape', {
    group: 'Edit',
    keys: ['Enter'],
    enabled: ({ toolActive }) => toolActive,
    run: (context) => context.confirmTool(),
  }),
  act('cancel', 'Cancel what is being drawn', {
    group: 'Edit',
    keys: ['Escape'],
    enabled: ({ toolActive }) => toolActive,
    run: (context) => context.cancelTool(),
  }),
  act('take-back', 'Take back the last corner', {
    group: 'Edit',
    keys: ['Backspace'],
    enabled: ({ toolActive }) => toolActive,
    run: (context) => context.takeBackTool(),
  }),
  ...maskCommands,
  act('smart-fill', 'Fill from the prediction or suggestion', {
    group: 'Labels',
    keys: ['S'],
    enabled: (context) => painting(context) && context.hasPrediction,
    run: (context) => context.smartFill(),
  }),
  {
    ...view('labels', 'Hide or show labels', ['V'], (context) => context.toggleLabels()),
    // Held, it is a peek: letting go shows them again.
    release: (context, heldMs) => {
      if (heldMs >= TAP_MS) context.toggleLabels();
    },
  },
  act('prediction', 'Prediction overlay', {
    group: 'View',
    keys: ['Q'],
    enabled: ({ hasPrediction }) => hasPrediction,
    run: (context) => context.togglePrediction(),
  }),
  view('zoom-in', 'Zoom in', ['+', '='], (context) => context.zoomStep(1)),
  view('zoom-out', 'Zoom out', ['-'], (context) => context.zoomStep(-1)),
  view('zoom-fit', 'Whole image', ['Home'], (context) => context.zoomTo('fit')),
  view('zoom-actual', 'Actual pixels', ['End'], (context) => context.zoomTo(1)),
  view('look-left', 'Look left', ['ArrowLeft'], (context) => context.panStep(-1, 0)),
  view('look-right', 'Look right', ['ArrowRight'], (context) => context.panStep(1, 0)),
  view('look-up', 'Look up', ['ArrowUp'], (context) => context.panStep(0, -1)),
  view('look-down', 'Look down', ['ArrowDown'], (context) => context.panStep(0, 1)),
  {
    ...view('pan', 'Move the image while held', ['Space'], (context) => context.holdPan(true)),
    release: (context) => context.holdPan(false),
  },
  act('previous-image', 'Previous image', {
    group: 'Images',
    keys: ['A', 'PageUp'],
    enabled: withProject,
    run: (context) => context.goToImage(-1),
  }),
  act('next-image', 'Next image', {
    group: 'Images',
    keys: ['D', 'PageDown'],
    enabled: withProject,
    run: (context) => context.goToImage(1),
  }),
  act('train', 'Train', {
    group: 'Model',
    keys: ['Mod+Enter', 'Mod+T'],
    enabled: ({ canTrain }) => canTrain,
    run: (context) => context.train(),
  }),
  act('suggestions', 'Live suggestions on or off', {
    group: 'Model',
    keys: ['G'],
    enabled: withProject,
    run: (context) => context.toggleSuggestions(),
  }),
  act('palette', 'All commands', {
    group: 'Help',
    keys: ['Mod+K'],
    enabled: always,
    run: (context) => context.openPalette(),
  }),
  act('shortcuts', 'Keyboard shortcuts', {
    group: 'Help',
    keys: ['?'],
    enabled: always,
    run: (context) => context.openShortcuts(),
  }),
];
