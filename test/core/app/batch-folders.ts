/** Projects with a trained model and folders for it to segment. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { resolveModel } from '../../../src-main/core/models.js';
import { segmentFiles } from '../../../src-main/core/segmentation.js';
import type { AppApi } from '../../../src-main/shared/app-api.js';
import type { BatchSummary, NewBatch } from '../../../src-main/shared/app-api-batch.js';
import { choiceOf, discProject, QUICK, told, type DiscProject } from './training-windows.js';
import { temporaryApp, type TemporaryApp } from './windows.js';

export interface Trained extends DiscProject {
  app: TemporaryApp;
  run: number;
  modelFolder: string;
}

export async function trained(): Promise<Trained> {
  const app = temporaryApp();
  const project = await discProject(app);
  const { id } = await project.window.api.startTraining({ choice: choiceOf({ ...QUICK, steps: 10 }) });
  await told(project.window, 'ended');
  const { folder } = await project.window.api.runDetail({ run: id });
  return { ...project, app, run: id, modelFolder: folder };
}

/** `count` pictures in a folder and one below it, with names as people give them. */
export function plate({ app }: Trained, count: number): string {
  const folder = join(app.folder, 'plate 1');
  mkdirSync(join(folder, 'well ü🙂'), { recursive: true });
  const source = readdirSync(join(app.folder, 'images')).toSorted();
  for (let n = 0; n < count; n++) {
    const below = n % 3 === 0 ? 'well ü🙂' : '.';
    const name = `cell ${String(n).padStart(2, '0')}.png`;
    copyFileSync(join(app.folder, 'images', source[n % source.length]!), join(folder, below, name));
  }
  return folder;
}

export const newBatch = (
  run: number,
  input: string,
  output: string,
  rest: Partial<NewBatch> = {},
): NewBatch => ({
  ...{ run, input, output, overwrite: false, trial: false },
  options: { recursive: true, overlay: false, probabilities: false, measure: true },
  ...rest,
});

export async function atRest({ api }: { api: AppApi }, id: number): Promise<BatchSummary> {
  for (;;) {
    const batch = (await api.batches({})).find((each) => each.id === id)!;
    if (batch.state !== 'running') return batch;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Hashes of all files below a folder but the manifest, which has times in it, and what a kill left half-written. */
export const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(({ name }) => name !== 'manifest.json' && !/^\.brushfield-\w+\.tmp$/.test(name))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );

export async function byCommand(
  { modelFolder, app }: Trained,
  input: string,
): Promise<Record<string, string>> {
  const output = join(app.folder, 'by-command');
  const model = await resolveModel(modelFolder);
  await segmentFiles(model, { input, output, recursive: true, measure: true });
  return contents(output);
}
