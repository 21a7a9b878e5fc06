/** Pretrained weights in the user's folder: Keras `.h5` files, kept by hash, each with a card of what is in it. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readKerasWeights } from '../interop/keras-h5.js';
import { AppError } from '../shared/errors.js';
import type { NamedTensor } from '../shared/safetensors.js';
import { writeFileAtomic, writeJsonAtomic } from '../disk/atomic-file.js';
import { weightsFolder } from './user-folder.js';

/** The card beside a weights file (`HASH.json` beside `HASH.h5`). */
export interface WeightsCard {
  /** The file's name when it was added. */
  name: string;
  sha256: string;
  bytes: number;
  layers: string[];
  parameters: number;
  /** Whether `--weights imagenet` can use it: a MobileNet encoder, and no decoder of somebody's network. */
  imagenet: boolean;
}

export interface AddedWeights {
  card: WeightsCard;
  path: string;
  /** False when the same bytes were there already. */
  added: boolean;
}

/** The file that Keras publishes, as people find it. */
const OFFICIAL_FILE = 'mobilenet_1_0_224_tf_no_top.h5';

/**
 * Checks that `file` holds Keras weights and copies it into the user's folder. Adding it again changes nothing.
 * @throws AppError('not-found' | 'bad-model' | 'disk')
 */
export async function addWeights(file: string, folder = weightsFolder()): Promise<AddedWeights> {
  const bytes = await readWeightsFile(file);
  const tensors = await readKerasWeights(file);
  if (!tensors.size) throw new AppError('bad-model', `${file} holds no weights of layers.`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(folder, `${sha256}.h5`);
  const known = (await listWeights(folder)).find((card) => card.sha256 === sha256);
  if (known && (await hashOf(path)) === sha256) return { card: known, path, added: false };

  const card: WeightsCard = {
    name: basename(file),
    sha256,
    bytes: bytes.length,
    layers: layersOf(tensors),
    parameters: [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
    imagenet: isMobileNetEncoder(tensors),
  };
  await writeFileAtomic(path, bytes);
  // The card last: a file without a card is not listed, a card without a file never exists.
  await writeJsonAtomic(join(folder, `${sha256}.json`), card);
  return { card, path, added: true };
}

/** The cards in the user's folder by name; an empty list when nothing was ever added. */
export async function listWeights(folder = weightsFolder()): Promise<WeightsCard[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const cards: WeightsCard[] = [];
  for (const name of names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)))
    cards.push(JSON.parse(await readFile(join(folder, name), 'utf8')) as WeightsCard);
  return cards.sort((a, b) => a.name.localeCompare(b.name) || a.sha256.localeCompare(b.sha256));
}

/**
 * Path of the ImageNet encoder that was added.
 * @throws AppError('not-found') saying which file to get and how to add it.
 */
export async function imagenetWeights(folder = weightsFolder()): Promise<string> {
  const card = (await listWeights(folder)).find(({ imagenet }) => imagenet);
  if (!card)
    throw new AppError(
      'not-found',
      `The ImageNet weights are not here yet: get ${OFFICIAL_FILE}, the official file of Keras' MobileNet ` +
        `(keras.applications), and run "brushfield weights add ${OFFICIAL_FILE}".`,
    );
  return join(folder, `${card.sha256}.h5`);
}

const layersOf = (tensors: ReadonlyMap<string, NamedTensor>): string[] => [
  ...new Set([...tensors.keys()].map((name) => name.slice(0, name.lastIndexOf('/')))),
];

const MOBILENET_LAYER = /^conv(1|_dw_\d+|_pw_\d+|_preds)(_bn)?$/;
const MOBILENET_SHAPES: Record<string, string> = {
  'conv1/kernel': '3,3,3,32',
  'conv_pw_1/kernel': '1,1,32,64',
  'conv_pw_11/kernel': '1,1,512,512',
};

/** Whether these are MobileNet-v1 (alpha 1) weights by layer names and shapes, and nothing else. */
export const isMobileNetEncoder = (tensors: ReadonlyMap<string, NamedTensor>): boolean =>
  Object.entries(MOBILENET_SHAPES).every(([name, shape]) => tensors.get(name)?.shape.join() === shape) &&
  layersOf(tensors).every((layer) => MOBILENET_LAYER.test(layer));

async function readWeightsFile(file: string): Promise<Buffer> {
  const info = await stat(file).catch(() => null);
  if (!info) throw new AppError('not-found', `There is no file ${file}.`);
  if (!info.isFile()) throw new AppError('bad-model', `${file} is no weights file (.h5) but a folder.`);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError('disk', `${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

const hashOf = async (path: string): Promise<string | null> => {
  const bytes = await readFile(path).catch(() => null);
  return bytes && createHash('sha256').update(bytes).digest('hex');
};
