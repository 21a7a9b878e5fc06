/** Changes of the project that a person can undo: each call is one step of its history, under the title given. */
import { AppError } from '../shared/errors.js';
import type { ClassInfo, Split } from '../shared/model.js';
import { listClasses } from './classes.js';
import { readColumn, type ColumnKind, type ColumnValue, type ImageColumnChange } from './image-changes.js';
import { saveEncodedMask, type EncodedMask } from './masks.js';
import type { Store } from './open.js';
import { makeStep } from './project-history.js';

export interface ImageNote {
  note: string;
  /** How the image was taken. */
  acquisition: string;
}

/** Moves images to splits; null makes them undecided again. @returns how many changed. */
export const changeSplits = (
  store: Store,
  splits: Iterable<readonly [id: number, split: Split | null]>,
  title: string,
): number => changeColumn(store, 'split', splits, title);

export const changeGroup = (store: Store, ids: readonly number[], group: string, title: string): number =>
  changeColumn(
    store,
    'group',
    ids.map((id) => [id, group] as const),
    title,
  );

export const changeNote = (
  store: Store,
  id: number,
  { note, acquisition }: ImageNote,
  title: string,
): number => changeColumn(store, 'note', [[id, JSON.stringify([note, acquisition])]], title);

/** @param doneAt ISO 8601; null: not done after all. */
export const markDone = (
  store: Store,
  ids: readonly number[],
  doneAt: string | null,
  title: string,
): number =>
  changeColumn(
    store,
    'done',
    ids.map((id) => [id, doneAt] as const),
    title,
  );

function changeColumn(
  store: Store,
  kind: ColumnKind,
  values: Iterable<readonly [id: number, value: ColumnValue]>,
  title: string,
): number {
  return store.transaction(() => {
    const rows: ImageColumnChange['rows'] = [];
    for (const [id, after] of values) {
      const stored = readColumn(store, kind, id);
      if (stored && stored.value !== after) rows.push([id, stored.value, after]);
    }
    if (rows.length) makeStep(store, title, { kind, rows });
    return rows.length;
  });
}

/**
 * Takes images out of the project, their labels and history with them; the files stay. Ids that are not in the project
 * are passed over. @returns how many were removed.
 */
export function removeImages(store: Store, ids: Iterable<number>, title: string): number {
  return store.transaction(() => {
    const there = store.sql('select 1 from image where id = ? and removed_by is null');
    const removed = [...new Set(ids)].filter((id) => there.get(id) !== undefined);
    if (removed.length) makeStep(store, title, { kind: 'remove-images', ids: removed });
    return removed.length;
  });
}

export interface ImportedMasks {
  masks: Iterable<{ imageId: number; mask: EncodedMask }>;
  /** To be appended to the class list. */
  newClasses?: readonly Pick<ClassInfo, 'name' | 'color'>[];
  title: string;
}

/** Replaces the label maps of images, as one step. @throws AppError('bad-labels') for one of another size. */
export function importLabels(store: Store, { masks, newClasses = [], title }: ImportedMasks): void {
  store.transaction(() => {
    const before = listClasses(store);
    const after = [
      ...before,
      ...newClasses.map(({ name, color }, i) => ({ value: before.length + i + 1, name, color })),
    ];
    makeStep(store, title, { kind: 'import-labels', before, after }, (projectEditId) => {
      for (const { imageId, mask } of masks) {
        if (mask.pixelsByValue.length - 1 > after.length)
          throw new AppError(
            'bad-labels',
            `The labels use the value ${mask.pixelsByValue.length - 1}, which no class has.`,
          );
        saveEncodedMask(store, imageId, mask, { title, author: 'import', projectEditId });
      }
    });
  });
}
