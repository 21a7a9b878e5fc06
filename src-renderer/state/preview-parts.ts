/** The four pictures of a held-out image in training, as RGBA; pure. */
import type { ClassInfo } from '../../src-main/shared/model.js';
import { labelColors } from './label-colors.js';
import type { PreviewPicture } from './training-preview.svelte.js';

export type PreviewPartName = 'image' | 'labels' | 'predicted' | 'difference';

export interface PreviewPart {
  name: PreviewPartName;
  /** RGBA, little-endian, one a pixel. */
  pixels: Uint32Array;
}

/** Vermillion of Okabe and Ito where they differ, dark grey where both agree; unlabelled pixels show the image, dimmed. */
const DIFFERENT = 0xff005ed5;
const SAME = 0xff404040;
const OPACITY = 0.55;

export function previewParts(
  { image, labels, predicted }: Pick<PreviewPicture, 'image' | 'labels' | 'predicted'>,
  classes: readonly ClassInfo[],
): PreviewPart[] {
  const colors = labelColors(classes);
  const over = (values: Uint8Array) =>
    image.map((pixel, i) => (values[i] === 0 ? pixel : mixed(pixel, colors[values[i]!]!, OPACITY)));
  const difference = image.map((pixel, i) => {
    if (labels[i] === 0) return mixed(pixel, 0xff000000, OPACITY);
    return labels[i] === predicted[i] ? SAME : DIFFERENT;
  });
  return [
    { name: 'image', pixels: image },
    { name: 'labels', pixels: over(labels) },
    { name: 'predicted', pixels: over(predicted) },
    { name: 'difference', pixels: difference },
  ];
}

/** Of each colour channel `share` of the second colour; opaque. */
export function mixed(first: number, second: number, share: number): number {
  let color = 0xff000000;
  for (const shift of [0, 8, 16]) {
    const part = ((first >>> shift) & 255) * (1 - share) + ((second >>> shift) & 255) * share;
    color |= Math.round(part) << shift;
  }
  return color >>> 0;
}
