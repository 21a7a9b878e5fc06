/** How a training ended, in one sentence with the numbers that matter. */
import type { TrainingEnd } from '../../shared/app-api-training.js';
import { NOT_A_NUMBER, type TrainResult } from '../../shared/engine-api.js';
import { isAppError, messageOf } from '../../shared/errors.js';
import type { Scores } from '../../shared/model.js';

export function endSentence({ reason, step, trainedS, best }: TrainResult): string {
  const how = {
    budget: 'Finished',
    patience: 'Finished early, because it did not get better any more,',
    stopped: 'Stopped',
  }[reason];
  const spent = `after ${duration(trainedS)} and ${step} steps`;
  if (!best) return `${how} ${spent}; no image was held out, so nobody has measured how good it is.`;
  return `${how} ${spent}; the best model is that of epoch ${best.epoch}: ${scoreText(best.val)} on held-out images.`;
}

export const CLOSED_SENTENCE = 'Stopped because Brushfield was closed; it can go on exactly where it was.';

/** What a failed training is told as. */
export function failure(
  error: unknown,
  { memory, checkpoint }: { memory: boolean; checkpoint: boolean },
): { reason: TrainingEnd; sentence: string } {
  const goOn = checkpoint ? 'It can go on from its last checkpoint.' : 'It can begin anew.';
  const message = messageOf(error);
  if (memory)
    return {
      reason: 'memory',
      sentence: `There is not enough memory, not even for one small crop at a time; close other programs and train again.`,
    };
  if (message.startsWith(NOT_A_NUMBER)) return { reason: 'not-a-number', sentence: message };
  const sentence = isAppError(error) ? message : `The training failed unexpectedly: ${message}`;
  return { reason: 'failed', sentence: `${sentence} ${goOn}` };
}

/** Both numbers, and which model is used from now on. @param before of the model it started from */
export function comparisonSentence(from: string, before: Scores, after: Scores): string {
  const numbers = `mean IoU ${after.meanIoU.toFixed(3)} against ${before.meanIoU.toFixed(3)} on the same held-out images`;
  return isBetter(before, after)
    ? `It is better than ${from} (${numbers}) and takes its place.`
    : `It is not better than ${from} (${numbers}), so ${from} stays the model in use.`;
}

export const isBetter = (before: Scores, after: Scores): boolean => after.meanIoU > before.meanIoU;

function scoreText({ meanIoU, classes }: Scores): string {
  const dice = classes.map(({ name, dice: value }) => `${name} ${value.toFixed(2)}`).join(', ');
  return `mean IoU ${meanIoU.toFixed(2)}, Dice ${dice}`;
}

const duration = (seconds: number): string =>
  seconds < 1.5
    ? '1 second'
    : seconds < 90
      ? `${Math.round(seconds)} seconds`
      : `${(seconds / 60).toFixed(1)} minutes`;
