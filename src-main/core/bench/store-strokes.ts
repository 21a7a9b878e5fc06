/** Brush strokes over the label maps of a made-up project, sent to the store as a window sends them. */
import { inflateRawSync } from 'node:zlib';
import { decodeRuns, tileAt, TILE_SIDE } from '../../shared/mask.js';
import { randomFor } from '../../shared/random.js';
import { saveTiles, undo } from '../../store/edits.js';
import type { TileState } from '../../store/journal.js';
import { findLayer, labelledImage, tileBytes } from '../../store/layers.js';
import type { Store } from '../../store/open.js';
import { packTile } from '../../store/tile-runs.js';
import { CLASSES } from './store-project.js';
import { timeOf } from './store-figures.js';

const RADIUS_PX = 50;
const LENGTH_PX = 400;

/** @returns milliseconds of each durable save; cutting and packing the tiles is the window's work and not counted. */
export function paintStrokes(store: Store, ids: readonly number[], strokes: number, seed: number): number[] {
  return Array.from({ length: strokes }, (_, n) => {
    const random = randomFor(seed, n);
    const imageId = ids[random.integer(ids.length)]!;
    const tiles = strokeTiles(store, imageId, 1 + random.integer(CLASSES.length), random.next);
    const expectedVersion = findLayer(store, imageId)!.version;
    return timeOf(() =>
      saveTiles(store, { imageId, title: 'Brush', author: 'person', expectedVersion, tiles }),
    );
  });
}

/** Undoes one edit of each of as many images as have one. @returns milliseconds each. */
export function undoStrokes(store: Store, ids: readonly number[], undos: number): number[] {
  const times: number[] = [];
  for (const id of ids) {
    if (times.length === undos) break;
    let done = false;
    const time = timeOf(() => (done = undo(store, id) !== null));
    if (done) times.push(time);
  }
  return times;
}

/** The tiles under a straight stroke, painted with `value`. */
function strokeTiles(store: Store, imageId: number, value: number, next: () => number): TileState[] {
  const { id: layerId } = findLayer(store, imageId)!;
  const { width, height } = labelledImage(store, imageId);
  const angle = next() * 2 * Math.PI;
  const [x0, y0] = [next() * width, next() * height];
  const [dx, dy] = [Math.cos(angle) * LENGTH_PX, Math.sin(angle) * LENGTH_PX];
  const last = (from: number, along: number, size: number) =>
    Math.floor(Math.min(size - 1, Math.max(from, from + along) + RADIUS_PX) / TILE_SIDE);
  const first = (from: number, along: number) =>
    Math.max(0, Math.floor((Math.min(from, from + along) - RADIUS_PX) / TILE_SIDE));
  const tiles: TileState[] = [];
  for (let ty = first(y0, dy); ty <= last(y0, dy, height); ty++)
    for (let tx = first(x0, dx); tx <= last(x0, dx, width); tx++) {
      const rect = tileAt(width, height, ty, tx);
      const stored = tileBytes(store, layerId, ty, tx);
      const pixels = rect.width * rect.height;
      const values = stored ? decodeRuns(inflateRawSync(stored), pixels) : new Uint8Array(pixels);
      let touched = false;
      for (let y = 0, at = 0; y < rect.height; y++)
        for (let x = 0; x < rect.width; x++, at++) {
          const [px, py] = [rect.x + x - x0, rect.y + y - y0];
          const along = Math.min(1, Math.max(0, (px * dx + py * dy) / LENGTH_PX ** 2));
          if ((px - along * dx) ** 2 + (py - along * dy) ** 2 > RADIUS_PX ** 2) continue;
          values[at] = value;
          touched = true;
        }
      if (touched) tiles.push({ ty, tx, bytes: packTile(values) });
    }
  return tiles;
}
