/** The beginning of a segmentation: what there is to do, in a folder that is ours until the end. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedModel } from './models.js';
import { OutputFolder } from './output-folder.js';
import { lockOutput, type OutputLock } from './output-lock.js';
import { manifestOf, planSegmentation, type SegmentOptions, type SegmentPlan } from './segment-plan.js';

export interface StartedInFolder {
  plan: SegmentPlan;
  folder: OutputFolder;
  /** To be released at the end. */
  lock: OutputLock;
}

/** @throws as `planSegmentation`, before anything is written, and as `lockOutput` */
export async function startInFolder(model: ResolvedModel, options: SegmentOptions): Promise<StartedInFolder> {
  const { output } = options;
  const manifest = join(output, manifestOf(options));
  const before = await stateOf(manifest);
  let plan = await planSegmentation(model, options);
  const lock = await lockOutput(output, plan.manifestFile);
  try {
    // Between the look and the lock another process may have written all there is to write.
    if ((await stateOf(manifest)) !== before) plan = await planSegmentation(model, options);
    return { plan, folder: new OutputFolder(output, lock), lock };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function stateOf(file: string): Promise<string | null> {
  const info = await stat(file).catch(() => null);
  return info && `${info.ino} ${info.mtimeMs} ${info.size}`;
}
