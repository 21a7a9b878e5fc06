/**
 * The project's own history, beside that of each image: classes, splits, groups, notes, removed images, imported labels.
 * It is linear: the last step is undone first. Parts of a step that changed label maps are edits of their images, which
 * go back and forth with the step only; so a step waits until what was painted on top of it is undone.
 */
import type { HistoryState } from '../shared/app-api.js';
import { AppError } from '../shared/errors.js';
import { applyClassList, requireUnusedClasses, type ClassListChange } from './class-list-change.js';
import { applyImageChange, type ImageColumnChange } from './image-changes.js';
import { forgetUndoneSteps, trimJournal } from './journal-budget.js';
import { editsOfStep, exchange, firstUndone, lastDone, type StoredEdit } from './journal.js';
import type { StepCall } from './label-remap.js';
import { labelledImage } from './layers.js';
import type { Store } from './open.js';
import { bytesOfImages, restoreImages, takeImagesAway, type RemovedImages } from './removed-images.js';

export type ProjectChange =
  | ({ kind: 'classes' | 'import-labels' } & ClassListChange)
  | ({ kind: 'split' | 'group' | 'note' | 'done' } & ImageColumnChange)
  | ({ kind: 'remove-images' } & RemovedImages);

export interface AppliedStep {
  title: string;
  kind: ProjectChange['kind'];
  /** Images whose rows or labels changed; null: possibly all. */
  imageIds: number[] | null;
}

interface StoredStep {
  id: number;
  title: string;
  kind: ProjectChange['kind'];
  change: string;
  afterEdit: number;
}

const STEP = 'select id, title, kind, change, after_edit as afterEdit from project_edit';

/**
 * Makes a change and records it as one step; what could be redone is forgotten. `edits` then writes what belongs to the
 * step in single images, under the step's id.
 */
export function makeStep(
  store: Store,
  title: string,
  change: ProjectChange,
  edits?: (projectEditId: number) => void,
): void {
  store.transaction(() => {
    forgetUndoneSteps(store, 0);
    const { kind, ...rest } = change;
    const json = JSON.stringify(rest);
    const bytes = json.length + (change.kind === 'remove-images' ? bytesOfImages(store, change.ids) : 0);
    const id = Number(
      store
        .sql(
          `insert into project_edit (kind, title, change, bytes, after_edit)
             values (?, ?, ?, ?, (select coalesce(max(id), 0) from edit))`,
        )
        .run(kind, title, json, bytes).lastInsertRowid,
    );
    apply(store, id, change, 'forth');
    edits?.(id);
    trimJournal(store);
  });
}

/**
 * Takes back the project's last step. Events count its parts, of which each is an image's labels.
 * @returns null when there is none. @throws AppError('changed') while it cannot; 'stopped': nothing is undone.
 */
export function undoProject(store: Store, call: StepCall = {}): AppliedStep | null {
  return store.transaction(() => {
    const step = store.sql<StoredStep>(`${STEP} where undone = 0 order by id desc limit 1`).get();
    if (!step) return null;
    const parts = editsOfStep(store, step.id);
    for (const part of parts) requireNext(store, step, part, lastDone);
    exchangeAll(store, parts, call);
    return finish(store, step, 'back', parts);
  });
}

/** Makes the step again that was undone last; otherwise as `undoProject`. */
export function redoProject(store: Store, call: StepCall = {}): AppliedStep | null {
  return store.transaction(() => {
    const step = store.sql<StoredStep>(`${STEP} where undone = 1 order by id limit 1`).get();
    if (!step) return null;
    const parts = editsOfStep(store, step.id);
    for (const part of parts) requireNext(store, step, part, firstUndone);
    exchangeAll(store, parts, call);
    return finish(store, step, 'forth', parts);
  });
}

function exchangeAll(
  store: Store,
  parts: readonly (StoredEdit & { imageId: number })[],
  { signal, onEvent }: StepCall,
): void {
  for (const [i, part] of parts.entries()) {
    if (signal?.aborted) throw new AppError('stopped', 'Stopped; everything is as it was.');
    exchange(store, part.imageId, part);
    onEvent?.({ done: i + 1, total: parts.length });
  }
}

export function projectHistory(store: Store): HistoryState {
  const title = (text: string) => store.sql<{ title: string }>(text).get()?.title ?? null;
  return {
    undo: title('select title from project_edit where undone = 0 order by id desc limit 1'),
    redo: title('select title from project_edit where undone = 1 order by id limit 1'),
  };
}

function requireNext(
  store: Store,
  step: StoredStep,
  part: StoredEdit & { imageId: number },
  next: (store: Store, layerId: number) => StoredEdit | null,
): void {
  if (next(store, part.layerId)?.id === part.id) return;
  const { name } = labelledImage(store, part.imageId);
  throw new AppError(
    'changed',
    next === lastDone
      ? `The labels of ${name} were edited after "${step.title}"; undo those edits first.`
      : `The labels of ${name} have edits to redo that come before "${step.title}"; redo those first.`,
  );
}

function finish(
  store: Store,
  step: StoredStep,
  direction: 'back' | 'forth',
  parts: readonly { imageId: number }[],
): AppliedStep {
  const change = { kind: step.kind, ...(JSON.parse(step.change) as object) } as ProjectChange;
  if (direction === 'back' && 'before' in change) requireUnusedClasses(store, change, step.afterEdit);
  apply(store, step.id, change, direction);
  store.sql('update project_edit set undone = ? where id = ?').run(direction === 'back' ? 1 : 0, step.id);
  const { kind, title } = step;
  return {
    kind,
    title,
    imageIds: imagesOf(change) ?? (kind === 'classes' ? null : parts.map((part) => part.imageId)),
  };
}

function apply(store: Store, stepId: number, change: ProjectChange, direction: 'back' | 'forth'): void {
  switch (change.kind) {
    case 'classes':
    case 'import-labels':
      return applyClassList(store, change, direction);
    case 'remove-images':
      return direction === 'forth'
        ? takeImagesAway(store, stepId, change.ids)
        : restoreImages(store, change.ids);
    default:
      return applyImageChange(store, change.kind, change, direction);
  }
}

function imagesOf(change: ProjectChange): number[] | null {
  if ('ids' in change) return change.ids;
  return 'rows' in change ? change.rows.map(([id]) => id) : null;
}
