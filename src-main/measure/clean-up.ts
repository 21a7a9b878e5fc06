/** What is done to a predicted label map before it is written and measured. */
import type { CleanUp } from '../shared/clean-up.js';
import type { LabelMap } from '../shared/model.js';
import { smooth } from '../shared/morphology.js';
import { forEachHole } from '../shared/selection-parts.js';
import { connectedComponents, type Components } from './components.js';
import { forEachLinePixel, splitTouching } from './watershed.js';

/** Label values by what they mean to objects. */
export interface CleanUpValues {
  /** Values without objects, besides 0. */
  background: readonly number[];
  /** What pixels become that belong to no object any more; 0 or one of `background`. */
  empty: number;
}

/**
 * The label map cleaned up; `labels` stays as it is. Objects are pixels of one value that touch, also by a corner.
 * @throws nothing; a region beyond the image leaves none of it.
 */
export function cleanUp(labels: LabelMap, { region, ...steps }: CleanUp, values: CleanUpValues): LabelMap {
  if (!region) return cleanedWhole(labels, steps, values);
  const x = Math.min(region.x, labels.width);
  const y = Math.min(region.y, labels.height);
  const width = Math.min(region.width, labels.width - x);
  const height = Math.min(region.height, labels.height - y);
  const data = new Uint8Array(labels.data.length);
  if (width > 0 && height > 0) {
    const inside = new Uint8Array(width * height);
    for (let row = 0; row < height; row++) {
      const from = (y + row) * labels.width + x;
      inside.set(labels.data.subarray(from, from + width), row * width);
    }
    const cleaned = cleanedWhole({ width, height, data: inside }, steps, values);
    for (let row = 0; row < height; row++)
      data.set(cleaned.data.subarray(row * width, (row + 1) * width), (y + row) * labels.width + x);
  }
  return { width: labels.width, height: labels.height, data };
}

function cleanedWhole(labels: LabelMap, steps: Omit<CleanUp, 'region'>, values: CleanUpValues): LabelMap {
  const { width, height } = labels;
  const size = { width, height };
  let data = labels.data;
  if (steps.smooth !== undefined) data = smooth(data, size, { radiusPx: steps.smooth });
  if (steps.fillHoles) data = withoutHoles({ ...size, data }, values);
  if (steps.split) data = parted({ ...size, data }, values);
  if (steps.minArea !== undefined || steps.wholeOnly) data = withoutObjects({ ...size, data }, steps, values);
  return { ...size, data };
}

const componentsOf = (labels: LabelMap, { background }: CleanUpValues): Components =>
  connectedComponents(labels, background);

/** Every hole becomes the value that most of its neighbours by edges have, the smallest of equals. */
function withoutHoles(labels: LabelMap, { background }: CleanUpValues): Uint8Array {
  const { width, data } = labels;
  const none = new Set([0, ...background]);
  const filled = data.slice();
  const counts = new Uint32Array(256);
  forEachHole(
    data.map((value) => (none.has(value) ? 0 : 1)),
    labels,
    (hole) => {
      counts.fill(0);
      // A hole has a pixel of an object on all its sides: it does not reach the border.
      for (const [start, end] of hole) {
        counts[data[start - 1]!]!++;
        counts[data[end]!]!++;
        for (let i = start; i < end; i++) {
          counts[data[i - width]!]!++;
          counts[data[i + width]!]!++;
        }
      }
      for (const value of none) counts[value] = 0;
      const most = counts.indexOf(Math.max(...counts));
      for (const [start, end] of hole) filled.fill(most, start, end);
    },
  );
  return filled;
}

function parted(labels: LabelMap, values: CleanUpValues): Uint8Array {
  const out = labels.data.slice();
  forEachLinePixel(splitTouching(componentsOf(labels, values)), (pixel) => (out[pixel] = values.empty));
  return out;
}

function withoutObjects(
  labels: LabelMap,
  { minArea = 0, wholeOnly = false }: CleanUp,
  values: CleanUpValues,
): Uint8Array {
  const { width, height } = labels;
  const { data: objects, values: classes } = componentsOf(labels, values);
  const pixels = new Float64Array(classes.length + 1);
  for (let i = 0; i < objects.length; i++) pixels[objects[i]!]!++;
  const dropped = Uint8Array.from(pixels, (count, object) => (object > 0 && count < minArea ? 1 : 0));
  const drop = (i: number) => {
    if (objects[i] !== 0) dropped[objects[i]!] = 1;
  };
  if (wholeOnly) {
    for (let x = 0; x < width; x++) {
      drop(x);
      drop((height - 1) * width + x);
    }
    for (let y = 0; y < height; y++) {
      drop(y * width);
      drop((y + 1) * width - 1);
    }
  }
  return labels.data.map((value, i) => (dropped[objects[i]!] === 1 ? values.empty : value));
}
