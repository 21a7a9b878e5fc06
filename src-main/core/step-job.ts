/** Steps of a project's history that may touch every label map, in whichever thread they are made. */
import { orderClasses, removeClass, type ClassRemoval } from '../store/class-steps.js';
import type { StepCall } from '../store/label-remap.js';
import type { Store } from '../store/open.js';
import { redoProject, undoProject, type AppliedStep } from '../store/project-history.js';

export type StepJob =
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'remove-class'; removal: ClassRemoval; title: string }
  | { kind: 'order-classes'; values: readonly number[]; title: string };

/** @returns what was undone or redone; null for nothing, and for other steps. @throws as the functions of store/. */
export async function makeStepOf(store: Store, job: StepJob, call: StepCall): Promise<AppliedStep | null> {
  switch (job.kind) {
    case 'undo':
      return undoProject(store, call);
    case 'redo':
      return redoProject(store, call);
    case 'remove-class':
      await removeClass(store, job.removal, job.title, call);
      return null;
    case 'order-classes':
      await orderClasses(store, job.values, job.title, call);
      return null;
  }
}
