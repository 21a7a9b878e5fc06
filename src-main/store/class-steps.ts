/**
 * Changes of the class list that a person can undo. Label values are places in the list, so removing or moving a class
 * gives pixels other values: their tiles are remapped beforehand, between other work, and written in one transaction.
 */
import { AppError } from '../shared/errors.js';
import { MAX_CLASSES, type ClassInfo } from '../shared/model.js';
import { defaultColor } from '../shared/palette.js';
import { listClasses } from './classes.js';
import { writeEdit } from './journal.js';
import { LabelRemap, type StepCall } from './label-remap.js';
import type { Store } from './open.js';
import { makeStep } from './project-history.js';

/** @throws AppError('exists') for a name in use; 'usage' for the 255th class. */
export function addClassStep(
  store: Store,
  { name, color }: { name: string; color?: string },
  title: string,
): ClassInfo {
  return store.transaction(() => {
    const before = listClasses(store);
    requireFreeName(before, name);
    const value = before.length + 1;
    if (value > MAX_CLASSES)
      throw new AppError(
        'usage',
        `A project has at most ${MAX_CLASSES} classes, and "${name}" would be one more.`,
      );
    const added = { value, name, color: color ?? defaultColor(value) };
    makeStep(store, title, { kind: 'classes', before, after: [...before, added] });
    return added;
  });
}

/** Gives a class another name or colour. @throws AppError('exists') for a name in use; 'not-found'. */
export function changeClass(
  store: Store,
  value: number,
  change: { name?: string; color?: string },
  title: string,
): void {
  store.transaction(() => {
    const before = listClasses(store);
    const old = requireClass(before, value);
    if (change.name !== undefined && change.name !== old.name) requireFreeName(before, change.name);
    const now = { ...old, ...change };
    if (now.name === old.name && now.color === old.color) return;
    makeStep(store, title, {
      kind: 'classes',
      before,
      after: before.map((one) => (one.value === value ? now : one)),
    });
  });
}

export interface ClassRemoval {
  value: number;
  /** Label value that its pixels get, as the list is now; 0: void. */
  replaceBy: number;
}

/** Takes a class out of the list; those after it move up. @throws AppError('not-found', 'usage', 'stopped'). */
export async function removeClass(
  store: Store,
  { value, replaceBy }: ClassRemoval,
  title: string,
  call: StepCall = {},
): Promise<void> {
  const before = listClasses(store);
  requireClass(before, value);
  if (replaceBy !== 0) requireClass(before, replaceBy);
  if (replaceBy === value) throw new AppError('usage', 'A class cannot be replaced by itself.');
  const order = before.map((one) => one.value).filter((one) => one !== value);
  await rearrange(store, { before, order, gone: { value, replaceBy } }, title, call);
}

/**
 * Puts the class list in another order; every pixel keeps its class.
 * @param values All label values, in their new order. @throws AppError('usage', 'stopped').
 */
export async function orderClasses(
  store: Store,
  values: readonly number[],
  title: string,
  call: StepCall = {},
): Promise<void> {
  const before = listClasses(store);
  if (values.length !== before.length || before.some(({ value }) => !values.includes(value)))
    throw new AppError('usage', 'The new order must name every class once.');
  if (values.every((value, i) => value === before[i]!.value)) return;
  await rearrange(store, { before, order: values }, title, call);
}

interface Arrangement {
  before: ClassInfo[];
  /** Present label values of the classes that stay, in their new order. */
  order: readonly number[];
  gone?: ClassRemoval;
}

async function rearrange(
  store: Store,
  { before, order, gone }: Arrangement,
  title: string,
  call: StepCall,
): Promise<void> {
  store.requireWritable();
  const table = Uint8Array.from({ length: 256 }, (_, value) => value);
  order.forEach((value, i) => (table[value] = i + 1));
  if (gone) table[gone.value] = gone.replaceBy === 0 ? 0 : table[gone.replaceBy]!;
  const after = order.map((value, i) => ({ ...requireClass(before, value), value: i + 1 }));
  const remap = new LabelRemap(store, table);
  const write = () => {
    // Asked inside the transaction: where this is a thread, a stroke may have come in between.
    if (!remap.isComplete()) return false;
    if (JSON.stringify(listClasses(store)) !== JSON.stringify(before))
      throw new AppError('changed', 'The class list was changed in the meantime; try again.');
    makeStep(store, title, { kind: 'classes', before, after }, (projectEditId) => {
      for (const [i, layer] of remap.layers().entries()) {
        if (call.signal?.aborted) throw new AppError('stopped', 'Stopped; no class was changed.');
        writeEdit(store, {
          ...remap.editOf(layer),
          ...{ title, author: 'person', projectEditId },
          origin: () => ({ kind: 'recoded' }),
        });
        call.onEvent?.({ done: remap.done + i + 1, total: 2 * remap.done });
      }
    });
    return true;
  };
  // Somebody may paint meanwhile: what changed is remapped again until nothing has.
  do while (!remap.isComplete()) await remap.next(call);
  while (!store.transaction(write));
}

function requireClass(classes: readonly ClassInfo[], value: number): ClassInfo {
  const found = classes.find((one) => one.value === value);
  if (!found) throw new AppError('not-found', `There is no class with the value ${value}.`);
  return found;
}

function requireFreeName(classes: readonly ClassInfo[], name: string): void {
  if (classes.some((one) => one.name === name))
    throw new AppError('exists', `There is already a class named "${name}".`);
}
