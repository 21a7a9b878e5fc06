/** Which tool, class and sizes are chosen: a record, and what each key and button makes of it. */
import type { Ink } from './mask-editor.js';

export const TOOL_NAMES = [
  'brush',
  'model',
  'fill',
  'wand',
  'polygon',
  'lasso',
  'rectangle',
  'ellipse',
  'threshold',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

export interface ToolState {
  tool: ToolName;
  /** Label value that is painted; 0: unlabelled. */
  classValue: number;
  /** What X goes back to. */
  lastClassValue: number;
  /** Paints 0 with whatever tool, until turned off. */
  erasing: boolean;
  /** Other labels are not painted over. */
  protect: boolean;
  /** 0.5 … 1000 px of the image. */
  radiusPx: number;
  /** Whether a pen's pressure changes the brush's radius. */
  pressure: boolean;
  /** Of the wand: share of the display window's range, 0 … 1. */
  tolerance: number;
  /** Of fill and wand: only what hangs together with the pixel under the pointer. */
  contiguous: boolean;
  thresholdSide: 'above' | 'up-to';
}

export const INITIAL_TOOL_STATE: ToolState = {
  tool: 'brush',
  classValue: 1,
  lastClassValue: 2,
  erasing: false,
  protect: false,
  radiusPx: 10,
  pressure: true,
  tolerance: 0.1,
  contiguous: true,
  thresholdSide: 'above',
};

export const MIN_RADIUS_PX = 0.5;
export const MAX_RADIUS_PX = 1000;

/** Choosing a brush ends erasing: B means painting. */
export const chooseTool = (state: ToolState, tool: ToolName): ToolState => ({
  ...state,
  tool,
  erasing: tool === 'brush' || tool === 'model' ? false : state.erasing,
});

export const chooseClass = (state: ToolState, classValue: number): ToolState =>
  classValue === state.classValue
    ? { ...state, erasing: false }
    : { ...state, classValue, lastClassValue: state.classValue, erasing: false };

export const swapClass = (state: ToolState): ToolState => chooseClass(state, state.lastClassValue);

export const toggleErasing = (state: ToolState): ToolState => ({ ...state, erasing: !state.erasing });

export const toggleProtect = (state: ToolState): ToolState => ({ ...state, protect: !state.protect });

/**
 * The next size of the brush: a tenth larger or smaller, but at least half a pixel, so that diameters below 20 px go in
 * whole pixels. `steps` may be negative.
 */
export function resizeBrush(state: ToolState, steps: number): ToolState {
  let radius = state.radiusPx;
  for (let step = Math.abs(steps); step > 0; step--) {
    const by = Math.max(0.5, Math.round((steps > 0 ? radius : radius / 1.1) * 0.2) / 2);
    radius = Math.min(MAX_RADIUS_PX, Math.max(MIN_RADIUS_PX, radius + (steps > 0 ? by : -by)));
  }
  return { ...state, radiusPx: radius };
}

/** What a stroke writes; Alt erases for as long as the stroke lasts. */
export function inkOf(state: ToolState, alt: boolean): Ink {
  return {
    value: isErasing(state, alt) ? 0 : state.classValue,
    protectAllBut: state.protect ? ownClass(state) : null,
  };
}

export const isErasing = (state: ToolState, alt: boolean): boolean =>
  state.erasing || alt || state.classValue === 0;

/** The class that protection does not keep: with "unlabelled" chosen, the one before it. */
export const ownClass = ({ classValue, lastClassValue }: ToolState): number =>
  classValue === 0 ? lastClassValue : classValue;
