/** Colours of label values as canvases hold them. */
import type { ClassInfo } from '../../src-main/shared/model.js';

/** 256 entries of RGBA, little-endian; values without a class are shown in grey, void is clear. */
export function labelColors(classes: readonly ClassInfo[]): Uint32Array {
  const colors = new Uint32Array(256).fill(0xff808080);
  colors[0] = 0;
  for (const { value, color } of classes) {
    const rgb = Number.parseInt(color.slice(1), 16);
    colors[value] = (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
  }
  return colors;
}
