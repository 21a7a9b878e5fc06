/** Freezes the labelled images of a project for the engine; painting goes on and changes nothing in that run. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../shared/errors.js';
import { SPLITS, type LabelMap, type Split } from '../shared/model.js';
import type { Call } from '../shared/rpc.js';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotImage } from '../shared/snapshot.js';
import { encodeGreyPng } from '../pixels/png.js';
import { listClasses } from '../store/classes.js';
import { listImages, type ImageRow } from '../store/images.js';
import { hasLabels, loadMask } from '../store/masks.js';
import { modelPlane } from '../store/model-pixels.js';
import { diskError } from '../disk/atomic-file.js';
import { locateImages, requireUnchanged } from './images.js';
import { learnedCounts, learnedMask } from './learned-labels.js';
import type { Project } from './projects.js';

export interface SnapshotOptions {
  /** Images of these splits; undecided images count as `train`. Default: all. */
  splits?: readonly Split[];
  /** Label values to be told apart; pixels of others count as unlabelled. Default: all. */
  classes?: readonly number[] | null;
  /** Pixels whose label a model gave, and nobody changed or confirmed, are unlabelled in the masks. Default: no. */
  paintedOnly?: boolean;
}

/**
 * Writes `folder` (which must not exist) with `snapshot.json` and `masks/ID.png`: every image of the splits that has a
 * labelled pixel. The folder appears when it is complete.
 * @throws AppError('changed' | 'not-found') for an image file that is not as it was labelled; 'nothing-to-train' when
 *   no image is labelled; 'exists', 'disk', 'stopped'.
 */
export async function writeSnapshot(
  project: Project,
  folder: string,
  { splits = SPLITS, classes = null, paintedOnly = false }: SnapshotOptions = {},
  { signal }: Call = {},
): Promise<Snapshot> {
  const counts = learnedCounts(project.store, { classes, paintedOnly });
  const images = listImages(project.store).filter(
    (image) => splits.includes(splitOf(image)) && hasLabels(counts.get(image.id)),
  );
  if (!images.length)
    throw new AppError(
      'nothing-to-train',
      `No image of ${splits.join(', ')} has labels; paint some, or import them with "brushfield import … --labels FOLDER".`,
    );
  const target = resolve(folder);
  if (existsSync(target)) throw new AppError('exists', `${target} already exists and is not overwritten.`);
  const located = await locateImages(project, images);
  const paths = located.map(requireUnchanged);

  const partial = `${target}.partial`;
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(join(partial, 'masks'), { recursive: true });
    const entries: SnapshotImage[] = [];
    for (const [i, image] of images.entries()) {
      if (signal?.aborted) throw new AppError('stopped', 'Stopped before the labels were frozen.');
      const stored = loadMask(project.store, image.id)!;
      const mask = learnedMask(project.store, image.id, { mask: stored, paintedOnly });
      const modelPixels = modelPixelsIn(mask, modelPlane(project.store, image.id), classes);
      const entry = { ...entryOf(image, paths[i]!, counts.get(image.id)!), modelPixels };
      await writeFile(join(partial, entry.mask), encodeGreyPng(mask));
      entries.push(entry);
    }
    const known = listClasses(project.store).filter(({ value }) => classes?.includes(value) ?? true);
    const snapshot: Snapshot = { version: 1, classes: known, images: entries };
    await writeFile(join(partial, SNAPSHOT_FILE), `${JSON.stringify(snapshot, null, 2)}\n`);
    await mkdir(dirname(target), { recursive: true });
    await rename(partial, target);
    return snapshot;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw diskError(error, target);
  }
}

/** Of the classes that are learned. @param plane 1 where a label is a model's; null: nowhere. */
function modelPixelsIn(
  { data }: LabelMap,
  plane: Uint8Array | null,
  classes: readonly number[] | null,
): number {
  if (!plane) return 0;
  let pixels = 0;
  for (let i = 0; i < plane.length; i++)
    if (plane[i] === 1 && data[i] !== 0 && (classes?.includes(data[i]!) ?? true)) pixels++;
  return pixels;
}

const splitOf = (image: ImageRow): Split => image.split ?? 'train';

/** @param path Where its file is now. */
export const entryOf = (image: ImageRow, path: string, pixelsByValue: number[]): SnapshotImage => ({
  id: image.id,
  name: image.name,
  path,
  page: image.page,
  sha256: image.sha256,
  width: image.width,
  height: image.height,
  channels: image.channels,
  type: image.type,
  pixelSizeUm: image.pixelSizeUm,
  split: splitOf(image),
  mask: `masks/${image.id}.png`,
  pixelsByValue,
});
