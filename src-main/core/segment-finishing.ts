/** From what the network predicts to the labels that are written and measured: classes that are kept, cleaning up. */
import type { CleanUpValues } from '../measure/clean-up.js';
import type { PartingJob } from '../measure/part-lines.js';
import { normalisedCleanUp, type CleanUp } from '../shared/clean-up.js';
import type { PredictedRows, Prediction } from '../shared/engine-api.js';
import type { ClassInfo, LabelMap } from '../shared/model.js';
import { isBackground } from './background.js';
import type { CleanUpJob } from './clean-up-worker.js';
import { cleanedRows } from './cleaned-rows.js';
import { JobThread } from './job-thread.js';
import { PARTED_PIXELS } from './segment-memory.js';
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

const partingThread = (): JobThread<PartingJob, Int32Array> =>
  new JobThread({
    entry: 'parting-worker',
    what: 'Parting its objects',
    given: ({ objects }) => objects.map(({ runs }) => runs.buffer as ArrayBuffer),
  });

export class SegmentFinishing {
  private readonly steps: CleanUp | null;
  private thread: CleanUpThread | null = null;
  private parting: JobThread<PartingJob, Int32Array> | null = null;

  constructor(
    private readonly classes: readonly ClassInfo[],
    private readonly options: Pick<SegmentOptions, 'classes' | 'cleanUp' | 'output'>,
  ) {
    this.steps = normalisedCleanUp(options.cleanUp ?? {});
  }

  /** A prediction as it is written. @throws as `JobThread.run` */
  async final(predicted: Prediction): Promise<Prediction> {
    const { width, height } = predicted;
    const { classes: kept } = this.options;
    const data = kept ? keepClasses(predicted.labels, keptValues(this.classes, kept)) : predicted.labels;
    if (!this.steps) return { ...predicted, labels: data };
    const labels = await this.cleanedBeside({ width, height, data }, this.steps);
    return { ...predicted, labels: labels.data };
  }

  /**
   * The same of an image that is computed in parts; `onUnparted` is told how many objects were too large to be parted.
   * @throws as `cleanedRows` and `JobThread.run`
   */
  async *finalRows(
    rows: AsyncIterable<PredictedRows>,
    signal: AbortSignal,
    onUnparted: (objects: number) => void,
  ): AsyncGenerator<PredictedRows> {
    const { classes: kept, output } = this.options;
    const chosen = kept ? keptRows(rows, keptValues(this.classes, kept)) : rows;
    if (!this.steps) return yield* chosen;
    yield* cleanedRows(chosen, {
      ...{ steps: this.steps, signal, mostPartedPixels: PARTED_PIXELS, onUnparted },
      ...{ values: cleanUpValues(this.classes, kept), folder: output },
      smooth: (labels, radiusPx) => this.cleanedBeside(labels, { smooth: radiusPx }),
      part: (job) => (this.parting ??= partingThread()).run(job),
    });
  }

  private cleanedBeside(labels: LabelMap, steps: CleanUp): Promise<LabelMap> {
    const values = cleanUpValues(this.classes, this.options.classes);
    return (this.thread ??= cleanUpThread()).run({ labels, steps, values });
  }

  async close(): Promise<void> {
    await Promise.all([this.thread?.close(), this.parting?.close()]);
  }
}

async function* keptRows(
  rows: AsyncIterable<PredictedRows>,
  values: ReadonlySet<number>,
): AsyncGenerator<PredictedRows> {
  for await (const part of rows) yield { ...part, labels: keepClasses(part.labels, values) };
}

const keepClasses = (labels: Uint8Array, values: ReadonlySet<number>): Uint8Array =>
  labels.map((value) => (values.has(value) ? value : 0));
