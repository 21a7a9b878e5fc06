/** Entry of a worker thread: cleans up one label map after the other. */
import { cleanUp, type CleanUpValues } from '../measure/clean-up.js';
import type { CleanUp } from '../shared/clean-up.js';
import type { LabelMap } from '../shared/model.js';
import { answerJobs } from './job-thread.js';

export interface CleanUpJob {
  labels: LabelMap;
  steps: CleanUp;
  values: CleanUpValues;
}

answerJobs<CleanUpJob, LabelMap>(
  ({ labels, steps, values }) => cleanUp(labels, steps, values),
  ({ data }) => [data.buffer as ArrayBuffer],
);
