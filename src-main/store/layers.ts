/** The semantic label layer of an image and its stored tiles: the rows that everything about masks reads and writes. */
import { AppError } from '../shared/errors.js';
import type { Store } from './open.js';

/** What writing labels needs to know of an image. */
export interface LabelledImage {
  id: number;
  name: string;
  width: number;
  height: number;
}

export interface Layer {
  id: number;
  /** Grows with every change of the labels. */
  version: number;
  /** Pixels of each label value from 0 up to the largest that occurs. */
  pixelsByValue: number[];
}

type StoredLayer = Omit<Layer, 'pixelsByValue'> & { pixelsByValue: string };

/** @throws AppError('not-found') */
export function labelledImage(store: Store, imageId: number): LabelledImage {
  const image = store
    .sql<LabelledImage>('select id, name, width, height from image where id = ? and removed_by is null')
    .get(imageId);
  if (!image) throw new AppError('not-found', `There is no image ${imageId} in the project.`);
  return image;
}

/** Null when the image was never labelled. */
export function findLayer(store: Store, imageId: number): Layer | null {
  const stored = store
    .sql<StoredLayer>(
      `select id, version, pixels_by_value as pixelsByValue from layer where image_id = ? and kind = 'semantic'`,
    )
    .get(imageId);
  return stored ? { ...stored, pixelsByValue: JSON.parse(stored.pixelsByValue) as number[] } : null;
}

/** The image's layer, made when there is none. */
export function requireLayer(store: Store, imageId: number): Layer {
  const found = findLayer(store, imageId);
  if (found) return found;
  store
    .sql(
      `insert into layer (image_id, kind, dtype, version, pixels_by_value)
         select id, 'semantic', 'uint8', 0, json_array(width * height) from image where id = ?`,
    )
    .run(imageId);
  return findLayer(store, imageId)!;
}

export const writeLayer = (store: Store, { id, version, pixelsByValue }: Layer): void =>
  void store
    .sql('update layer set version = ?, pixels_by_value = ? where id = ?')
    .run(version, JSON.stringify(pixelsByValue), id);

/** Null: void everywhere. */
export const tileBytes = (store: Store, layerId: number, ty: number, tx: number): Uint8Array | null =>
  store
    .sql<{ bytes: Uint8Array }>('select bytes from tile where layer_id = ? and ty = ? and tx = ?')
    .get(layerId, ty, tx)?.bytes ?? null;

/** Of the tiles that are stored, which are not void. */
export const tileVersions = (store: Store, layerId: number): { ty: number; tx: number; version: number }[] =>
  store
    .sql<{ ty: number; tx: number; version: number }>('select ty, tx, version from tile where layer_id = ?')
    .all(layerId);

export interface WrittenTile {
  layerId: number;
  ty: number;
  tx: number;
  version: number;
  bytes: Uint8Array | null;
}

export function writeTile(store: Store, { layerId, ty, tx, version, bytes }: WrittenTile): void {
  if (bytes)
    store
      .sql(
        `insert into tile (layer_id, ty, tx, version, bytes) values (?, ?, ?, ?, ?)
         on conflict do update set version = excluded.version, bytes = excluded.bytes`,
      )
      .run(layerId, ty, tx, version, bytes);
  else store.sql('delete from tile where layer_id = ? and ty = ? and tx = ?').run(layerId, ty, tx);
}

/** Versions of the labels by image. */
export const layerVersions = (store: Store): Map<number, number> =>
  new Map(
    store
      .sql<{ imageId: number; version: number }>(
        `select image_id as imageId, version from layer where kind = 'semantic'`,
      )
      .all()
      .map(({ imageId, version }) => [imageId, version]),
  );
