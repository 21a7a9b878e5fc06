/**
 * Stored tiles for display: the label map itself at level 0, reduced by 2^level above. What is reduced is made when
 * somebody looks and kept until a tile below it changes (triggers in migration 002).
 */
import type { StoredTile, TileRange } from '../shared/app-api.js';
import { AppError } from '../shared/errors.js';
import { TILE_SIDE } from '../shared/mask.js';
import { findLayer, labelledImage } from './layers.js';
import type { Store } from './open.js';
import { OverviewBuilder, sizeAt } from './overview-builder.js';

export interface LoadedTiles {
  version: number;
  /** Tiles with labels in them, row by row; the others are void. */
  tiles: (StoredTile & { bytes: Uint8Array })[];
}

/** Tiles asked for at once; 16384² has 1024. */
const MAX_TILES = 4096;

/** Tiles of the label map as they are stored; nothing is decoded. @throws AppError('not-found', 'usage') */
export function loadTiles(store: Store, imageId: number, range: TileRange): LoadedTiles {
  requireRange(range);
  labelledImage(store, imageId);
  const layer = findLayer(store, imageId);
  if (!layer) return { version: 0, tiles: [] };
  const tiles = store
    .sql<LoadedTiles['tiles'][number]>(
      `select ty, tx, bytes from tile where layer_id = @layer and ty between @ty0 and @ty1 and tx between @tx0 and @tx1
       order by ty, tx`,
    )
    .all({ layer: layer.id, ...pick(range) });
  return { version: layer.version, tiles };
}

/** Levels there are: the last one fits in a tile. Level n is ceil(size / 2^n). */
export function overviewLevels(width: number, height: number): number {
  let levels = 1;
  for (let side = Math.max(width, height); side > TILE_SIDE; side = Math.ceil(side / 2)) levels++;
  return levels;
}

/**
 * Tiles of the label map reduced by 2^level: a pixel is the most frequent class of those below it, void only where all
 * are, so that thin strokes stay visible. The first look at a large label map decodes it: up to a second at 16384², with
 * a pause after every few tiles in which other work is done.
 * @throws AppError('not-found', 'usage', 'stopped'); 'bad-project' for damaged tiles
 */
export async function maskOverview(
  store: Store,
  imageId: number,
  level: number,
  range: TileRange,
  signal?: AbortSignal,
): Promise<LoadedTiles> {
  if (level === 0) return loadTiles(store, imageId, range);
  requireRange(range);
  const image = labelledImage(store, imageId);
  if (!Number.isInteger(level) || level < 0 || level >= overviewLevels(image.width, image.height))
    throw new AppError('usage', `${image.name} has no overview of level ${level}.`);
  const layer = findLayer(store, imageId);
  if (!layer) return { version: 0, tiles: [] };
  const builder = new OverviewBuilder(store, layer, image);
  const rows = tilesFrom(range.ty0, range.ty1, sizeAt(image.height, level));
  const columns = tilesFrom(range.tx0, range.tx1, sizeAt(image.width, level));
  const tiles: LoadedTiles['tiles'] = [];
  for (const ty of rows)
    for (const tx of columns) {
      const bytes = await builder.tile(level, ty, tx, signal);
      if (bytes) tiles.push({ ty, tx, bytes });
    }
  builder.keep();
  return { version: layer.version, tiles };
}

/** Tiles from first to last that a side of `size` px has. */
function tilesFrom(first: number, last: number, size: number): number[] {
  const end = Math.min(last, Math.ceil(size / TILE_SIDE) - 1);
  return Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => first + i);
}

const pick = ({ ty0, ty1, tx0, tx1 }: TileRange): TileRange => ({ ty0, ty1, tx0, tx1 });

function requireRange({ ty0, ty1, tx0, tx1 }: TileRange): void {
  const whole = [ty0, ty1, tx0, tx1].every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || (ty1 - ty0 + 1) * (tx1 - tx0 + 1) > MAX_TILES)
    throw new AppError('usage', `A range of tiles has whole numbers from 0 and at most ${MAX_TILES} tiles.`);
}
