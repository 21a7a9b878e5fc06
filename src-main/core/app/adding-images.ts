/** Images added from a window: files and folders without their labels, which are named for a dialog of their own. */
import { resolve } from 'node:path';
import { findLabelledFolder } from '../../interop/voc.js';
import type { AddedImages, FileOutcome, Progress } from '../../shared/app-api.js';
import type { Call } from '../../shared/rpc.js';
import { imageIds } from '../../store/image-list.js';
import { importImages } from '../import.js';
import type { Project } from '../projects.js';

/** On abort nothing is added. @throws AppError as `importImages`. */
export async function addImages(
  project: Project,
  paths: readonly string[],
  call: Call<Progress> = {},
): Promise<AddedImages> {
  const labelPaths: string[] = [];
  const sources: string[] = [];
  for (const path of paths.map((given) => resolve(given))) {
    const labelled = await findLabelledFolder(path);
    sources.push(labelled?.images ?? path);
    if (labelled) labelPaths.push(labelled.labelSource);
  }
  const newest = imageIds(project.store).at(-1) ?? 0;
  const report = await importImages(project, { paths: sources, recursive: true }, call);
  return {
    ids: imageIds(project.store).filter((id) => id > newest),
    files: report.files.map(({ path, reason }): FileOutcome => ({ name: path, reason })),
    notes: report.notes,
    labelPaths,
  };
}
