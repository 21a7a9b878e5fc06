/** A model, or its weights, for other programs. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../disk/atomic-file.js';
import { appVersion } from '../disk/package-root.js';
import { writeKerasWeights } from '../interop/keras-h5.js';
import { segmentationModel } from '../interop/onnx/segmentation-model.js';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { decodeSafetensors } from '../shared/safetensors.js';
import { LIVE } from '../shared/settings.js';
import { withEngine } from './engine-process.js';
import type { ResolvedModel } from './models.js';

export interface ExportedWeights {
  path: string;
  layers: number;
  parameters: number;
}

/**
 * Writes the weights as Keras `.h5`, by the layer names of our networks (docs/engine.md shows them in Keras).
 * @throws AppError('usage') for a wrong ending, 'exists' for a file that is there, 'disk'.
 */
export async function exportKerasWeights(
  model: ResolvedModel,
  output: string,
  { overwrite = false }: { overwrite?: boolean } = {},
): Promise<ExportedWeights> {
  const path = resolve(output);
  if (!/\.h5$/i.test(path))
    throw new AppError('usage', `Keras weights are a file NAME.h5, and ${output} is not.`);
  if (!overwrite) requireFree(path);
  if (model.file.network === LIVE)
    throw new AppError(
      'usage',
      `${model.run} is no network of layers but a classifier of pixels, for which Keras has no weights.`,
    );
  const { tensors } = decodeSafetensors(await readFile(join(model.folder, RUN_FILES.best)));
  const { layers } = await withEngine({ device: 'cpu' }, ({ api }) => api.describe({ model: model.folder }));
  await writeKerasWeights(
    path,
    tensors,
    layers.map(({ name }) => name),
  );
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { path, layers: layers.length, parameters };
}

/**
 * Writes the model as ONNX (docs/onnx.md). @returns its size.
 * @throws AppError('usage') for a wrong ending, 'exists' for a file that is there, 'bad-model', 'disk', 'stopped'.
 */
export async function exportOnnx(
  model: ResolvedModel,
  output: string,
  { overwrite = false }: { overwrite?: boolean } = {},
  signal?: AbortSignal,
): Promise<{ path: string; bytes: number }> {
  const path = resolve(output);
  if (!/\.onnx$/i.test(path))
    throw new AppError('usage', `An ONNX model is a file NAME.onnx, and ${output} is not.`);
  if (!overwrite) requireFree(path);
  const { run: name, folder, file, sha256 } = model;
  const { tensors: weights } = decodeSafetensors(await readFile(join(folder, RUN_FILES.best)));
  const graph = await withEngine({ device: 'cpu' }, ({ api }) => api.graph({ model: folder }));
  const bytes = segmentationModel({ name, file, graph, weights, sha256, version: appVersion() });
  if (signal?.aborted) throw new AppError('stopped', 'Stopped before the model was written.');
  await writeFileAtomic(path, bytes);
  return { path, bytes: bytes.length };
}

function requireFree(path: string): void {
  if (existsSync(path))
    throw new AppError('exists', `${path} is there already; choose another name or add --overwrite.`);
}
