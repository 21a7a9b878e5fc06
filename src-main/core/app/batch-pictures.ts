/** Small pictures of what a batch has made. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors.js';
import { batchById, batchFile } from '../../store/batches.js';
import { listClasses } from '../../store/classes.js';
import { runById } from '../../store/runs.js';
import { isBackground } from '../background.js';
import type { DecoderPool } from '../decoding.js';
import { readModelFile } from '../passport.js';
import type { OpenProject } from './open-project.js';
import { labelledThumbnail, plainThumbnail } from './thumbnails.js';

/** A mask of so many pixels is read within a second and takes as many bytes. */
const LARGEST_MASK_PX = 64e6;

/**
 * A PNG of at most 256 px a side: the image, its first page, with its mask over it. The mask of a very large image is left out.
 * @throws AppError('not-found') for a file that was not segmented, and as decoding does.
 */
export async function batchPicture(
  pool: DecoderPool,
  open: OpenProject,
  { batch, place, signal }: { batch: number; place: number; signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { store } = open.project;
  const row = batchById(store, batch);
  const { path, sha256, masks } = batchFile(store, batch, place);
  const [mask] = masks;
  const made = mask === undefined ? null : await stat(mask).catch(() => null);
  if (mask === undefined || !made || sha256 === null)
    throw new AppError('not-found', 'This file has no mask.');
  const name = `${sha256}-batch${batch}-${place}-${Math.round(made.mtimeMs)}.png`;
  const kept = await open.thumbnails.read(name);
  if (kept) return kept;
  const call = { signal, priority: 'soon' } as const;
  const source = { sha256, page: 0, path: () => Promise.resolve(path), cache: open.thumbnails };
  const plain = await plainThumbnail(pool, source, call);
  const { width, height } = await pool.info(mask, call);
  if (width * height > LARGEST_MASK_PX) return plain;
  const { data } = await pool.labels(mask, 0, call);
  const classes =
    row.run === null
      ? listClasses(store)
      : (await readModelFile(join(open.project.folder, runById(store, row.run).folder))).classes;
  const labels = { width, height, data: Uint8Array.from(data) };
  const picture = labelledThumbnail(
    plain,
    labels,
    classes.filter((info) => !isBackground(info)),
  );
  await open.thumbnails.keep(name, picture);
  return picture;
}
