/** Pictures for people: an image with its label map on top. */
import { AppError } from '../shared/errors.js';
import type { ClassInfo, LabelMap, PixelImage } from '../shared/model.js';
import { rgbOf } from '../shared/palette.js';
import { displayPicture } from './display.js';
import { encodeRgbPng } from './png.js';

export interface OverlayOptions {
  image: PixelImage;
  labels: LabelMap;
  classes: readonly ClassInfo[];
  /** Of the class colour inside its regions, 0 … 1. */
  opacity?: number;
  /** Width of the line along the inside of a region's edge, in pixels; 0 draws none, and by default it grows with the image. */
  outlinePx?: number;
  /** Label values that are not drawn: usually the background's. */
  hidden?: readonly number[];
}

/**
 * Class colours over the image as shown on a screen; pixels that are void or of a hidden class stay untouched.
 * @returns RGB, three bytes a pixel, in the image's size.
 * @throws AppError('bad-labels') when the sizes differ.
 */
export function composeOverlay(options: OverlayOptions): { width: number; height: number; data: Uint8Array } {
  const { image, labels, classes, opacity = 0.3, hidden = [] } = options;
  const { width, height } = labels;
  if (image.width !== width || image.height !== height)
    throw new AppError(
      'bad-labels',
      `The labels have ${width} × ${height} pixels and the image ${image.width} × ${image.height}; they must be equal.`,
    );
  const picture = displayPicture(image);
  const colours: ([number, number, number] | undefined)[] = [];
  for (const { value, color } of classes) if (!hidden.includes(value)) colours[value] = rgbOf(color);
  const outlinePx = options.outlinePx ?? Math.max(1, Math.round(Math.min(width, height) / 512));

  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const colour = colours[labels.data[i]!];
      const share = !colour ? 0 : outlinePx && onEdge(labels, { x, y, reach: outlinePx }) ? 1 : opacity;
      for (let c = 0; c < 3; c++) {
        const under = picture.data[picture.channels === 1 ? i : i * 3 + c]!;
        data[i * 3 + c] = colour ? Math.round(under * (1 - share) + colour[c]! * share) : under;
      }
    }
  return { width, height, data };
}

/** The overlay as a PNG file. */
export const encodeOverlayPng = (options: OverlayOptions): Uint8Array =>
  encodeRgbPng(composeOverlay(options));

/** Whether another label lies within `reach` pixels along a row or column; the image's border is no edge. */
function onEdge(
  { width, height, data }: LabelMap,
  { x, y, reach }: { x: number; y: number; reach: number },
): boolean {
  const own = data[y * width + x]!;
  for (let r = 1; r <= reach; r++) {
    if (x >= r && data[y * width + x - r] !== own) return true;
    if (x + r < width && data[y * width + x + r] !== own) return true;
    if (y >= r && data[(y - r) * width + x] !== own) return true;
    if (y + r < height && data[(y + r) * width + x] !== own) return true;
  }
  return false;
}
