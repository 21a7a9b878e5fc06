/** What a tool is told, what it shows and whom it asks. */
import type { SelectionMode } from './apply-selection.js';
import type { Rect } from './label-tiles.js';
import type { MaskEditor } from './mask-editor.js';
import type { PredictedRows } from './model-brush.js';
import type { Box } from './raster.js';
import type { ToolState } from './tool-state.js';

/** Where the pointer is and what is held down. */
export interface Pointer {
  /** Image px; pixel (i, j) covers i … i+1 × j … j+1. */
  x: number;
  y: number;
  /** Device px of the canvas. */
  screenX: number;
  screenY: number;
  /** 0 … 1 of a pen; 1 for everything else. */
  pressure: number;
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
}

export type PointerEvent = { kind: 'press' | 'move' | 'release' } & Pointer;

export type ToolEvent =
  | PointerEvent
  /** Enter or a double click. */
  | { kind: 'confirm' }
  /** Backspace. */
  | { kind: 'back' }
  /** The slider of the tool's options: a threshold in the channel's units, or back to Otsu's. */
  | { kind: 'adjust'; threshold: number | 'otsu' }
  /** A part of the prediction has come, or never will. */
  | { kind: 'predicted'; failed: boolean }
  /** The answer to `select`. */
  | { kind: 'selected'; ask: number; selection: FoundSelection };

/** 0 or 1 for each pixel of `rect`. */
export interface FoundSelection {
  rect: Rect;
  selection: Uint8Array;
  /** What Otsu found. */
  threshold?: number;
}

/** What to draw over the canvas, in image px. */
export type Preview =
  | { kind: 'brush'; x: number; y: number; radiusPx: number; erasing: boolean }
  | { kind: 'outline'; points: readonly number[]; closed: boolean; erasing: boolean }
  | { kind: 'rectangle' | 'ellipse'; box: Box; erasing: boolean }
  | { kind: 'selection'; found: FoundSelection; tolerance: number | null };

/** A selection to be computed elsewhere. Positions are pixels of the image. */
export type SelectionAsk =
  | { kind: 'fill'; x: number; y: number; contiguous: boolean }
  /** `tolerance`: share of the display window's range. */
  | { kind: 'wand'; x: number; y: number; tolerance: number; contiguous: boolean }
  /** Inside the box, which may reach over the image's edge. */
  | { kind: 'threshold'; box: Box; threshold: number | 'otsu'; side: 'above' | 'up-to' };

export interface ToolHost {
  readonly editor: MaskEditor;
  readonly state: ToolState;
  /** Ends the change of the editor and saves it. */
  commit(author?: 'person' | 'model'): void;
  /** What the model takes the pixels for. @throws AppError('usage') when there is no prediction. */
  predicted(): PredictedRows;
  /** Asks for a selection; of several on the way only the last need be answered, by `selected`. @returns its number. */
  select(ask: SelectionAsk): number;
  /** Selects, and changes the labels as one edit when the selection is there; with progress where it takes long. */
  apply(ask: SelectionAsk, options: { title: string; mode: SelectionMode; erasing: boolean }): void;
}

/** Starts at the press, gets every event after it, gives what to show, and ends by itself. */
export type Tool = (press: Pointer, host: ToolHost) => Generator<Preview | null, void, ToolEvent>;
