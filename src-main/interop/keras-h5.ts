/**
 * Keras weights in HDF5: the layouts of Keras 1 and 2 (weights files and whole models, still written by Keras 3 for
 * names ending in `.h5`) and Keras 3's `.weights.h5`. Names come out as `layer/weight` in the spelling of Keras 2:
 * `conv1/kernel`, `conv_dw_1/depthwise_kernel`, `conv1_bn/gamma|beta|moving_mean|moving_variance`.
 */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeFileAtomic } from '../disk/atomic-file.js';
import { AppError, messageOf } from '../shared/errors.js';
import type { NamedTensor } from '../shared/safetensors.js';
import { readHdf5, writeHdf5 } from './hdf5-memory.js';
import type { Hdf5Dataset, Hdf5Entity, Hdf5File, Hdf5Group } from './hdf5-memory.js';
import {
  inKerasOrder,
  namesByOrder,
  nestedLayerOf,
  weightNameIn,
  withDepthwiseName,
} from './keras-weight-names.js';

const MAX_FILE_BYTES = 1 << 30;
/** Of all weights together once unpacked: a compressed file may claim any number. */
const MAX_VALUES = 1 << 28;
const MAX_NAMES = 20_000;
const MAX_DEPTH = 8;
const FLOAT_TYPE = 1; // H5T_FLOAT

const HOW_TO_SAVE = 'save them in Keras with model.save_weights("name.weights.h5")';

/**
 * All float weights of a Keras weights file or model.
 * @param source the file's bytes or its path
 * @returns tensors by `layer/weight`, in the file's order of layers
 * @throws AppError('not-found') without a file, 'too-large' over 1 GiB, 'bad-model' for a damaged file or one that
 *   holds no Keras weights
 */
export async function readKerasWeights(source: Uint8Array | string): Promise<Map<string, NamedTensor>> {
  const label = typeof source === 'string' ? basename(source) : 'The weights file';
  const bytes = typeof source === 'string' ? await readBounded(source) : source;
  if (bytes.length > MAX_FILE_BYTES) throw tooLarge(label);
  // "PK": a zip archive, as the .keras format is.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new AppError('bad-model', `${label} is a zip archive and no HDF5 file; ${HOW_TO_SAVE}.`);
  const damaged = `${label} is damaged or no HDF5 file; copy it again, or ${HOW_TO_SAVE}.`;
  return readHdf5(bytes, damaged, (file) => {
    const reader = new WeightsReader(label);
    const model = file.get('model_weights');
    const classic = isGroup(model) ? model : file;
    const numbered = file.get('layers') ?? file.get('_layer_checkpoint_dependencies');
    if (hasAttribute(classic, 'layer_names')) reader.readClassic(classic);
    else if (isGroup(numbered)) reader.readNumbered(numbered, 0);
    if (!reader.tensors.size)
      throw new AppError('bad-model', `${label} is an HDF5 file without Keras weights; ${HOW_TO_SAVE}.`);
    return reader.tensors;
  });
}

class WeightsReader {
  readonly tensors = new Map<string, NamedTensor>();
  private values = 0;

  constructor(private readonly label: string) {}

  /** Keras 1 and 2: attributes `layer_names` and, a layer, `weight_names` say what is where. */
  readClassic(root: Hdf5Group): void {
    for (const layer of namesIn(root, 'layer_names')) {
      const group = root.get(layer);
      if (!isGroup(group)) throw this.damaged(`the layer ${layer}`);
      const stored = namesIn(group, 'weight_names');
      // TensorFlow 1 renames scopes (conv1_1/kernel:0 in layer conv1): only several scopes mean a nested model.
      const nested = new Set(stored.map(nestedLayerOf)).size > 1;
      for (const path of stored) {
        const dataset = group.get(path);
        if (!isDataset(dataset)) throw this.damaged(`the weight ${path} of layer ${layer}`);
        const owner = (nested && nestedLayerOf(path)) || layer;
        this.add(owner, weightNameIn(owner, path), dataset);
      }
    }
  }

  /** Keras 3: groups by class, each with numbered variables under `vars`; newer versions add the layer's name. */
  readNumbered(root: Hdf5Group, depth: number): void {
    if (depth > MAX_DEPTH) throw this.damaged('its nesting');
    for (const key of root.keys()) {
      const group = root.get(key);
      if (!isGroup(group)) continue;
      const vars = group.get('vars');
      if (isGroup(vars)) {
        const layer = vars.attrs['name']?.value;
        const numbers = vars.keys().sort((a, b) => Number(a) - Number(b));
        const datasets = numbers.map((number) => vars.get(number)).filter(isDataset);
        const names = namesByOrder(
          key,
          datasets.map((dataset) => dataset.shape ?? []),
        );
        datasets.forEach((dataset, index) =>
          this.add(typeof layer === 'string' ? layer : key, names[index]!, dataset),
        );
      }
      const inner = group.get('layers');
      if (isGroup(inner)) this.readNumbered(inner, depth + 1);
    }
  }

  private add(layer: string, weight: string, dataset: Hdf5Dataset): void {
    const { type, size } = dataset.metadata;
    // Integers are counters and seeds, never weights.
    if (type !== FLOAT_TYPE) return;
    const shape = dataset.shape ?? [];
    const name = `${layer}/${withDepthwiseName(layer, weight, shape)}`;
    if (size !== 4 && size !== 8)
      throw new AppError(
        'bad-model',
        `${this.label} holds ${name} as ${size * 8}-bit floats; save the model with float32 weights.`,
      );
    const count = shape.reduce((product, side) => product * side, 1);
    this.values += count;
    if (this.values > MAX_VALUES) throw tooLarge(this.label);
    if (this.tensors.size >= MAX_NAMES || this.tensors.has(name)) throw this.damaged(`the name ${name}`);
    const value = dataset.value;
    const data =
      typeof value === 'number'
        ? Float32Array.of(value)
        : value instanceof Float32Array || value instanceof Float64Array
          ? Float32Array.from(value)
          : null;
    if (data?.length !== count) throw this.damaged(`the weight ${name}`);
    this.tensors.set(name, { shape: [...shape], data });
  }

  private damaged(what: string): AppError {
    return new AppError(
      'bad-model',
      `${this.label} is damaged: ${what} cannot be read; copy the file again.`,
    );
  }
}

/**
 * Writes weights in the layout of Keras 2, which every Keras loads with `model.load_weights("name.h5")`, by position
 * or with `by_name=True`. The file appears whole or not at all.
 * @param path ends in `.h5`, but not in `.weights.h5`: from that name Keras 3 expects its own layout
 * @param tensors by `layer/weight`
 * @param layerOrder the model's layers in order; those without weights may be left out
 * @throws AppError('usage') for a wrong name or a layer that is not in `layerOrder`, 'disk' when it cannot be written
 */
export async function writeKerasWeights(
  path: string,
  tensors: ReadonlyMap<string, NamedTensor>,
  layerOrder: readonly string[],
): Promise<void> {
  if (!path.endsWith('.h5') || path.endsWith('.weights.h5'))
    throw new AppError(
      'usage',
      `Name the weights file NAME.h5 (not .weights.h5), and not ${basename(path)}.`,
    );
  const weightsOf = new Map(layerOrder.map((layer) => [layer, [] as string[]]));
  for (const name of tensors.keys()) {
    const slash = name.lastIndexOf('/');
    const weights = weightsOf.get(name.slice(0, slash));
    if (!weights) throw new AppError('usage', `The weight ${name} belongs to no layer of the model.`);
    weights.push(name.slice(slash + 1));
  }
  const bytes = await writeHdf5((file) => {
    file.create_attribute('layer_names', [...layerOrder]);
    file.create_attribute('backend', 'tensorflow');
    // The version whose layout this is.
    file.create_attribute('keras_version', '2.15.0');
    for (const [layer, weights] of weightsOf) writeLayer(file, layer, inKerasOrder(weights), tensors);
  });
  await writeFileAtomic(path, bytes);
}

function writeLayer(
  file: Hdf5File,
  layer: string,
  weights: string[],
  tensors: ReadonlyMap<string, NamedTensor>,
): void {
  const group = file.create_group(layer);
  if (!weights.length) return void group.create_attribute('weight_names', new Float64Array(0), [0]);
  group.create_attribute(
    'weight_names',
    weights.map((weight) => `${layer}/${weight}:0`),
  );
  const inner = group.create_group(layer);
  for (const weight of weights) {
    const { shape, data } = tensors.get(`${layer}/${weight}`)!;
    inner.create_dataset({ name: `${weight}:0`, data, shape, dtype: '<f4' });
  }
}

/** Keras splits a list of names over `names0`, `names1`, … where one attribute cannot hold it. */
function namesIn(group: Hdf5Group, attribute: string): string[] {
  const { attrs } = group;
  const parts = attrs[attribute] ? [attrs[attribute]] : [];
  for (let index = 0; !attrs[attribute] && attrs[`${attribute}${index}`]; index++)
    parts.push(attrs[`${attribute}${index}`]!);
  return parts.flatMap(({ value }) => {
    const values = Array.isArray(value) ? value : [value];
    return values.filter((name): name is string => typeof name === 'string');
  });
}

const hasAttribute = ({ attrs }: Hdf5Group, name: string): boolean => name in attrs || `${name}0` in attrs;
const isGroup = (entity: Hdf5Entity | null): entity is Hdf5Group =>
  (entity as { type?: string } | null)?.type === 'Group';
const isDataset = (entity: Hdf5Entity | null): entity is Hdf5Dataset =>
  (entity as { type?: string } | null)?.type === 'Dataset';

const tooLarge = (label: string): AppError =>
  new AppError(
    'too-large',
    `${label} holds more than ${MAX_FILE_BYTES >> 20} MB of weights; no network here needs that.`,
  );

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw tooLarge(basename(path));
    const file = await open(path);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError(
      missing ? 'not-found' : 'disk',
      missing ? `There is no file ${path}.` : `${path} cannot be read: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}
