/** Which tiles of an image are drawn where; all lengths on the canvas are device px. */
import type { TileRange } from '../../src-main/shared/app-api.js';
import type { Rect } from '../editor/label-tiles.js';
import { visibleRect, type Viewport } from '../editor/viewport.js';

/** Corners in whole canvas pixels, so that neighbouring tiles meet without a seam. */
export interface CanvasBox {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Place of a rectangle of image px (at full size) on the canvas. */
export function boxOnCanvas({ zoom, left, top }: Viewport, rect: Rect): CanvasBox {
  return {
    x0: Math.round(left + rect.x * zoom),
    y0: Math.round(top + rect.y * zoom),
    x1: Math.round(left + (rect.x + rect.width) * zoom),
    y1: Math.round(top + (rect.y + rect.height) * zoom),
  };
}

/** Inclusive range of tiles of `side` image px that a view shows; null when it shows nothing. */
export function tilesInView(view: Viewport, side: number): TileRange | null {
  const rect = visibleRect(view);
  if (rect.width === 0 || rect.height === 0) return null;
  return {
    tx0: Math.floor(rect.x / side),
    tx1: Math.floor((rect.x + rect.width - 1) / side),
    ty0: Math.floor(rect.y / side),
    ty1: Math.floor((rect.y + rect.height - 1) / side),
  };
}

/** Tiles of a range, those nearest the middle first. */
export function middleFirst({ tx0, tx1, ty0, ty1 }: TileRange): { ty: number; tx: number }[] {
  const places: { ty: number; tx: number; far: number }[] = [];
  const [mx, my] = [(tx0 + tx1) / 2, (ty0 + ty1) / 2];
  for (let ty = ty0; ty <= ty1; ty++)
    for (let tx = tx0; tx <= tx1; tx++) places.push({ ty, tx, far: Math.hypot(tx - mx, ty - my) });
  return places.sort((a, b) => a.far - b.far).map(({ ty, tx }) => ({ ty, tx }));
}
