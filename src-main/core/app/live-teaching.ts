/** Brings images and labelled pixels of a project to the engine until it has learned from them. */
import type { LiveState } from '../../shared/app-api-live.js';
import type { Progress } from '../../shared/app-api.js';
import type { LivePixels } from '../../shared/engine-api-live.js';
import { AppError, isAppError, messageOf } from '../../shared/errors.js';
import type { ImageRow } from '../../store/images.js';
import type { Engine } from '../engine-process.js';
import { requireUnchanged } from '../images.js';
import type { OpenProject } from './open-project.js';
import type { AppServices } from './service.js';

/** Of one image, as 8 bits a channel and the single-precision numbers it becomes in the engine. */
const MOST_IMAGE_BYTES = 512 * 2 ** 20;
const BYTES_A_SAMPLE = 1 + Float32Array.BYTES_PER_ELEMENT;
/** Images that are missed are given and the fit is asked for again; one that changes the input makes all be missed once more. */
const MOST_ROUNDS = 4;
/** Equal labels have equal suggestions. */
export const LIVE_SEED = 1;

export interface LabelledRow {
  row: ImageRow;
  pixels: LivePixels;
}

/** Which engine, and until when. */
export interface Teaching {
  /** Names the job in the engine. */
  owner: string;
  engine: Engine;
  signal: AbortSignal | undefined;
  /** Called before each image that is read. */
  onRead?: ((progress: Progress) => void) | undefined;
}

export const NO_PIXELS = { places: new Uint32Array(), values: new Uint8Array() };

export const liveKey = ({ sha256, page }: ImageRow): string => `${sha256}-${page}`;

/** Images that cannot be read or do not go with the others are left out, with the reason. */
export async function teach(
  open: OpenProject,
  { images, classes, pool }: { images: LabelledRow[]; classes: number[]; pool: AppServices['pool'] },
  teaching: Teaching,
): Promise<LiveState> {
  const { owner, engine, signal, onRead } = teaching;
  const started = performance.now();
  const leftOut = new Map<string, string>();
  let used = images.filter(({ pixels }) => pixels.places.length > 0);
  for (let round = 0; ; round++) {
    // It would end the fit of the call that took its place.
    signal?.throwIfAborted();
    const fit = await engine.api.liveFit(
      { owner, classes, seed: LIVE_SEED, images: used.map(({ pixels }) => pixels) },
      signal ? { signal } : {},
    );
    for (const { row, pixels } of used)
      if (fit.unlike.includes(pixels.key))
        leftOut.set(row.name, 'It has other channels than the other images.');
    if (fit.missing.length === 0 || round === MOST_ROUNDS) {
      const left = used.filter(({ row }) => !leftOut.has(row.name));
      return {
        complete: false,
        fitted: fit.fitted,
        perClass: classes.map((value) => ({
          value,
          pixels: left.reduce((sum, one) => sum + countOf(one, value), 0),
        })),
        images: left.length,
        leftOut: [...leftOut].map(([name, reason]) => ({ name, reason })),
        fitMs: performance.now() - started,
      };
    }
    const missing = used.filter(({ pixels }) => fit.missing.includes(pixels.key));
    for (const [done, one] of missing.entries())
      try {
        onRead?.({ done, total: missing.length, name: one.row.name });
        await giveImage(open, { ...one, pool }, teaching);
      } catch (error) {
        if (signal?.aborted || !isAppError(error) || !engine.alive()) throw error;
        leftOut.set(one.row.name, messageOf(error));
      }
    used = used.filter(({ row }) => !leftOut.has(row.name));
  }
}

const countOf = ({ pixels }: LabelledRow, value: number): number =>
  pixels.values.reduce((sum, one) => sum + Number(one === value), 0);

/** @throws AppError as decoding, 'unsupported-image' for one that is too large. */
export async function giveImage(
  open: OpenProject,
  { row, pixels, pool }: LabelledRow & { pool: AppServices['pool'] },
  { owner, engine, signal }: Teaching,
): Promise<void> {
  if (row.width * row.height * BYTES_A_SAMPLE > MOST_IMAGE_BYTES)
    throw new AppError(
      'unsupported-image',
      `${row.name} has ${row.width} × ${row.height} px: too many for suggestions, which are made of up to 100 megapixels.`,
    );
  const source = requireUnchanged(await open.locate(row.id));
  const image = await pool.decode(source, row.page, { signal, priority: 'soon' });
  await engine.api.liveImage({ owner, image, ...pixels }, signal ? { signal } : {});
}
