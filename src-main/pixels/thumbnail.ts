/** Small pictures for lists. */
import type { PixelImage } from '../shared/model.js';
import { displayPicture } from './display.js';
import { sharp } from './libvips.js';

/**
 * Grey pictures of any depth are shown from their 0.35th to their 99.65th percentile, as fluorescence often uses a tenth of its
 * range; 8-bit colours stay as they are.
 * @returns A PNG whose longer side is `sidePx` at most; smaller images are not enlarged.
 */
export async function makeThumbnail(image: PixelImage, sidePx: number): Promise<Uint8Array> {
  const { width, height, channels, data } = displayPicture(image, { stretchGrey: true });
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
}
