/** Looks through an image's labels before it is opened, so that damage is told once and not in the middle of drawing. */
import { AppError } from '../../src-main/shared/errors.js';
import type { LabelTiles } from '../editor/label-tiles.js';
import { sampleTile } from '../editor/tile-codec.js';

/** Half a frame. */
const SLICE_MS = 8;

/** @param sentence What to say. @throws AppError('bad-project') when a tile does not hold exactly its pixels. */
export async function requireWhole(tiles: LabelTiles, sentence: string): Promise<void> {
  const one = new Uint8Array(1);
  let latest = performance.now() + SLICE_MS;
  for (const { ty, tx, bytes } of tiles.storedTiles()) {
    const { width, height } = tiles.rectOf(tiles.indexOf(ty, tx));
    try {
      // One pixel of the tile is wanted; all its runs are read for it.
      if (bytes) sampleTile(bytes, { width, height, step: Math.max(width, height) }, one);
    } catch (cause) {
      throw new AppError('bad-project', sentence, { cause });
    }
    if (performance.now() < latest) continue;
    await new Promise<void>((resolve) => setTimeout(resolve));
    latest = performance.now() + SLICE_MS;
  }
}
