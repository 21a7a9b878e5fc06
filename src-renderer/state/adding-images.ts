/** Adding images: by path, through a dialog, or dropped on the window; and what to say afterwards. */
import type { AddedImages } from '../../src-main/shared/app-api.js';
import { strings } from '../strings.js';
import type { AppState } from './app.svelte.js';
import { offerLabels } from './label-files.js';
import type { ImageSource } from './dialogs.svelte.js';
import type { ProjectSession } from './project.svelte.js';
import { uploadDropped } from './uploading.js';

/** Lets a person choose images, or a folder where one dialog cannot offer both, and adds them. */
export async function chooseImages(
  app: AppState,
  project: ProjectSession,
  wanted: 'images' | 'images-folder' = 'images',
): Promise<void> {
  const paths = await app.choosePaths({
    title: strings.images.addTitle,
    wanted,
    folder: app.info?.homeFolder ?? null,
  });
  if (paths && paths.length > 0) await addImages(app, project, { paths });
}

/** Adds images and shows the first new one; files that were left out are listed with their reasons. */
export async function addImages(app: AppState, project: ProjectSession, source: ImageSource): Promise<void> {
  if (project.readOnly) return app.notices.problem(strings.drop.readOnly);
  const given =
    'paths' in source
      ? { paths: source.paths, refused: [], labelPaths: [] }
      : await app.jobs.run(strings.images.uploading, (call) =>
          uploadDropped(project.state.session, source, call),
        );
  if (!given) return;
  const { paths, refused } = given;
  if (paths.length === 0)
    return refused.length > 0
      ? report(app, { ids: [], files: refused, notes: [], labelPaths: [] })
      : undefined;
  const added = await app.jobs.run(strings.images.adding, (call) => app.api.addImages({ paths }, call));
  if (!added) return;
  await project.images.changed(null);
  const [first] = added.ids;
  if (first !== undefined && project.images.currentId === null) project.images.choose(first);
  const labelPaths = [...added.labelPaths, ...given.labelPaths];
  const files = [...refused, ...added.files];
  const complete = added.notes.length === 0 && files.every(({ reason }) => reason === null);
  // One dialog at a time: where files were left out, that comes first and names the labels.
  const notes = complete ? [] : [...added.notes, ...labelPaths.map(strings.drop.labelsNext)];
  report(app, { ...added, files, notes });
  if (complete && labelPaths.length > 0) await offerLabels(app, labelPaths);
}

function report(app: AppState, added: AddedImages): void {
  const skipped = added.files.filter((file) => file.reason !== null);
  const summary = added.ids.length > 0 ? strings.images.added(added.ids.length) : strings.images.nothingAdded;
  if (skipped.length === 0 && added.notes.length === 0) {
    app.notices.say(summary, added.ids.length > 0 ? 'done' : 'info');
    return;
  }
  app.dialogs.show({
    kind: 'results',
    title: strings.images.adding,
    summary,
    files: skipped,
    notes: added.notes,
  });
}

/** Looks for images whose files have moved, below a folder that a person chooses. */
export async function relinkFolder(app: AppState, project: ProjectSession): Promise<void> {
  const chosen = await app.choosePaths({
    title: strings.image.relinkTitle,
    wanted: 'images-folder',
    folder: null,
  });
  const folder = chosen?.[0];
  if (folder === undefined) return;
  const result = await app.jobs.run(strings.image.relinking, (call) =>
    app.api.relinkFolder({ folder }, call),
  );
  if (!result) return;
  await project.images.changed(null);
  app.notices.say(strings.image.relinked(result.found, result.missing), 'done');
}
