/** What suggestions may be learned from: pixels of a project's images that people labelled. */
import { Candidates } from '../shared/label-sample.js';
import { tileAt } from '../shared/mask.js';
import { findLayer, labelledImage } from '../store/layers.js';
import { modelPixels } from '../store/model-pixels.js';
import type { Store } from '../store/store.js';
import { visitRuns } from '../store/tile-runs.js';

/**
 * Labelled pixels of an image, without those that a model labelled and nobody confirmed: a classifier that learns from what
 * was taken over from it believes itself. @throws AppError('not-found')
 */
export function liveCandidates(
  store: Store,
  imageId: number,
  { pixelsByValue, seed }: { pixelsByValue: readonly number[]; seed: number },
): Candidates {
  const candidates = new Candidates({ image: imageId, seed, pixelsByValue });
  const { width, height } = labelledImage(store, imageId);
  const layer = findLayer(store, imageId);
  if (!layer) return candidates;
  const byModels = new Map(
    modelPixels(store, imageId).tiles.map(({ ty, tx, bytes }) => [`${ty},${tx}`, bytes]),
  );
  const tiles = store
    .sql<{ ty: number; tx: number; bytes: Uint8Array }>('select ty, tx, bytes from tile where layer_id = ?')
    .all(layer.id);
  for (const { ty, tx, bytes } of tiles) {
    const rect = tileAt(width, height, ty, tx);
    const size = rect.width * rect.height;
    const model = byModels.get(`${ty},${tx}`);
    const skipped = model ? new Uint8Array(size) : null;
    if (model && skipped) visitRuns(model, size, (value, start, end) => void skipped.fill(value, start, end));
    visitRuns(bytes, size, (value, start, end) => {
      if (value === 0) return;
      for (let i = start; i < end; i++) {
        if (skipped?.[i]) continue;
        candidates.offer(value, (rect.y + Math.floor(i / rect.width)) * width + rect.x + (i % rect.width));
      }
    });
  }
  return candidates;
}
