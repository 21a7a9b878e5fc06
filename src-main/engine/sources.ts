/** Reads a snapshot's images and labels: decoded, checked against their hashes, mapped to the network's input. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, decodeLabelImage } from '../pixels/decode.js';
import { openTiles, type Tiles } from '../pixels/regions.js';
import { AppError, messageOf } from '../shared/errors.js';
import type { PixelImage } from '../shared/model.js';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotImage } from '../shared/snapshot.js';
import { requireFinite } from './intensity.js';
import { VOID_INDEX, type IndexMap } from './warp.js';

/** @throws AppError('bad-project') when the snapshot is missing or damaged. */
export async function readSnapshot(folder: string): Promise<Snapshot> {
  try {
    return JSON.parse(await readFile(join(folder, SNAPSHOT_FILE), 'utf8')) as Snapshot;
  } catch (cause) {
    throw new AppError('bad-project', `The training data in ${folder} cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** @throws AppError('changed') when the file is not the one the labels were made on, 'unsupported-image' for NaN. */
export async function readImage(image: SnapshotImage): Promise<PixelImage> {
  const file = await readFile(image.path).catch((cause: unknown) => {
    throw new AppError('not-found', `The image ${image.name} is no longer at ${image.path}.`, { cause });
  });
  if (createHash('sha256').update(file).digest('hex') !== image.sha256)
    throw new AppError(
      'changed',
      `The image ${image.name} has changed since its labels were made (${image.path}).`,
    );
  const decoded = await decodeImage(image.path, { page: image.page });
  requireFinite(decoded, `The image ${image.name}`);
  return decoded;
}

/** Class indices in the order of the snapshot's class list. */
export async function readLabels(
  folder: string,
  snapshot: Snapshot,
  image: SnapshotImage,
): Promise<IndexMap> {
  const { width, height, data } = await decodeLabelImage(join(folder, image.mask));
  if (width !== image.width || height !== image.height)
    throw new AppError('bad-labels', `The labels of ${image.name} have another size than the image.`);
  const indexOf = new Uint8Array(256).fill(VOID_INDEX);
  snapshot.classes.forEach(({ value }, index) => (indexOf[value] = index));
  return { width, height, data: Uint8Array.from(data, (value) => indexOf[value]!) };
}

/** A page of an image file that is read in parts. @throws AppError as decodeImage. */
export const openImageParts = (path: string, page: number): Promise<Tiles> => openTiles(path, { page });
