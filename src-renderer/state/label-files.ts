/** Label images in and out of the project, and what to say afterwards. */
import type { ExportFormat, FileOutcome, LabelImport } from '../../src-main/shared/app-api.js';
import { strings } from '../strings.js';
import type { AppState } from './app.svelte.js';

/** Lets a person choose label images, looks at them, and asks what their values mean. */
export async function chooseLabels(app: AppState): Promise<void> {
  const paths = await app.choosePaths({ title: strings.importLabels.choose, wanted: 'labels', folder: null });
  if (paths) await offerLabels(app, paths);
}

/** Shows which images the label files fit and what their values may mean; nothing is imported before it is confirmed. */
export async function offerLabels(app: AppState, paths: string[]): Promise<void> {
  const preview = await app.jobs.run(strings.importLabels.looking, (call) =>
    app.api.previewLabelImport({ paths }, call),
  );
  if (!preview) return;
  if (preview.pairs.length > 0) app.dialogs.show({ kind: 'import-labels', paths, preview });
  else
    app.dialogs.show({
      kind: 'results',
      title: strings.importLabels.title,
      summary: strings.importLabels.nothing,
      files: preview.unmatched,
      notes: [],
    });
}

export async function importLabels(app: AppState, request: LabelImport): Promise<void> {
  const project = app.project;
  const result = await app.jobs.run(strings.importLabels.working, (call) =>
    app.api.importLabels(request, call),
  );
  if (!result || !project) return;
  project.newest = 'project';
  await project.replaced(result.state);
  report(app, strings.importLabels.title, strings.importLabels.done(taken(result.files)), result.files);
}

export async function exportLabels(
  app: AppState,
  request: { format: ExportFormat; folder: string; ids: number[] | null; overwrite: boolean },
): Promise<void> {
  const result = await app.jobs.run(strings.exportLabels.working, (call) =>
    app.api.exportLabels(request, call),
  );
  if (!result) return;
  const summary = strings.exportLabels.done(taken(result.files), result.folder);
  report(app, strings.exportLabels.title, summary, result.files);
}

const taken = (files: readonly FileOutcome[]) => files.filter((file) => file.reason === null).length;

/** A sentence when all went well, a list when files were left out. */
function report(app: AppState, title: string, summary: string, files: readonly FileOutcome[]): void {
  const skipped = files.filter((file) => file.reason !== null);
  if (skipped.length === 0) app.notices.say(summary, 'done');
  else app.dialogs.show({ kind: 'results', title, summary, files: skipped, notes: [] });
}
