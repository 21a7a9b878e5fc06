/** Scores a model on labelled images: a split of a project, or folders of images and labels. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ImageScores } from '../shared/engine-api.js';
import { AppError, isAppError } from '../shared/errors.js';
import type { ClassInfo, Scores, Split } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { listClasses } from '../store/classes.js';
import { listImages } from '../store/images.js';
import { labelCounts } from '../store/masks.js';
import { withEngine, type EngineOptions } from './engine-process.js';
import { importImages } from './import.js';
import { leaksInto, likenessesAcross, type Leak } from './leak-guard.js';
import type { ResolvedModel } from './models.js';
import { createProject, openProjectToRead, type Project } from './projects.js';
import { writeSnapshot } from './snapshots.js';

export interface EvaluateOptions {
  /** Of the project the model lies in; default `val`. */
  split?: Split;
  /** Instead of a split: images, their labels, and what the label values mean. */
  folders?: { images: string; labels: string; map?: string };
  engine?: EngineOptions;
}

export interface EvaluationReport extends Scores {
  run: string;
  /** What was scored. */
  on: string;
  perImage: ImageScores[];
  /** Files that were left out, with the reason. */
  skipped: { path: string; reason: string }[];
  /** Classes that are labelled there but that the model was not trained on; their pixels counted as unlabelled. */
  leftOut: LeftOut[];
  /** Scored images that belong to images that were trained on, or look nearly the same. */
  leaks: Leak[];
}

export interface LeftOut {
  name: string;
  /** Labelled pixels in what was scored. */
  pixels: number;
}

/** Images scored so far, and how many there are. */
export interface EvaluationProgress {
  done: number;
  total: number;
}

/** @throws AppError('not-found') without a labelled image to score, 'bad-labels' for classes the model does not know. */
export async function evaluateModel(
  model: ResolvedModel,
  { split = 'val', folders, engine = {} }: EvaluateOptions,
  call: Call<EvaluationProgress> = {},
): Promise<EvaluationReport> {
  const scratch = await mkdtemp(join(tmpdir(), 'brushfield-evaluate-'));
  try {
    const { project, skipped } = folders
      ? await projectOfFolders(join(scratch, 'folders.brushfield'), model, folders, call.signal)
      : { project: projectOf(model), skipped: [] };
    try {
      const scored = folders ? 'val' : split;
      requireClassesOf(model.file.classes, listClasses(project.store));
      const classes = model.file.classes.map(({ value }) => value);
      const snapshot = await writeSnapshot(project, join(scratch, 'snapshot'), {
        splits: [scored],
        classes,
      }).catch((error: unknown) => {
        throw isAppError(error) && error.code === 'nothing-to-train'
          ? nothingToScore(scored, folders?.labels, skipped[0])
          : error;
      });
      const total = snapshot.images.length;
      const { scores, perImage } = await withEngine(engine, ({ api }) =>
        api.evaluate(
          { model: model.folder, snapshot: join(scratch, 'snapshot'), split: scored },
          {
            ...(call.signal && { signal: call.signal }),
            onEvent: (done) => call.onEvent?.({ done, total }),
          },
        ),
      );
      const leaks = folders ? leaksFromTraining(model, project) : leaksInto(project, scored);
      const leftOut = leftOutOf(project, { split: scored, classes });
      const on = folders ? folders.images : split;
      return { run: model.run, on, ...scores, perImage, skipped, leftOut, leaks };
    } finally {
      project.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function projectOf(model: ResolvedModel): Project {
  if (model.project === null)
    throw new AppError(
      'usage',
      `${model.folder} lies in no project; say what to score with --images FOLDER --labels FOLDER.`,
    );
  return openProjectToRead(model.project);
}

/** Known only where the model lies in its project: a passport has hashes of files, not how they look. */
function leaksFromTraining({ project: path, passport }: ResolvedModel, scored: Project): Leak[] {
  if (path === null || passport === null) return [];
  const trained = new Set(passport.images.flatMap(({ split, sha256 }) => (split === 'train' ? sha256 : [])));
  const project = openProjectToRead(path);
  try {
    return likenessesAcross(project, ({ sha256 }) => trained.has(sha256), scored);
  } finally {
    project.close();
  }
}

/** Folders are scored as a project of their own, so that pairing, maps and checks are those of an import. */
async function projectOfFolders(
  path: string,
  model: ResolvedModel,
  { images, labels, map }: NonNullable<EvaluateOptions['folders']>,
  signal: AbortSignal | undefined,
): Promise<{ project: Project; skipped: EvaluationReport['skipped'] }> {
  const classes = classNamesOf(model);
  const project = createProject(path, { classes });
  try {
    const report = await importImages(
      project,
      { paths: [images], labels, split: 'val', ...(map !== undefined && { map }) },
      signal ? { signal } : {},
    );
    if (report.classesAdded.length)
      throw new AppError(
        'bad-labels',
        `The model knows the classes ${model.file.classes.map(({ name }) => name).join(', ')}, and --map names ${report.classesAdded.map(({ name }) => name).join(', ')}; use the model's names, and void for what is not to be scored.`,
      );
    const skipped = report.files
      .filter(({ reason }) => reason !== null)
      .map(({ path: file, reason }) => ({ path: file, reason: reason ?? '' }));
    return { project, skipped };
  } catch (error) {
    project.close();
    throw error;
  }
}

/**
 * The classes of the project that the model was trained in, by their label values: masks made for all of them can be
 * scored by a model that was taught some of them.
 */
function classNamesOf(model: ResolvedModel): string[] {
  const names: (string | undefined)[] = [];
  if (model.project !== null) {
    const project = openProjectToRead(model.project);
    for (const { value, name } of listClasses(project.store)) names[value - 1] = name;
    project.close();
  }
  const own = model.file.classes.map(({ name }) => name);
  names.forEach((name, at) => {
    if (name !== undefined && own.includes(name)) names[at] = `former ${name}`;
  });
  for (const { value, name } of model.file.classes) names[value - 1] = name;
  return Array.from(names, (name, at) => name ?? `class ${at + 1}`);
}

/** Each class of the model must be there under its value; the labels may have others besides. */
function requireClassesOf(ofModel: readonly ClassInfo[], ofLabels: readonly ClassInfo[]): void {
  const names = (classes: readonly ClassInfo[]) => classes.map(({ name }) => name).join(', ');
  const sameIn = ({ value, name }: ClassInfo) =>
    ofLabels.some((other) => other.value === value && other.name === name);
  if (!ofModel.every(sameIn))
    throw new AppError(
      'bad-labels',
      `The model knows the classes ${names(ofModel)}, and the labels have ${names(ofLabels)}; they must have all of the model's, under the same numbers.`,
    );
}

function leftOutOf(
  { store }: Project,
  { split, classes }: { split: Split; classes: readonly number[] },
): LeftOut[] {
  const counts = labelCounts(store);
  const images = listImages(store).filter((image) => (image.split ?? 'train') === split);
  return listClasses(store)
    .filter(({ value }) => !classes.includes(value))
    .map(({ value, name }) => ({
      name,
      pixels: images.reduce((sum, { id }) => sum + (counts.get(id)?.[value] ?? 0), 0),
    }))
    .filter(({ pixels }) => pixels > 0);
}

function nothingToScore(
  split: Split,
  labels: string | undefined,
  skipped: EvaluationReport['skipped'][number] | undefined,
): AppError {
  if (labels === undefined)
    return new AppError(
      'not-found',
      `No labelled image is in the split ${split}; "brushfield split" puts images there.`,
    );
  const why = skipped ? ` (${basename(skipped.path)}: ${skipped.reason})` : '';
  return new AppError(
    'not-found',
    `No label of a class is in ${labels}, so there is nothing to score${why}.`,
  );
}
