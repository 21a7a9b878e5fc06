/** Calls that plan, start, stop and watch a training. */
import type { TrainingApi } from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import type { Session } from './session.js';

type TrainingCalls = Pick<
  TrainingApi,
  | 'planTraining'
  | 'computeDevice'
  | 'startTraining'
  | 'pauseTraining'
  | 'resumeTraining'
  | 'stopTraining'
  | 'continueTraining'
  | 'trainingState'
>;

export function trainingCalls(_session: Session): TrainingCalls {
  const soon = () => Promise.reject(new AppError('usage', 'Training is not there yet.'));
  return {
    planTraining: soon,
    computeDevice: soon,
    startTraining: soon,
    pauseTraining: soon,
    resumeTraining: soon,
    stopTraining: soon,
    continueTraining: soon,
    trainingState: soon,
  };
}
