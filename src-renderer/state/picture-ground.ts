/** What lies under a picture of a prediction: a window of an image as it is shown, and its labels. */
import type { AppApi } from '../../src-main/shared/app-api.js';
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import { LabelTiles, type Rect } from '../editor/label-tiles.js';
import { PixelTiles } from '../editor/pixel-tiles.js';
import { Display } from './display.svelte.js';

export interface Ground {
  name: string;
  width: number;
  height: number;
  /** RGBA, little-endian. */
  image: Uint32Array;
  /** Label values. */
  labels: Uint8Array;
}

export interface GroundPlace {
  api: () => Pick<AppApi, 'openImage' | 'loadTiles'>;
  session: () => string;
}

/** @param rect Inside the image. @throws AppError when the image cannot be read. */
export async function makeGround(place: GroundPlace, imageId: number, rect: Rect): Promise<Ground> {
  const { width, height } = rect;
  const image = await place.api().openImage({ id: imageId });
  const tiles = new LabelTiles(image);
  const range = tilesOf(rect);
  const stored = await place.api().loadTiles({ imageId, level: 0, range });
  for (const tile of stored.tiles) tiles.replace(tile);
  const pixels = new PixelTiles({
    session: place.session(),
    image,
    onTile: () => undefined,
    onFailure: () => undefined,
  });
  const { toColors } = new Display(image);
  const colors = new Uint32Array(width * height);
  for (let ty = range.ty0; ty <= range.ty1; ty++)
    for (let tx = range.tx0; tx <= range.tx1; tx++) {
      const tile = await pixels.load({ level: 0, ty, tx });
      if (!tile) continue;
      const mapped = new Uint32Array(tile.width * tile.height);
      toColors(tile.data, mapped);
      const source = { x: tx * PIXEL_TILE, y: ty * PIXEL_TILE, width: tile.width, height: tile.height };
      copyCommon({ from: mapped, source, to: colors, target: rect });
    }
  pixels.dispose();
  return { name: image.name, width, height, image: colors, labels: tiles.read(rect) };
}

/** Tiles that a window of the image touches. */
export const tilesOf = ({ x, y, width, height }: Rect) => ({
  tx0: Math.floor(x / PIXEL_TILE),
  tx1: Math.floor((x + width - 1) / PIXEL_TILE),
  ty0: Math.floor(y / PIXEL_TILE),
  ty1: Math.floor((y + height - 1) / PIXEL_TILE),
});

/** Copies what two rectangles of the image have in common. */
export function copyCommon<Pixels extends Uint32Array | Uint8Array>({
  from,
  source,
  to,
  target,
}: {
  from: Pixels;
  source: Rect;
  to: Pixels;
  target: Rect;
}): void {
  const left = Math.max(source.x, target.x);
  const right = Math.min(source.x + source.width, target.x + target.width);
  const bottom = Math.min(source.y + source.height, target.y + target.height);
  for (let y = Math.max(source.y, target.y); y < bottom; y++) {
    const start = (y - source.y) * source.width - source.x;
    to.set(from.subarray(start + left, start + right), (y - target.y) * target.width + left - target.x);
  }
}
