/** Columns of images that a person sets: split, group, notes, done; as a step of the history goes back and forth. */
import { searchText } from './image-text.js';
import type { Store } from './open.js';

export type ColumnKind = 'split' | 'group' | 'note' | 'done';
export type ColumnValue = string | null;

/** Of each image its id and the value before and after. A note is JSON of note and acquisition. */
export interface ImageColumnChange {
  rows: [id: number, before: ColumnValue, after: ColumnValue][];
}

/** What is compared and written for each kind; `@value` is the new value. */
const COLUMNS: Readonly<Record<ColumnKind, { read: string; write: string }>> = {
  split: { read: 'split', write: 'split = @value' },
  group: { read: 'group_name', write: 'group_name = @value' },
  done: { read: 'done_at', write: 'done_at = @value' },
  note: {
    read: `json_array(note, acquisition)`,
    write: `note = @value ->> 0, acquisition = @value ->> 1, search_text = @searchText`,
  },
};

/** What has been changed by other means since keeps its value. */
export function applyImageChange(
  store: Store,
  kind: ColumnKind,
  { rows }: ImageColumnChange,
  direction: 'back' | 'forth',
): void {
  const { read, write } = COLUMNS[kind];
  const update = store.sql(`update image set ${write} where id = @id and ${read} is @from`);
  const name = store.sql<{ name: string }>('select name from image where id = ?');
  for (const [id, before, after] of rows) {
    const [from, value] = direction === 'forth' ? [before, after] : [after, before];
    if (kind !== 'note') update.run({ id, from, value });
    else {
      const [note] = JSON.parse(value!) as [string, string];
      update.run({ id, from, value, searchText: searchText(name.get(id)?.name ?? '', note) });
    }
  }
}

/** Null when the image is not there. */
export const readColumn = (store: Store, kind: ColumnKind, id: number): { value: ColumnValue } | null =>
  store
    .sql<{ value: ColumnValue }>(
      `select ${COLUMNS[kind].read} as value from image where id = ? and removed_by is null`,
    )
    .get(id) ?? null;
