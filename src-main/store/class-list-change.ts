/** A class list in exchange for another, as a step of the project's history goes back and forth. */
import { AppError } from '../shared/errors.js';
import type { ClassInfo } from '../shared/model.js';
import { listClasses } from './classes.js';
import type { Store } from './open.js';

export interface ClassListChange {
  before: ClassInfo[];
  after: ClassInfo[];
}

/**
 * Writes the one list where the other is.
 * @throws AppError('changed') when the classes are not those that the step left.
 */
export function applyClassList(store: Store, change: ClassListChange, direction: 'back' | 'forth'): void {
  const [from, to] = direction === 'forth' ? [change.before, change.after] : [change.after, change.before];
  if (!sameClasses(listClasses(store), from))
    throw new AppError(
      'changed',
      'The class list was changed by other means since, for example from the command line; change it by hand.',
    );
  if (sameClasses(from, to)) return;
  store.sql('delete from class').run();
  const add = store.sql('insert into class (value, name, color) values (@value, @name, @color)');
  for (const { value, name, color } of to) add.run({ value, name, color });
}

/**
 * Taking classes back that a step had added needs them to be in no label map, and in no edit that could be undone or
 * redone: their values may soon be those of other classes.
 * @param afterEdit The last edit before the step. @throws AppError('changed')
 */
export function requireUnusedClasses(
  store: Store,
  { before, after }: ClassListChange,
  afterEdit: number,
): void {
  if (before.length >= after.length) return;
  const used =
    store.sql('select 1 from layer_class where value > ? limit 1').get(before.length) ??
    store
      .sql(
        `select 1 from edit where json_array_length(pixels_by_value) > @classes + 1 and (
           (undone = 0 and id > @afterEdit) or
           (undone = 1 and id < coalesce((select min(part.id) from edit part where part.layer_id = edit.layer_id
             and part.undone = 1 and part.project_edit_id is not null), 9007199254740991))) limit 1`,
      )
      .get({ classes: before.length, afterEdit });
  if (!used) return;
  const names = after.slice(before.length).map(({ name }) => `"${name}"`);
  throw new AppError(
    'changed',
    `${names.join(', ')} has been painted with since; remove the class instead of undoing this step.`,
  );
}

const sameClasses = (a: readonly ClassInfo[], b: readonly ClassInfo[]): boolean =>
  a.length === b.length &&
  a.every((one, i) => one.value === b[i]!.value && one.name === b[i]!.name && one.color === b[i]!.color);
