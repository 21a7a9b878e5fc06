/** Geometric augmentation by one inverse map: bilinear for the image, nearest for the labels, borders mirrored or void. */
import type { InputImage } from './intensity.js';

/** Label of a pixel that has none, inside the engine; classes are 0 … 253 here. */
export const VOID_INDEX = 255;

/** Class indices of a whole image, VOID_INDEX where unlabelled. */
export interface IndexMap {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Output pixel (x, y) takes the source position (a·x + b·y + c, d·x + e·y + f), px, pixel centres at integers. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface Warp {
  size: number;
  affine: Affine;
  border: 'reflect' | 'void';
  padValue: number;
  /** Displacements in source px, [size · size] each. */
  displacement?: { x: Float32Array; y: Float32Array };
}

/** A square of the warped image and its labels. */
export function warp(image: InputImage, labels: IndexMap, options: Warp): { x: Float32Array; y: Uint8Array } {
  const { size, affine, border, padValue, displacement } = options;
  const { width, height, channels, values } = image;
  const [a, b, c, d, e, f] = affine;
  const x = new Float32Array(size * size * channels);
  const y = new Uint8Array(size * size);
  const reflect = border === 'reflect';
  for (let row = 0, i = 0; row < size; row++)
    for (let column = 0; column < size; column++, i++) {
      const sx = a * column + b * row + c + (displacement ? displacement.x[i]! : 0);
      const sy = d * column + e * row + f + (displacement ? displacement.y[i]! : 0);
      const outside = sx < -0.5 || sy < -0.5 || sx > width - 0.5 || sy > height - 0.5;
      if (outside && !reflect) {
        y[i] = VOID_INDEX;
        x.fill(padValue, i * channels, (i + 1) * channels);
        continue;
      }
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      const u = sx - left;
      const v = sy - top;
      let [x0, x1, y0, y1] = [left, left + 1, top, top + 1];
      if (x0 < 0 || x1 >= width) [x0, x1] = [mirror(left, width), mirror(left + 1, width)];
      if (y0 < 0 || y1 >= height) [y0, y1] = [mirror(top, height), mirror(top + 1, height)];
      y0 *= width;
      y1 *= width;
      const a0 = (y0 + x0) * channels;
      const a1 = (y0 + x1) * channels;
      const b0 = (y1 + x0) * channels;
      const b1 = (y1 + x1) * channels;
      for (let k = 0; k < channels; k++) {
        const upper = values[a0 + k]! * (1 - u) + values[a1 + k]! * u;
        const lower = values[b0 + k]! * (1 - u) + values[b1 + k]! * u;
        x[i * channels + k] = upper * (1 - v) + lower * v;
      }
      y[i] = labels.data[(v < 0.5 ? y0 : y1) + (u < 0.5 ? x0 : x1)]!;
    }
  return { x, y };
}

/** Index mirrored at the borders without repeating the edge pixel (OpenCV's BORDER_REFLECT_101). */
export function mirror(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - folded;
}
