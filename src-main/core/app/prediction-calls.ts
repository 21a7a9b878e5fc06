/** Calls that predict, and take predictions over into labels. */
import type { PredictionsApi } from '../../shared/app-api-predictions.js';
import { AppError } from '../../shared/errors.js';
import type { Session } from './session.js';

export function predictionCalls(_session: Session): PredictionsApi {
  const soon = () => Promise.reject(new AppError('usage', 'Predictions are not there yet.'));
  return {
    predict: soon,
    predictAll: soon,
    predictionOf: soon,
    acceptPrediction: soon,
    uncertainTiles: soon,
  };
}
