/** Calls that plan, start, stop and watch a training. */
import type { TrainingApi, TrainingChoice } from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import { runById } from '../../store/runs.js';
import type { Project } from '../projects.js';
import type { RunResult } from '../run-summary.js';
import { planTraining, settingsOf } from '../training-plan.js';
import type { TrainOptions } from '../training.js';
import { previewAugmentation } from './augmentation-preview.js';
import type { Session } from './session.js';

type TrainingCalls = Pick<
  TrainingApi,
  | 'planTraining'
  | 'previewAugmentation'
  | 'computeDevice'
  | 'startTraining'
  | 'pauseTraining'
  | 'resumeTraining'
  | 'stopTraining'
  | 'continueTraining'
  | 'trainingState'
>;

export function trainingCalls(session: Session): TrainingCalls {
  const { trainings, engine, augmentation } = session.services;
  return {
    async planTraining({ choice }) {
      const { project, structure } = session.requireProject();
      return planTraining(project, choice, await structure.of(project, choice.classes));
    },
    previewAugmentation: (wanted, call) =>
      previewAugmentation(session.requireProject(), augmentation, { ...wanted, signal: call?.signal }),
    computeDevice: () => engine.device(),
    async startTraining({ choice }, call) {
      const open = session.requireWritable();
      const { project } = open;
      const structurePx = await open.structure.of(project, choice.classes);
      const plan = planTraining(project, choice, structurePx);
      const problem = plan.problems.find(({ level }) => level === 'blocks');
      if (problem) throw new AppError('nothing-to-train', problem.sentence);
      const run = await trainings.start(open, optionsOf(project, choice, structurePx), {
        from: choice.from,
        signal: call?.signal,
      });
      // Images may be held out now that were not.
      session.changed({ images: null }, { self: true });
      return run;
    },
    pauseTraining: ({ run }) => trainings.pause(session.requireWritable(), run),
    stopTraining: ({ run }) => trainings.stop(session.requireWritable(), run),
    async resumeTraining({ run }, call) {
      const open = session.requireWritable();
      const { name } = runById(open.project.store, run);
      return trainings.start(open, { resume: name, set: {} }, { signal: call?.signal });
    },
    async continueTraining({ run, minutes }, call) {
      const open = session.requireWritable();
      const { name, result } = runById(open.project.store, run);
      const trained = ((result ?? {}) as RunResult).trainedS ?? 0;
      const set = { minutes: trained / 60 + minutes };
      return trainings.start(open, { resume: name, set }, { signal: call?.signal });
    },
    trainingState: () => trainings.states(session.requireProject()),
  };
}

function optionsOf(project: Project, choice: TrainingChoice, structurePx: number | null): TrainOptions {
  const { classes, weights } = choice;
  const from = choice.from === null ? null : runById(project.store, choice.from);
  if (from && weights !== 'none')
    throw new AppError('usage', 'A training starts either from a run or from a weights file; choose one.');
  const set = { ...settingsOf(choice, { structurePx, like: from?.settings ?? null }) };
  return { set, classes, ...(from ? { from: from.name } : { weights }) };
}
