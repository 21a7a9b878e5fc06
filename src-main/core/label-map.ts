/** A whole label map out of the store without holding up other work: a row of tiles, then a turn for others. */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../shared/errors.js';
import { pasteTile, tileAt, TILE_SIDE } from '../shared/mask.js';
import type { LabelMap } from '../shared/model.js';
import type { ImageRow } from '../store/images.js';
import type { Store } from '../store/open.js';
import { loadTiles } from '../store/overviews.js';
import { visitRuns } from '../store/tile-runs.js';

/**
 * Void where nothing is labelled.
 * @throws AppError('bad-project') for damaged tiles; 'changed' when somebody paints meanwhile.
 */
export async function readLabelMap(store: Store, image: ImageRow): Promise<LabelMap> {
  const { id, name, width, height } = image;
  const map: LabelMap = { width, height, data: new Uint8Array(width * height) };
  const lastColumn = Math.ceil(width / TILE_SIDE) - 1;
  let version: number | null = null;
  for (let ty = 0; ty * TILE_SIDE < height; ty++) {
    const row = loadTiles(store, id, { ty0: ty, ty1: ty, tx0: 0, tx1: lastColumn });
    if (row.version !== (version ??= row.version))
      throw new AppError('changed', `The labels of ${name} were changed meanwhile; export it again.`);
    for (const { tx, bytes } of row.tiles)
      pasteTile(map, tileAt(width, height, ty, tx), unpacked(image, { ty, tx, bytes }));
    await setImmediate();
  }
  return map;
}

function unpacked(
  { name, width, height }: ImageRow,
  { ty, tx, bytes }: { ty: number; tx: number; bytes: Uint8Array },
): Uint8Array {
  const rect = tileAt(width, height, ty, tx);
  const values = new Uint8Array(rect.width * rect.height);
  try {
    visitRuns(bytes, values.length, (value, start, end) => values.fill(value, start, end));
  } catch (cause) {
    throw new AppError(
      'bad-project',
      `The labels of ${name} are damaged at tile ${ty}, ${tx}; restore the project from a copy or import its labels again.`,
      { cause },
    );
  }
  return values;
}
