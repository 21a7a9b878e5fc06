/** The image list: ids by filter and order, loaded once, and rows for what is on the screen. Made for 100,000 images. */
import {
  IMAGE_STATUSES,
  type ImageFilter,
  type ImageListRow,
  type ImageOrder,
  type ProjectCounts,
} from '../shared/app-api.js';
import { AppError } from '../shared/errors.js';
import type { Split } from '../shared/model.js';
import type { RowOutline } from '../shared/packed-outlines.js';
import { searchKey } from './image-text.js';
import type { Store } from './open.js';

/** What the list shows of an image. */
export interface ListedImage extends Omit<ImageListRow, 'thumbnailKey'> {
  sha256: string;
}

export interface ListQuery {
  filter?: ImageFilter;
  order?: ImageOrder;
}

/** `status` is a place in IMAGE_STATUSES: of those that hold, the first. */
type StoredRow = Omit<ListedImage, 'status'> & { status: number };

/** Rows of one page; a caller that asks for more has lost count. */
const MAX_PAGE = 1000;
const MAX_OUTLINES = 5000;

const CONDITIONS: { readonly [K in keyof ImageFilter]-?: (value: never) => string } = {
  search: () => 'instr(search_text, @search) > 0',
  split: (split: Split | 'undecided') => (split === 'undecided' ? 'split is null' : 'split = @split'),
  status: () => 'status = @status',
  classValue: () =>
    'id in (select image_id from layer_class join layer on layer.id = layer_id where value = @classValue)',
  group: () => 'group_name = @group',
};

const ORDERS: Readonly<Record<ImageOrder, string>> = {
  added: 'id',
  name: 'name_key, id',
  status: 'status, id',
};

/** Ids of the images that a filter lets through, all at once: a list of 100,000 is 600 kB of text in SQLite's hands. */
export function imageIds(store: Store, { filter = {}, order = 'added' }: ListQuery = {}): number[] {
  const conditions = ['removed_by is null'];
  const values: Record<string, string | number> = {};
  for (const key of ['search', 'split', 'status', 'classValue', 'group'] as const) {
    const value = filter[key];
    if (value === undefined || value === '') continue;
    conditions.push(CONDITIONS[key](value as never));
    values[key] = value;
  }
  if (filter.search) values['search'] = searchKey(filter.search);
  if (filter.status) values['status'] = IMAGE_STATUSES.indexOf(filter.status);
  const { ids } = store
    .sql<{ ids: string }>(
      `select json_group_array(id) as ids from
         (select id from image ${indexFor(filter, order)} where ${conditions.join(' and ')} order by ${ORDERS[order]})`,
    )
    .get(values)!;
  return JSON.parse(ids) as number[];
}

/** Where the whole list has to be gone through, in an index that holds all it takes: the table is five times as large. */
function indexFor({ search, split, status, classValue, group }: ImageFilter, order: ImageOrder): string {
  if (search) return 'indexed by image_by_name_key';
  const narrowed =
    split !== undefined || status !== undefined || classValue !== undefined || group !== undefined;
  return narrowed || order !== 'added' ? '' : 'indexed by image_listed';
}

/** Rows in the order of `ids`; images that are gone are left out. @throws AppError('usage') for over 1000. */
export function imagePage(store: Store, ids: readonly number[]): ListedImage[] {
  if (ids.length > MAX_PAGE) throw new AppError('usage', `A page of the list has at most ${MAX_PAGE} rows.`);
  const row = store.sql<StoredRow>(
    `select id, name, width, height, channels, type, page, group_name as "group", split, status, note, acquisition,
       pixel_size_um as pixelSizeUm, labelled_pixels as labelledPixels, sha256
     from image where id = ? and removed_by is null`,
  );
  return ids.flatMap((id) => {
    const stored = row.get(id);
    return stored ? [{ ...stored, status: IMAGE_STATUSES[stored.status]! }] : [];
  });
}

/** Of the images with an id above `after`, in the order of their ids. @throws AppError('usage') for over 5000. */
export function imageOutlines(
  store: Store,
  { after, limit }: { after: number; limit: number },
): RowOutline[] {
  if (limit > MAX_OUTLINES)
    throw new AppError('usage', `At most ${MAX_OUTLINES} outlines of the list are given at once.`);
  return store
    .sql<Omit<RowOutline, 'status'> & { status: number }>(
      `select id, name, status, split from image where removed_by is null and id > ? order by id limit ?`,
    )
    .all(after, limit)
    .map((row) => ({ ...row, status: IMAGE_STATUSES[row.status]! }));
}

/** How many images there are, by status and by split. */
export function countImages(store: Store): ProjectCounts {
  const counts: ProjectCounts = {
    images: 0,
    byStatus: { done: 0, labelled: 0, partly: 0, predicted: 0, empty: 0 },
    bySplit: { train: 0, val: 0, test: 0, undecided: 0 },
  };
  const rows = store
    .sql<{ status: number; split: Split | null; images: number }>(
      'select status, split, count(*) as images from image where removed_by is null group by status, split',
    )
    .all();
  for (const { status, split, images } of rows) {
    counts.images += images;
    counts.byStatus[IMAGE_STATUSES[status]!] += images;
    counts.bySplit[split ?? 'undecided'] += images;
  }
  return counts;
}

/** Ids of the pages of an image's file, in their order; the image itself among them. */
export const pagesOf = (store: Store, imageId: number): number[] =>
  store
    .sql<{ id: number }>(
      `select id from image where removed_by is null and sha256 = (select sha256 from image where id = ?) order by page`,
    )
    .all(imageId)
    .map(({ id }) => id);
