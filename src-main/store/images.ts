/** The images of a project: where their files are, what is in them, and which split they belong to. */
import { AppError } from '../shared/errors.js';
import type { PixelType, Split } from '../shared/model.js';
import { nameKey, searchText } from './image-text.js';
import type { Store } from './open.js';

export interface ImageRow {
  id: number;
  /** Unique in the project: the file's name, with its folder where two files share a name, and `:page` in a stack. */
  name: string;
  /** From the project's folder, with `/`. */
  relativePath: string;
  absolutePath: string;
  /** Page of a multi-page file, from 0. */
  page: number;
  /** Hex SHA-256 of the file. */
  sha256: string;
  sizeBytes: number;
  /** Time of the file's last change, ms since 1970, with fractions. */
  modifiedMs: number;
  width: number;
  height: number;
  /** Samples a pixel, alpha included. */
  channels: number;
  alpha: boolean;
  type: PixelType;
  pixelSizeUm: number | null;
  /** Images of one group (one acquisition, one stack) are never put on both sides of a split. */
  group: string;
  /** Null: nobody has decided yet; such images are trained on. */
  split: Split | null;
  /** ISO 8601. */
  addedAt: string;
}

export type NewImage = Omit<ImageRow, 'id'>;
export type ImageFile = Pick<ImageRow, 'relativePath' | 'absolutePath' | 'sizeBytes' | 'modifiedMs'>;

type StoredImage = Omit<ImageRow, 'alpha'> & { alpha: 0 | 1 };

const COLUMNS = `id, name, relative_path as relativePath, absolute_path as absolutePath, page, sha256,
  size_bytes as sizeBytes, modified_ms as modifiedMs, width, height, channels, alpha, type,
  pixel_size_um as pixelSizeUm, group_name as "group", split, added_at as addedAt`;

const rowOf = (stored: StoredImage): ImageRow => ({ ...stored, alpha: stored.alpha === 1 });

/** @returns the image's id. */
export function addImage(store: Store, image: NewImage): number {
  const { lastInsertRowid } = store
    .sql(
      `insert into image (name, relative_path, absolute_path, page, sha256, size_bytes, modified_ms, width, height,
         channels, alpha, type, pixel_size_um, group_name, split, added_at, name_key, search_text)
       values (@name, @relativePath, @absolutePath, @page, @sha256, @sizeBytes, @modifiedMs, @width, @height,
         @channels, @alpha, @type, @pixelSizeUm, @group, @split, @addedAt, @nameKey, @searchText)`,
    )
    .run({
      ...image,
      alpha: image.alpha ? 1 : 0,
      nameKey: nameKey(image.name),
      searchText: searchText(image.name, ''),
    });
  return Number(lastInsertRowid);
}

/** All images, in the order in which they were added; removed ones are left out here as everywhere. */
export const listImages = (store: Store): ImageRow[] =>
  store
    .sql<StoredImage>(`select ${COLUMNS} from image where removed_by is null order by id`)
    .all()
    .map(rowOf);

/** Whether another content was recorded with the same size and time of its file. Goes through the table once. */
export const sharesStamp = (store: Store, { sizeBytes, modifiedMs, sha256 }: ImageRow): boolean =>
  store
    .sql(
      `select 1 from image where size_bytes = ? and modified_ms = ? and sha256 <> ? and removed_by is null limit 1`,
    )
    .get(sizeBytes, modifiedMs, sha256) !== undefined;

/** Where the files of the next images lie, a page at a time, so that other work goes on between two of them. */
export const placesAfter = (
  store: Store,
  id: number,
  most: number,
): Pick<ImageRow, 'id' | 'relativePath' | 'absolutePath'>[] =>
  store
    .sql<Pick<ImageRow, 'id' | 'relativePath' | 'absolutePath'>>(
      `select id, relative_path as relativePath, absolute_path as absolutePath from image
       where id > ? and removed_by is null order by id limit ?`,
    )
    .all(id, most);

/** An image of the same file content and page (from 0), the first that was added; null: none. */
export const imageByContent = (store: Store, sha256: string, page: number): number | null =>
  store
    .sql<{ id: number }>(
      `select id from image where sha256 = ? and page = ? and removed_by is null order by id limit 1`,
    )
    .get(sha256, page)?.id ?? null;

/** @throws AppError('not-found') */
export function imageById(store: Store, id: number): ImageRow {
  const stored = store
    .sql<StoredImage>(`select ${COLUMNS} from image where id = ? and removed_by is null`)
    .get(id);
  if (!stored) throw new AppError('not-found', `There is no image ${id} in the project.`);
  return rowOf(stored);
}

/** Moves images to a split; null makes them undecided again. */
export function setSplit(store: Store, ids: Iterable<number>, split: Split | null): void {
  const update = store.sql('update image set split = ? where id = ?');
  store.transaction(() => {
    for (const id of ids) update.run(split, id);
  });
}

/** Records where a file is now. */
export const setImageFile = (store: Store, id: number, file: ImageFile): void =>
  void store
    .sql(
      `update image set relative_path = @relativePath, absolute_path = @absolutePath, size_bytes = @sizeBytes,
         modified_ms = @modifiedMs where id = @id`,
    )
    .run({
      id,
      relativePath: file.relativePath,
      absolutePath: file.absolutePath,
      sizeBytes: file.sizeBytes,
      modifiedMs: file.modifiedMs,
    });

/** Takes an image and all that hangs on it out of the project for good; its file stays. */
export const removeImage = (store: Store, id: number): void =>
  void store.sql('delete from image where id = ?').run(id);
