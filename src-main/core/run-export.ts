/** A trained model copied out of its project: as a folder, as one zip file, or for other programs. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { diskError, writePiecesAtomic } from '../disk/atomic-file.js';
import { zipped } from '../interop/zip.js';
import type { Progress } from '../shared/app-api.js';
import type { RunExportFormat } from '../shared/app-api-training.js';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import { runById } from '../store/runs.js';
import { exportOnnx } from './model-export.js';
import { resolveModel, type ResolvedModel } from './models.js';
import type { Project } from './projects.js';

/** What is needed to predict and to know where it comes from; not the images' labels, nor what only resuming needs. */
const LEFT_OUT: readonly string[] = [RUN_FILES.snapshot, RUN_FILES.last, RUN_FILES.initial, 'training.pid'];

interface RunFile {
  path: string;
  /** Within the run's folder, parts separated by `/`. */
  name: string;
  bytes: number;
}

/** What the file's name ends with. */
const ENDINGS: Record<RunExportFormat, string> = { folder: '', zip: '.zip', onnx: '.onnx' };

/**
 * Writes `target/NAME`, `NAME.zip` or `NAME.onnx`, which must not be there; it appears when it is complete. Progress counts bytes.
 * @returns its path. @throws AppError('exists' | 'bad-model' | 'disk' | 'stopped')
 */
export async function exportRun(
  project: Project,
  { run: id, target, format }: { run: number; target: string; format: RunExportFormat },
  call: Call<Progress> = {},
): Promise<string> {
  const run = runById(project.store, id);
  const folder = join(project.folder, run.folder);
  if (!existsSync(join(folder, RUN_FILES.best)))
    throw new AppError('bad-model', `${run.name} has no trained weights yet, so there is nothing to export.`);
  const path = join(resolve(target), `${run.name}${ENDINGS[format]}`);
  requireFree(path);
  if (format === 'onnx') {
    const model = await resolveModel(folder);
    await exportOnnx({ ...model, run: run.name }, path, {}, call.signal);
    return path;
  }
  await (format === 'zip' ? zipFolder(folder, run.name, path, call) : copyFolder(folder, path, call));
  return path;
}

/** As `exportRun`, into a file. @throws also AppError('usage') for a name that does not end in `.zip` */
export async function exportModelZip(
  model: ResolvedModel,
  { output, overwrite = false }: { output: string; overwrite?: boolean },
  call: Call<Progress> = {},
): Promise<{ path: string; bytes: number }> {
  const path = resolve(output);
  if (!/\.zip$/i.test(path))
    throw new AppError('usage', `A model as one file is a file NAME.zip, and ${output} is not.`);
  if (!overwrite) requireFree(path);
  await zipFolder(model.folder, model.run, path, call);
  return { path, bytes: (await stat(path)).size };
}

function requireFree(path: string): void {
  if (existsSync(path)) throw new AppError('exists', `${path} already exists and is not overwritten.`);
}

async function zipFolder(
  folder: string,
  run: string,
  path: string,
  { signal, onEvent }: Call<Progress>,
): Promise<void> {
  const files = await filesOf(folder);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const entries = files.map((file) => ({
    // Unpacked where it lies it is one folder, as a folder's export is.
    name: `${run}/${file.name}`,
    path: file.path,
    compress: !file.name.endsWith('.safetensors'),
  }));
  const onBytes = (bytes: number, name: string) => onEvent?.({ done: (done += bytes), total, name });
  await writePiecesAtomic(path, zipped(entries, { signal, onBytes }));
}

async function copyFolder(folder: string, path: string, { signal, onEvent }: Call<Progress>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const files = await filesOf(folder);
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const { name, path: from, bytes } of files) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped before the model was copied.');
      const to = join(partial, ...name.split('/'));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(from, to);
      onEvent?.({ done: (done += bytes), total, name });
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw diskError(error, path);
  }
}

async function filesOf(folder: string): Promise<RunFile[]> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true });
  const files: RunFile[] = [];
  for (const entry of found.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const parts = relative(folder, path).split(sep);
    // Half-written ones are gone before they could be read.
    if (LEFT_OUT.includes(parts[0]!) || entry.name.endsWith('.tmp')) continue;
    files.push({ path, name: parts.join('/'), bytes: (await stat(path)).size });
  }
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
