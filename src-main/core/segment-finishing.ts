/** From what the network predicts to the labels that are written and measured: classes that are kept, cleaning up. */
import type { CleanUpValues } from '../measure/clean-up.js';
import { normalisedCleanUp, type CleanUp } from '../shared/clean-up.js';
import type { Prediction } from '../shared/engine-api.js';
import type { ClassInfo, LabelMap } from '../shared/model.js';
import { isBackground } from './background.js';
import type { CleanUpJob } from './clean-up-worker.js';
import { JobThread } from './job-thread.js';
import { keptValues } from './segment-outputs.js';
import type { SegmentOptions } from './segment-plan.js';

/** What cleaning up takes for objects and what for background, where only some classes are kept (null: all). */
export function cleanUpValues(
  classes: readonly ClassInfo[],
  kept: readonly string[] | null = null,
): CleanUpValues {
  const background = classes
    .filter((info) => isBackground(info) && (kept === null || kept.includes(info.name)))
    .map(({ value }) => value);
  return { background, empty: background[0] ?? 0 };
}

export type CleanUpThread = JobThread<CleanUpJob, LabelMap>;

export const cleanUpThread = (): CleanUpThread =>
  new JobThread({
    entry: 'clean-up-worker',
    what: 'Cleaning it up',
  });

export class SegmentFinishing {
  private readonly steps: CleanUp | null;
  private thread: CleanUpThread | null = null;

  constructor(
    private readonly classes: readonly ClassInfo[],
    private readonly options: Pick<SegmentOptions, 'classes' | 'cleanUp'>,
  ) {
    this.steps = normalisedCleanUp(options.cleanUp ?? {});
  }

  /** A prediction as it is written. @throws as `JobThread.run` */
  async final(predicted: Prediction): Promise<Prediction> {
    const { width, height } = predicted;
    const { classes: kept } = this.options;
    const data = kept ? keepClasses(predicted.labels, keptValues(this.classes, kept)) : predicted.labels;
    if (!this.steps) return { ...predicted, labels: data };
    const labels = await (this.thread ??= cleanUpThread()).run({
      labels: { width, height, data },
      steps: this.steps,
      values: cleanUpValues(this.classes, kept),
    });
    return { ...predicted, labels: labels.data };
  }

  async close(): Promise<void> {
    await this.thread?.close();
  }
}

const keepClasses = (labels: Uint8Array, values: ReadonlySet<number>): Uint8Array =>
  labels.map((value) => (values.has(value) ? value : 0));
