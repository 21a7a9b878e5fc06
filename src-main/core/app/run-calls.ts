/** Calls about the runs of a project: what they reached, their names, the bin. */
import type { RunSummary, TrainingApi } from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import { renameRun } from '../../store/run-bin.js';
import { runById } from '../../store/runs.js';
import { deletedRuns, deleteRun, restoreRun } from '../run-bin.js';
import { exportRun } from '../run-export.js';
import { isRunning } from '../run-lock.js';
import { changeAbout, detailOf, summariesOf } from '../run-summary.js';
import type { OpenProject } from './open-project.js';
import type { Session } from './session.js';

type RunCalls = Pick<
  TrainingApi,
  'runs' | 'runDetail' | 'renameRun' | 'keepRun' | 'deleteRun' | 'restoreRun' | 'deletedRuns' | 'exportRun'
>;

export function runCalls(session: Session): RunCalls {
  const { trainings } = session.services;
  const all = (open: OpenProject): Promise<RunSummary[]> =>
    summariesOf(open.project, trainings.phaseOf(open));
  const told = async <T>(open: OpenProject, answer: Promise<T>): Promise<T> => {
    const given = await answer;
    for (const other of session.services.sessions.values())
      if (other !== session && other.project?.key === open.key) other.emit({ kind: 'runs' });
    return given;
  };
  return {
    runs: async () => all(session.requireProject()),
    async runDetail({ run }) {
      const open = session.requireProject();
      return detailOf(open.project, run, trainings.phaseOf(open));
    },
    async renameRun({ run, name }) {
      const open = session.requireWritable();
      requireAtRest(open, run, 'renamed');
      renameRun(open.project.store, run, name);
      return told(open, trainings.summary(open, run));
    },
    async keepRun({ run, keep }) {
      const open = session.requireWritable();
      await changeAbout(open.project, run, { kept: keep });
      return told(open, trainings.summary(open, run));
    },
    async deleteRun({ run }) {
      const open = session.requireWritable();
      requireAtRest(open, run, 'deleted');
      await deleteRun(open.project, run);
      // Where nothing else was labelled, its predictions were what an image had.
      session.changed({ images: null }, { self: true });
      return told(open, all(open));
    },
    async restoreRun({ run }) {
      const open = session.requireWritable();
      await restoreRun(open.project, run);
      return told(open, all(open));
    },
    deletedRuns: () => deletedRuns(session.requireProject().project),
    exportRun: async ({ run, folder: target, format }, call) => ({
      path: await exportRun(session.requireProject().project, { run, target, format }, call),
    }),
  };

  /** @throws AppError('exists') for a run that trains now. */
  function requireAtRest({ project: { store } }: OpenProject, id: number, what: string): void {
    const run = runById(store, id);
    if (run.state === 'running' && isRunning(store, run))
      throw new AppError('exists', `${run.name} is being trained and cannot be ${what} now; stop it first.`);
  }
}
