/** Whether a threshold would have done better than a model: scored in a thread after a training, kept in the run's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { writeJsonThere } from '../disk/atomic-file.js';
import { entryPath } from '../disk/package-root.js';
import type { ThresholdScores } from '../shared/app-api-training.js';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError, type ErrorCode } from '../shared/errors.js';
import type { Scores } from '../shared/model.js';

export type ThresholdReply =
  | { kind: 'done'; scores: ThresholdScores | null }
  | { kind: 'failed'; code: ErrorCode | null; message: string };

const FILE = 'threshold.json';

/**
 * The threshold that is best on the run's training images, on the held-out images that the run is scored on. Computed
 * once, since a run's images and labels do not change.
 * @param runFolder absolute
 * @returns null when none was held out, an image is no longer what it was, or `signal` aborts: a model is there all the same.
 */
export async function compareWithThreshold(
  runFolder: string,
  signal?: AbortSignal,
): Promise<ThresholdScores | null> {
  const known = await readThresholdScores(runFolder);
  if (known || signal?.aborted) return known;
  try {
    const scores = await scoreInThread(join(runFolder, RUN_FILES.snapshot), signal);
    if (scores) await writeJsonThere(join(runFolder, FILE), scores);
    return scores;
  } catch {
    // The model is trained and kept; whatever is wrong with an image is told by what needs it next.
    return null;
  }
}

/** As they were compared; null when they were not. */
export async function readThresholdScores(runFolder: string): Promise<ThresholdScores | null> {
  try {
    return JSON.parse(await readFile(join(runFolder, FILE), 'utf8')) as ThresholdScores;
  } catch {
    return null;
  }
}

/** `Otsu's threshold`, `multi-Otsu in 3 bands of channel 2`. */
export function thresholdName({ bands, channel }: Pick<ThresholdScores, 'bands' | 'channel'>): string {
  const method = bands === 2 ? 'Otsu’s threshold' : `multi-Otsu in ${bands} bands`;
  return channel === 'mean' ? method : `${method} of channel ${channel + 1}`;
}

/** Both numbers, and plainly which is better. */
export function thresholdSentence(threshold: ThresholdScores, model: Pick<Scores, 'meanIoU'>): string {
  const numbers = `mean IoU ${threshold.meanIoU.toFixed(3)} against ${model.meanIoU.toFixed(3)} of this model on the same held-out images`;
  return threshold.meanIoU > model.meanIoU
    ? `A threshold would have done better: ${thresholdName(threshold)} has ${numbers}. Train longer or label more before you use it.`
    : `Better than a threshold: ${thresholdName(threshold)} has ${numbers}.`;
}

async function scoreInThread(snapshotFolder: string, signal: AbortSignal | undefined) {
  const worker = new Worker(entryPath('threshold-worker'), { workerData: { snapshotFolder } });
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(new AppError('stopped', 'The comparison was stopped.'));
  signal?.addEventListener('abort', stop, { once: true });
  const done = new Promise<ThresholdScores | null>((resolve, reject) => {
    worker.once('message', (reply: ThresholdReply) => {
      if (reply.kind === 'done') resolve(reply.scores);
      else reject(reply.code ? new AppError(reply.code, reply.message) : new Error(reply.message));
    });
    // A picture that takes its thread down takes down no more than this comparison.
    worker.once('error', (error) =>
      reject(new AppError('unreadable-image', 'The comparison failed.', { cause: error })),
    );
    worker.once('exit', () => reject(new AppError('unreadable-image', 'The comparison’s thread ended.')));
  });
  try {
    return await Promise.race([done, stopped.promise]);
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
