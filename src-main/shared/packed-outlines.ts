/** What a row of the image list shows at once, by the thousand: names as one text, status and split as a byte. */
import { IMAGE_STATUSES, type ImageStatus } from './app-api.js';
import { SPLITS, type Split } from './model.js';
import { packIds, unpackIds } from './packed-ids.js';

export interface RowOutline {
  id: number;
  name: string;
  status: ImageStatus;
  split: Split | null;
}

export interface PackedOutlines {
  /** As by `packIds`. */
  ids: Uint8Array;
  /** See `markOf`. */
  marks: Uint8Array;
  /** In the order of the ids, a zero character between two. */
  names: string;
}

/** Status and split in one number below 20. */
export const markOf = ({ status, split }: Pick<RowOutline, 'status' | 'split'>): number =>
  IMAGE_STATUSES.indexOf(status) + IMAGE_STATUSES.length * (split === null ? 0 : SPLITS.indexOf(split) + 1);

export const ofMark = (mark: number): Pick<RowOutline, 'status' | 'split'> => ({
  status: IMAGE_STATUSES[mark % IMAGE_STATUSES.length]!,
  split: SPLITS[Math.floor(mark / IMAGE_STATUSES.length) - 1] ?? null,
});

export const packOutlines = (rows: readonly RowOutline[]): PackedOutlines => ({
  ids: packIds(rows.map(({ id }) => id)),
  marks: Uint8Array.from(rows, markOf),
  // No file system has a name with a zero character; a database that lies may.
  names: rows.map(({ name }) => name.replaceAll('\0', ' ')).join('\0'),
});

/** Calls `take` for every row. */
export function unpackOutlines(
  { ids, marks, names }: PackedOutlines,
  take: (id: number, mark: number, name: string) => void,
): void {
  const texts = names.split('\0');
  for (const [i, id] of unpackIds(ids).entries()) take(id, marks[i]!, texts[i]!);
}
