/** How much of each small cell of an image is labelled already. */
import { TILE_SIDE, tileAt } from '../../shared/mask.js';
import { findLayer, labelledImage } from '../../store/layers.js';
import type { Store } from '../../store/open.js';
import { visitRuns } from '../../store/tile-runs.js';
import { CELL_PX } from '../prediction-file.js';

/** Shares 0 … 1 of cells of CELL_PX, row by row; null when nothing is labelled. */
export function labelledCells(store: Store, imageId: number): Float32Array | null {
  const layer = findLayer(store, imageId);
  if (!layer) return null;
  const { width, height } = labelledImage(store, imageId);
  const columns = Math.ceil(width / CELL_PX);
  const cells = new Float32Array(columns * Math.ceil(height / CELL_PX));
  const tiles = store
    .sql<{ ty: number; tx: number; bytes: Uint8Array }>('select ty, tx, bytes from tile where layer_id = ?')
    .all(layer.id);
  for (const { ty, tx, bytes } of tiles) {
    const rect = tileAt(width, height, ty, tx);
    const first = ((ty * TILE_SIDE) / CELL_PX) * columns + (tx * TILE_SIDE) / CELL_PX;
    visitRuns(bytes, rect.width * rect.height, (value, start, end) => {
      if (value === 0) return;
      for (let i = start; i < end; i++) {
        const [x, y] = [i % rect.width, Math.floor(i / rect.width)];
        cells[first + Math.floor(y / CELL_PX) * columns + Math.floor(x / CELL_PX)]!++;
      }
    });
  }
  return cells.map((pixels, cell) => {
    const w = Math.min(CELL_PX, width - (cell % columns) * CELL_PX);
    const h = Math.min(CELL_PX, height - Math.floor(cell / columns) * CELL_PX);
    return pixels / (w * h);
  });
}
