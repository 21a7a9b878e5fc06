/** Calls that change the class list; each is one undoable step. */
import type { AppApi, ProjectState } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import { listClasses } from '../../store/classes.js';
import { addClassStep, changeClass } from '../../store/class-steps.js';
import { requireClassName } from '../class-map.js';
import { namingProgress, runStep } from '../step-thread.js';
import type { OpenProject } from './open-project.js';
import type { Session } from './session.js';

type ClassCalls = Pick<AppApi, 'addClass' | 'changeClass' | 'removeClass' | 'orderClasses'>;

export function classCalls(session: Session): ClassCalls {
  /** Colours and names are part of every row's thumbnail. */
  const told = (open: OpenProject, labels: boolean): ProjectState => {
    session.changed({ images: null, ...(labels && { labels: null }) }, { self: true });
    return open.state();
  };
  const nameOf = (open: OpenProject, value: number): string => {
    const found = listClasses(open.project.store).find((one) => one.value === value);
    if (!found) throw new AppError('not-found', `There is no class with the value ${value}.`);
    return found.name;
  };
  return {
    async addClass({ name: given, ...rest }) {
      const open = session.requireWritable();
      const name = requireClassName(given);
      addClassStep(open.project.store, { name, ...rest }, `Add class "${name}"`);
      return told(open, false);
    },
    async changeClass({ value, name, color }) {
      const open = session.requireWritable();
      const change = {
        ...(name !== undefined && { name: requireClassName(name) }),
        ...(color !== undefined && { color }),
      };
      changeClass(open.project.store, value, change, `Change class "${nameOf(open, value)}"`);
      return told(open, false);
    },
    async removeClass({ value, replaceBy }, call) {
      const open = session.requireWritable();
      const name = nameOf(open, value);
      const job = {
        kind: 'remove-class',
        removal: { value, replaceBy },
        title: `Remove class "${name}"`,
      } as const;
      await runStep(open.project.store, job, namingProgress(name, call));
      return told(open, true);
    },
    async orderClasses({ values }, call) {
      const open = session.requireWritable();
      const job = { kind: 'order-classes', values, title: 'Reorder classes' } as const;
      await runStep(open.project.store, job, namingProgress('labels', call));
      return told(open, true);
    },
  };
}
