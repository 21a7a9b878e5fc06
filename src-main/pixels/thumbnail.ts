/** Small pictures for lists. */
import { sharp } from './libvips.js';
import type { PixelImage } from '../shared/model.js';
import { displayPicture } from './display.js';

/** @returns A PNG whose longer side is `sidePx` at most; smaller images are not enlarged. */
export async function makeThumbnail(image: PixelImage, sidePx: number): Promise<Uint8Array> {
  const { width, height, channels, data } = displayPicture(image);
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
}
