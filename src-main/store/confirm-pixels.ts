/** A person stands for labels that came from a model: an edit of its own, undone and redone like any other. */
import { AppError } from '../shared/errors.js';
import { tileAt } from '../shared/mask.js';
import { writeEdit, type TileState } from './journal.js';
import { findLayer, labelledImage, tileBytes } from './layers.js';
import { modelPixels, originAfter, type OriginChange } from './model-pixels.js';
import type { Store } from './store.js';

export interface Confirmation {
  imageId: number;
  title: string;
  /** Px of the image; null: all of it. */
  rect: { x: number; y: number; width: number; height: number } | null;
  expectedVersion: number;
}

export interface Confirmed {
  version: number;
  tiles: TileState[];
}

/**
 * A person stands for what a model labelled: an edit that can be undone and changes no label.
 * @returns null when no pixel there is a model's. @throws AppError('changed', 'not-found')
 */
export function confirmPixels(
  store: Store,
  { imageId, title, rect, expectedVersion }: Confirmation,
): Confirmed | null {
  return store.transaction(() => {
    const image = labelledImage(store, imageId);
    const layer = findLayer(store, imageId);
    if ((layer?.version ?? 0) !== expectedVersion)
      throw new AppError(
        'changed',
        `The labels of ${image.name} were changed elsewhere in the meantime; open the image again.`,
      );
    if (!layer) return null;
    const area = rect ?? { x: 0, y: 0, width: image.width, height: image.height };
    const tiles: TileState[] = [];
    for (const { ty, tx, bytes } of modelPixels(store, imageId).tiles) {
      const inside = confirmedPart(tileAt(image.width, image.height, ty, tx), area);
      const labels = tileBytes(store, layer.id, ty, tx);
      const size = tileAt(image.width, image.height, ty, tx);
      const after = originAfter({ before: labels, after: labels, model: bytes, ...size }, inside);
      if (!after || Buffer.compare(after, bytes) !== 0) tiles.push({ ty, tx, bytes: labels });
    }
    if (tiles.length === 0) return null;
    const { pixelsByValue } = layer;
    const { version } = writeEdit(store, {
      ...{ imageId, title, author: 'person', tiles, pixelsByValue },
      origin: (tile) => confirmedPart(tile, area),
    });
    return { version, tiles };
  });
}

type Area = NonNullable<Confirmation['rect']>;

const confirmedPart = (tile: { x: number; y: number }, area: Area): OriginChange => ({
  kind: 'confirmed',
  x0: area.x - tile.x,
  y0: area.y - tile.y,
  x1: area.x + area.width - tile.x,
  y1: area.y + area.height - tile.y,
});
