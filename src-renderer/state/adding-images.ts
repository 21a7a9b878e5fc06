/** Adding images: by path, through a dialog, or dropped on the window; and what to say afterwards. */
import { uploadUrl } from '../../src-main/shared/app-urls.js';
import type { AddedImages, FileOutcome, Progress } from '../../src-main/shared/app-api.js';
import { AppError } from '../../src-main/shared/errors.js';
import type { Call } from '../../src-main/shared/rpc.js';
import { strings } from '../strings.js';
import type { AppState } from './app.svelte.js';
import { offerLabels } from './label-files.js';
import type { ImageSource } from './dialogs.svelte.js';
import type { ProjectSession } from './project.svelte.js';

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
      ? { paths: source.paths, refused: [] }
      : await app.jobs.run(strings.images.uploading, (call) =>
          upload(project.state.session, source.files, call),
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
  const { labelPaths } = added;
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

/**
 * Sends dropped files to the core one after the other. Resolves to the paths of their kept copies, and to what was
 * refused: one text file in a dropped folder must not keep its images out.
 * @throws AppError('disk') when no more can be kept, AppError('stopped') when the signal says so.
 */
async function upload(
  session: string,
  files: readonly File[],
  call: Call<Progress>,
): Promise<{ paths: string[]; refused: FileOutcome[] }> {
  const paths: string[] = [];
  const refused: FileOutcome[] = [];
  for (const [done, file] of files.entries()) {
    call.onEvent?.({ done, total: files.length, name: file.name });
    const answer = await fetch(uploadUrl(session, file.name), {
      method: 'POST',
      body: file,
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const { path, sentence } = (await answer.json()) as { path?: string; sentence?: string };
    if (path !== undefined) {
      paths.push(path);
      continue;
    }
    const reason = sentence ?? strings.drop.uploadFailed(file.name);
    if (answer.status >= 500 || answer.status === 404) throw new AppError('disk', reason);
    refused.push({ name: file.name, reason });
  }
  return { paths, refused };
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
