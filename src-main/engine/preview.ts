/** What is shown of a held-out image after each epoch: a window of it as the model sees it now. */
import type { ModelFile, TrainEvent } from '../shared/engine-api.js';
import type { HeldOut } from './evaluate.js';
import { labelsOf } from './likeliest-class.js';
import { VOID_INDEX } from './warp.js';

export interface PreviewWindow {
  imageId: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Side of the window, px: enough to judge by, little to send. */
const SIDE = 512;
const STRIDE = SIDE / 2;

/** Of the first held-out image, the window with the most labelled pixels; null without one. */
export function previewWindow(heldOut: readonly HeldOut[]): PreviewWindow | null {
  const [first] = heldOut;
  if (!first) return null;
  const { width, height, data } = first.labels;
  let best: PreviewWindow | null = null;
  let most = -1;
  for (const y of startsOf(height))
    for (const x of startsOf(width)) {
      const window = { x, y, width: Math.min(SIDE, width), height: Math.min(SIDE, height) };
      let labelled = 0;
      // Every fourth pixel of every fourth row tells as much.
      for (let row = y; row < y + window.height; row += 4)
        for (let column = x; column < x + window.width; column += 4)
          if (data[row * width + column] !== VOID_INDEX) labelled++;
      if (labelled > most) [best, most] = [{ imageId: first.id, ...window }, labelled];
    }
  return best;
}

function startsOf(side: number): number[] {
  const starts = [0];
  for (let at = STRIDE; at + SIDE < side + STRIDE && side > SIDE; at += STRIDE)
    starts.push(Math.min(at, side - SIDE));
  return starts;
}

/** @param values [H · W · classes] of the whole image, `width` px wide. */
export function previewOf(
  window: PreviewWindow,
  values: Float32Array,
  { classes, width }: { classes: ModelFile['classes']; width: number },
): Omit<Extract<TrainEvent, { kind: 'preview' }>, 'epoch'> {
  const n = classes.length;
  const cut = new Float32Array(window.width * window.height * n);
  for (let row = 0; row < window.height; row++) {
    const from = ((window.y + row) * width + window.x) * n;
    cut.set(values.subarray(from, from + window.width * n), row * window.width * n);
  }
  const { labels, confidence } = labelsOf(cut, classes);
  return { kind: 'preview', ...window, labels, confidence };
}
