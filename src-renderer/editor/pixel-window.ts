/** Samples of a rectangle at full size, gathered from tiles, as the display window sees them. */
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import type { Rect } from './label-tiles.js';
import type { PixelTile, PixelTiles } from './pixel-tiles.js';

/** What a channel's samples become: 0 at `low`, 1 at `high`. */
export interface ChannelRange {
  channel: number;
  low: number;
  high: number;
}

/**
 * One array a channel of `rect.width * rect.height` values, row by row, in units of the display window's range.
 * @param rect Inside the image. @throws Error when a tile cannot be had.
 */
export async function displayedWindow(
  tiles: PixelTiles,
  rect: Rect,
  channels: readonly ChannelRange[],
): Promise<Float32Array[]> {
  const windows = channels.map(() => new Float32Array(rect.width * rect.height));
  const last = (start: number, length: number) => Math.floor((start + length - 1) / PIXEL_TILE);
  for (let ty = Math.floor(rect.y / PIXEL_TILE); ty <= last(rect.y, rect.height); ty++)
    for (let tx = Math.floor(rect.x / PIXEL_TILE); tx <= last(rect.x, rect.width); tx++) {
      const tile = await tiles.load({ level: 0, ty, tx });
      if (!tile) throw new Error('The pixels of this image cannot be read.');
      channels.forEach((range, i) => copyChannel(tile, range, rect, windows[i]!));
    }
  return windows;
}

function copyChannel(
  tile: PixelTile,
  { channel, low, high }: ChannelRange,
  rect: Rect,
  out: Float32Array,
): void {
  const [left, top] = [tile.tx * PIXEL_TILE, tile.ty * PIXEL_TILE];
  const range = high - low || 1;
  const x1 = Math.min(rect.x + rect.width, left + tile.width);
  const y1 = Math.min(rect.y + rect.height, top + tile.height);
  for (let y = Math.max(rect.y, top); y < y1; y++) {
    const row = (y - top) * tile.width - left;
    const to = (y - rect.y) * rect.width - rect.x;
    for (let x = Math.max(rect.x, left); x < x1; x++)
      out[to + x] = (tile.data[(row + x) * tile.channels + channel]! - low) / range;
  }
}
