/** What the journals forget: redo when something new is done, and the oldest steps when they take too much disk. */
import type { Store } from './open.js';

export interface JournalSize {
  bytes: number;
  budgetBytes: number;
}

export const journalSize = (store: Store): JournalSize =>
  store.sql<JournalSize>('select bytes, budget_bytes as budgetBytes from journal').get()!;

/** How much of the disk undo may take; what is over it is forgotten with the next edits, or by `trimJournal`. */
export const setJournalBudget = (store: Store, bytes: number): void =>
  void store.sql('update journal set budget_bytes = ?').run(Math.max(0, Math.round(bytes)));

/** A new edit ends what could be redone in its image, and in the project where that was part of a step of it. */
export function forgetRedo(store: Store, layerId: number): void {
  const { step } = store
    .sql<{ step: number | null }>(
      'select min(project_edit_id) as step from edit where layer_id = ? and undone = 1',
    )
    .get(layerId)!;
  if (step !== null) forgetUndoneSteps(store, step);
  store.sql('delete from edit where layer_id = ? and undone = 1').run(layerId);
}

/** Forgets the undone steps of the project from `first` on, and what came after them in their images. */
export function forgetUndoneSteps(store: Store, first: number): void {
  store
    .sql(
      `delete from edit where id in (
         select later.id from edit part join edit later on later.layer_id = part.layer_id and later.id >= part.id
         where part.project_edit_id in (select id from project_edit where undone = 1 and id >= ?))`,
    )
    .run(first);
  store.sql('delete from project_edit where undone = 1 and id >= ?').run(first);
}

/** Steps forgotten at once: few enough that nobody waits for them, more than an edit adds. */
const PORTION = 16;

/**
 * Forgets the oldest steps while the journals are over their budget, a few a call; never the newest edit, nor the
 * newest step of the project. @returns how many were forgotten.
 */
export function trimJournal(store: Store): number {
  return store.transaction(() => {
    for (let forgotten = 0; ; forgotten++) {
      const { bytes, budgetBytes } = journalSize(store);
      if (bytes <= budgetBytes || forgotten === PORTION || !forgetOldest(store)) return forgotten;
    }
  });
}

interface OldEdit {
  id: number;
  layerId: number;
  step: number | null;
  undone: 0 | 1;
}

interface OldStep {
  id: number;
  afterEdit: number;
  undone: 0 | 1;
}

/** @returns false when there is nothing that may be forgotten. */
function forgetOldest(store: Store): boolean {
  const newest = store
    .sql<{ edit: number | null; step: number | null }>(
      'select (select max(id) from edit) as edit, (select max(id) from project_edit) as step',
    )
    .get()!;
  const edit = store
    .sql<OldEdit>(
      'select id, layer_id as layerId, project_edit_id as step, undone from edit order by id limit 1',
    )
    .get();
  const step = store
    .sql<OldStep>('select id, after_edit as afterEdit, undone from project_edit order by id limit 1')
    .get();
  const oldStep = step && step.id !== newest.step ? step : null;
  const oldEdit =
    edit && edit.id !== newest.edit && (edit.step === null || edit.step !== newest.step) ? edit : null;
  if (oldStep && (!oldEdit || oldEdit.step !== null || oldStep.afterEdit < oldEdit.id))
    forgetStep(store, oldStep);
  else if (oldEdit) forgetEdit(store, oldEdit);
  else return false;
  return true;
}

/** The oldest is undone only when all are: then redo is shortened from its far end. */
function forgetStep(store: Store, { id, undone }: OldStep): void {
  if (undone === 0) return void store.sql('delete from project_edit where id = ?').run(id);
  const { last } = store.sql<{ last: number }>('select max(id) as last from project_edit').get()!;
  forgetUndoneSteps(store, last);
}

function forgetEdit(store: Store, { id, layerId, undone }: OldEdit): void {
  const last = undone
    ? store
        .sql<{ id: number; step: number | null }>(
          'select id, project_edit_id as step from edit where layer_id = ? order by id desc limit 1',
        )
        .get(layerId)!
    : { id, step: null };
  if (last.step !== null) forgetUndoneSteps(store, last.step);
  else store.sql('delete from edit where id = ?').run(last.id);
}
