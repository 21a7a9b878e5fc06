/** Calls about the runs of a project: what they reached, their names, the bin. */
import type { TrainingApi } from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import type { Session } from './session.js';

type RunCalls = Pick<
  TrainingApi,
  'runs' | 'runDetail' | 'renameRun' | 'keepRun' | 'deleteRun' | 'restoreRun' | 'deletedRuns' | 'exportRun'
>;

export function runCalls(_session: Session): RunCalls {
  const soon = () => Promise.reject(new AppError('usage', 'Runs are not there yet.'));
  return {
    runs: soon,
    runDetail: soon,
    renameRun: soon,
    keepRun: soon,
    deleteRun: soon,
    restoreRun: soon,
    deletedRuns: soon,
    exportRun: soon,
  };
}
