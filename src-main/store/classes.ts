/** The class list of a project. */
import { AppError } from '../shared/errors.js';
import { MAX_CLASSES, type ClassInfo } from '../shared/model.js';
import { defaultColor } from '../shared/palette.js';
import type { Store } from './open.js';

/** In order of their label values. */
export const listClasses = (store: Store): ClassInfo[] =>
  store.sql<ClassInfo>('select value, name, color from class order by value').all();

/**
 * Appends a class with the next label value and that value's default colour.
 * @throws AppError('exists') for a name in use; 'usage' for the 255th class.
 */
export function addClass(store: Store, name: string): ClassInfo {
  const classes = listClasses(store);
  if (classes.some((other) => other.name === name))
    throw new AppError('exists', `There is already a class named "${name}".`);
  const value = (classes.at(-1)?.value ?? 0) + 1;
  if (value > MAX_CLASSES)
    throw new AppError(
      'usage',
      `A project has at most ${MAX_CLASSES} classes, and "${name}" would be one more.`,
    );
  const added = { value, name, color: defaultColor(value) };
  store.sql('insert into class (value, name, color) values (@value, @name, @color)').run(added);
  return added;
}
