/** A new model against the one it started from, on the same held-out images: the better one is used from now on. */
import { join } from 'node:path';
import { RUN_FILES } from '../../shared/engine-api.js';
import { isAppError } from '../../shared/errors.js';
import { runById, updateRun } from '../../store/runs.js';
import type { Project } from '../projects.js';
import { compareWithThreshold } from '../threshold-comparison.js';
import { readAbout } from '../run-summary.js';
import type { SharedEngine } from './shared-engine.js';
import { comparisonSentence } from './training-sentences.js';

/** With the run it started from, told in a sentence, and with a threshold, kept in its folder. */
export async function compareAfterwards(
  project: Project,
  id: number,
  { engine, signal }: { engine: SharedEngine; signal: AbortSignal },
): Promise<string> {
  const folder = join(project.folder, runById(project.store, id).folder);
  const [sentence] = await Promise.all([
    compareWithOrigin(project, id, engine),
    compareWithThreshold(folder, signal),
  ]);
  return sentence;
}

/**
 * Scores both on the held-out images as they were labelled when the new run started, since the old one's score was
 * measured on the labels of its time; and records these scores, by which `bestRun` chooses.
 * @returns a sentence with both numbers; empty for a run that started from none.
 */
async function compareWithOrigin(project: Project, id: number, engine: SharedEngine): Promise<string> {
  const { from } = await readAbout(project, id);
  const { store } = project;
  if (from === undefined) return '';
  try {
    const [older, newer] = [runById(store, from), runById(store, id)];
    const folderOf = (folder: string) => join(project.folder, folder);
    const snapshot = join(folderOf(newer.folder), RUN_FILES.snapshot);
    const [before, after] = await engine.use(async ({ api }) => {
      const score = (folder: string) => api.evaluate({ model: folderOf(folder), snapshot, split: 'val' });
      return [(await score(older.folder)).scores, (await score(newer.folder)).scores] as const;
    });
    updateRun(store, older.id, { bestScore: before.meanIoU });
    updateRun(store, newer.id, { bestScore: after.meanIoU });
    return comparisonSentence(older.name, before, after);
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'nothing-to-train')
      return 'It could not be compared with the model it started from, because no image is held out.';
    return `It could not be compared with the model it started from: ${error.message}`;
  }
}
