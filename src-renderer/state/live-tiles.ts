/** Which tiles of an image are suggested for first. */
import type { LivePlace } from '../../src-main/shared/app-api-live.js';
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import type { Rect } from '../editor/label-tiles.js';

/** Those in view from the middle outwards, then the others; `most` of them. */
export function wantedTiles(
  { width, height, visible }: { width: number; height: number; visible: Rect | null },
  most: number,
): LivePlace[] {
  const middle = visible
    ? { x: visible.x + visible.width / 2, y: visible.y + visible.height / 2 }
    : { x: width / 2, y: height / 2 };
  const tiles: (LivePlace & { hidden: boolean; far: number })[] = [];
  for (let y = 0; y < height; y += PIXEL_TILE)
    for (let x = 0; x < width; x += PIXEL_TILE) {
      const hidden =
        visible !== null &&
        (x >= visible.x + visible.width ||
          y >= visible.y + visible.height ||
          x + PIXEL_TILE <= visible.x ||
          y + PIXEL_TILE <= visible.y);
      const far = Math.hypot(x + PIXEL_TILE / 2 - middle.x, y + PIXEL_TILE / 2 - middle.y);
      tiles.push({ x, y, hidden, far });
    }
  tiles.sort((a, b) => Number(a.hidden) - Number(b.hidden) || a.far - b.far);
  return tiles.slice(0, most).map(({ x, y }) => ({ x, y }));
}
