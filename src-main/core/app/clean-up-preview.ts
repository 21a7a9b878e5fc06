/** What cleaning up would make of a prediction, small enough to be looked at beside it. */
import { connectedComponents } from '../../measure/components.js';
import type { BatchApi, CleanUpPreview } from '../../shared/app-api-batch.js';
import { normalisedCleanUp } from '../../shared/clean-up.js';
import type { LabelMap } from '../../shared/model.js';
import { listClasses } from '../../store/classes.js';
import { cleanUpThread, cleanUpValues } from '../segment-finishing.js';
import type { OpenProject } from './open-project.js';
import type { Predictions } from './predictions.js';

/** Of a picture's longer side, px. */
const LARGEST_PX = 512;

/** @throws AppError as `Predictions.predict` and `JobThread.run` */
export async function cleanUpPreview(
  predictions: Predictions,
  open: OpenProject,
  { imageId, run, cleanUp }: Parameters<BatchApi['previewCleanUp']>[0],
  signal?: AbortSignal,
): Promise<CleanUpPreview> {
  await predictions.predict(open, { imageId, run }, signal);
  const file = await predictions.file(open, imageId, run);
  const before = await file.labels().finally(() => file.close());
  const values = cleanUpValues(listClasses(open.project.store));
  const steps = normalisedCleanUp(cleanUp);
  const after = steps ? await cleanedBeside({ labels: before, steps, values }) : before;
  const objectsOf = (labels: LabelMap) => connectedComponents(labels, values.background).values.length;
  const { width, height, data } = reduced(before);
  return {
    ...{ width, height, before: data, after: reduced(after).data },
    objects: { before: objectsOf(before), after: objectsOf(after) },
  };
}

/** A thread of its own each time: nobody asks for the next one before this one is seen. */
async function cleanedBeside(job: Parameters<ReturnType<typeof cleanUpThread>['run']>[0]): Promise<LabelMap> {
  const thread = cleanUpThread();
  return thread.run(job).finally(() => thread.close());
}

/** By the nearest pixel: classes have no mean. */
function reduced(labels: LabelMap): LabelMap {
  const by = Math.max(1, Math.max(labels.width, labels.height) / LARGEST_PX);
  if (by === 1) return labels;
  const width = Math.max(1, Math.round(labels.width / by));
  const height = Math.max(1, Math.round(labels.height / by));
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.min(labels.height - 1, Math.floor((y + 0.5) * by)) * labels.width;
    for (let x = 0; x < width; x++)
      data[y * width + x] = labels.data[row + Math.min(labels.width - 1, Math.floor((x + 0.5) * by))]!;
  }
  return { width, height, data };
}
