/** Edits on their way to the store: encoded in slices, joined, and compared with what is there. */
import type { AppApi, StoredTile, TileRange } from '../../src-main/shared/app-api.js';
import type { LabelTiles } from './label-tiles.js';
import type { Edit, EditTile } from './mask-editor.js';
import { decodeTile, sameValues } from './tile-codec.js';

export type UnsavedTile = StoredTile;

/** An edit that is not saved. */
export interface Waiting {
  edit: Edit;
  author: 'person' | 'model';
  /** The store may hold other labels than those it was painted over. */
  moved?: boolean;
}

/** Some 8 ms of encoding. */
const TILES_A_SLICE = 8;

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

/** The stored form of an edit's tiles, made in slices with a pause between. Tiles void before and after are left out. */
export async function unsavedTiles(edit: Edit, pause = nextTask): Promise<UnsavedTile[]> {
  const tiles: UnsavedTile[] = [];
  for (const [i, { ty, tx, before, after }] of edit.tiles.entries()) {
    if (i > 0 && i % TILES_A_SLICE === 0) await pause();
    const bytes = after();
    if (before || bytes) tiles.push({ ty, tx, bytes });
  }
  return tiles;
}

/** Two edits, one after the other, as one. */
export function coalesce(first: Edit, second: Edit): Edit {
  const tiles = new Map<string, EditTile>();
  for (const tile of [...first.tiles, ...second.tiles]) {
    const key = `${tile.ty},${tile.tx}`;
    const earlier = tiles.get(key);
    tiles.set(key, earlier ? { ...tile, before: earlier.before } : tile);
  }
  const more = ' and more';
  const title = first.title.endsWith(more) ? first.title : first.title + more;
  return { title: first.title === second.title ? first.title : title, tiles: [...tiles.values()] };
}

/** Whether what is in the store is what these tiles of an edit were painted on. */
export const fitsStored = (
  tiles: readonly EditTile[],
  found: readonly StoredTile[],
  map: LabelTiles,
): boolean =>
  sameStored(
    tiles.map(({ ty, tx, before }) => ({ ty, tx, bytes: before })),
    found,
    map,
  );

/** Whether the tiles hold the same labels as those found in the store, where a missing one is void. */
export function sameStored(
  tiles: readonly StoredTile[],
  found: readonly StoredTile[],
  map: LabelTiles,
): boolean {
  const there = new Map(found.map(({ ty, tx, bytes }) => [map.indexOf(ty, tx), bytes]));
  return tiles.every(({ ty, tx, bytes }) => {
    const index = map.indexOf(ty, tx);
    const other = there.get(index) ?? null;
    if (!bytes || !other) return bytes === other;
    const { width, height } = map.rectOf(index);
    return sameValues(decodeTile(bytes, width * height), decodeTile(other, width * height));
  });
}

/** Two edits that wait, as one. */
export const joined = (first: Waiting, second: Waiting): Waiting => ({
  edit: coalesce(first.edit, second.edit),
  // Of a mixture nobody can say which pixels a person stood for: better too few than too many.
  author: first.author === second.author ? first.author : 'model',
  moved: Boolean(first.moved || second.moved),
});

/** The smallest range that holds these tiles, of which there must be some. */
export const rangeOf = (tiles: readonly StoredTile[]): TileRange => ({
  ty0: Math.min(...tiles.map(({ ty }) => ty)),
  ty1: Math.max(...tiles.map(({ ty }) => ty)),
  tx0: Math.min(...tiles.map(({ tx }) => tx)),
  tx1: Math.max(...tiles.map(({ tx }) => tx)),
});

/** All that the store has of an image, and null for what only `map` has. */
export async function allStored(
  service: Pick<AppApi, 'loadTiles'>,
  imageId: number,
  map: LabelTiles,
): Promise<{ version: number; tiles: StoredTile[] }> {
  const range = { ty0: 0, ty1: map.rows - 1, tx0: 0, tx1: map.columns - 1 };
  const { version, tiles } = await service.loadTiles({ imageId, level: 0, range });
  const there = new Set(tiles.map(({ ty, tx }) => map.indexOf(ty, tx)));
  const gone = map.storedTiles().filter(({ ty, tx }) => !there.has(map.indexOf(ty, tx)));
  return { version, tiles: [...gone.map(({ ty, tx }) => ({ ty, tx, bytes: null })), ...tiles] };
}
