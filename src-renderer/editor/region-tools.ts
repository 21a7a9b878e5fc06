/**
 * Every tool that works on a window of the image at once, as one call from a plain request to new labels: what a worker
 * runs. Requests and results can be posted as they are.
 */
import { AppError } from '../../src-main/shared/errors.js';
import type { PixelArray } from '../../src-main/shared/model.js';
import { applySelection, type SelectionMode } from './apply-selection.js';
import { fillHoles, removeSpecks, type Connectivity } from '../../src-main/shared/selection-parts.js';
import { histogramOf, otsuThreshold } from './histogram.js';
import type { Rect } from './label-tiles.js';
import { grow, shrink, smooth, type OnProgress } from '../../src-main/shared/morphology.js';
import { floodFill, thresholdIn, wand, type Seed } from './selection.js';

/** How the pixels are chosen. Positions are in the window, lengths in px. */
export type RegionTool =
  | { kind: 'fill'; seed: Seed; contiguous: boolean }
  | { kind: 'wand'; seed: Seed; tolerance: number; contiguous: boolean }
  /** Within `region` of the window, or everywhere; by Otsu's threshold of that region when none is given. */
  | { kind: 'threshold'; region: Uint8Array | null; threshold: number | 'otsu'; side: 'above' | 'up-to' }
  /** A selection made elsewhere: a polygon, a prediction. */
  | { kind: 'selection'; selection: Uint8Array }
  | { kind: 'grow' | 'shrink'; radiusPx: number }
  | { kind: 'fill-holes' }
  | { kind: 'remove-specks'; minPixels: number; connectivity: Connectivity }
  | { kind: 'smooth'; radiusPx: number };

export interface RegionRequest {
  tool: RegionTool;
  /** The window, inside the image; all arrays have `rect.width * rect.height` values. */
  rect: Rect;
  labels: Uint8Array;
  /** What wand and threshold look at: one array a channel (the threshold: the first). */
  channels?: PixelArray[];
  /** The class: what is painted, grown, shrunk, filled or cleaned. 0 erases. */
  value: number;
  /** For tools that select; the others have their own effect. */
  mode: SelectionMode;
  protect: boolean;
  /** While erasing: the class being worked on, which protection does not keep. */
  protectedFor?: number;
}

export interface RegionResult {
  rect: Rect;
  /** For a preview: 1 where the tool's selection is. Absent for `smooth`. */
  selection?: Uint8Array;
  labels: Uint8Array;
  /** Pixels whose label changes. */
  changed: number;
  /** What Otsu found. */
  threshold?: number;
}

/**
 * @param onProgress What it throws ends the work.
 * @throws AppError('usage') where the request cannot be met, as a threshold in a region of one intensity.
 */
export function runRegionTool(request: RegionRequest, onProgress?: OnProgress): RegionResult {
  const { tool, rect, labels, value } = request;
  const progress = onProgress ? { onProgress } : {};
  if (tool.kind === 'smooth') {
    const smoothed = smooth(labels, rect, { radiusPx: tool.radiusPx, ...progress });
    if (request.protect) keepProtected(smoothed, labels, request.protectedFor ?? value);
    return finish(request, { labels: smoothed });
  }
  if (
    tool.kind === 'fill' ||
    tool.kind === 'wand' ||
    tool.kind === 'threshold' ||
    tool.kind === 'selection'
  ) {
    const { selection, ...found } = select(request, tool);
    return finish(request, { selection, labels: applySelection(labels, selection, request), ...found });
  }
  const own = new Uint8Array(labels.length);
  for (let i = 0; i < own.length; i++) own[i] = labels[i] === value ? 1 : 0;
  const after = reshape(own, rect, tool, progress);
  const grown = applySelection(labels, after, { value, mode: 'add', protect: request.protect });
  return finish(request, {
    selection: after,
    labels: applySelection(grown, after, { value, mode: 'intersect', protect: false }),
  });
}

type Selecting = Extract<RegionTool, { kind: 'fill' | 'wand' | 'threshold' | 'selection' }>;
type Reshaping = Exclude<RegionTool, Selecting | { kind: 'smooth' }>;

function select(
  { rect, labels, channels = [] }: RegionRequest,
  tool: Selecting,
): { selection: Uint8Array; threshold?: number } {
  if (tool.kind === 'selection') return { selection: tool.selection };
  if (tool.kind === 'fill') return { selection: floodFill(labels, rect, tool) };
  if (tool.kind === 'wand') return { selection: wand(channels, rect, tool) };
  const [channel] = channels;
  if (!channel) throw new AppError('usage', 'Choose a channel to take the threshold of.');
  const threshold =
    tool.threshold === 'otsu' ? otsuThreshold(histogramOf(channel, tool.region)) : tool.threshold;
  if (threshold === null)
    throw new AppError(
      'usage',
      'All pixels of this region are equally bright; mark one with both bright and dark ones.',
    );
  return { selection: thresholdIn(channel, { ...tool, threshold }), threshold };
}

function reshape(
  own: Uint8Array,
  rect: Rect,
  tool: Reshaping,
  progress: { onProgress?: OnProgress },
): Uint8Array {
  switch (tool.kind) {
    case 'grow':
      return grow(own, rect, { radiusPx: tool.radiusPx, ...progress });
    case 'shrink':
      return shrink(own, rect, { radiusPx: tool.radiusPx, ...progress });
    case 'fill-holes':
      return fillHoles(own, rect);
    case 'remove-specks':
      return removeSpecks(own, rect, tool);
  }
}

/** Smoothing under protection moves only the border between void and the class. */
function keepProtected(smoothed: Uint8Array, labels: Uint8Array, own: number): void {
  const free = (label: number) => label === 0 || label === own;
  for (let i = 0; i < labels.length; i++)
    if (!free(labels[i]!) || !free(smoothed[i]!)) smoothed[i] = labels[i]!;
}

function finish(
  { rect, labels }: RegionRequest,
  result: Omit<RegionResult, 'rect' | 'changed'>,
): RegionResult {
  let changed = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== result.labels[i]) changed++;
  return { rect, changed, ...result };
}
