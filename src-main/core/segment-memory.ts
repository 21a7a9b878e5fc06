/** Whether an image is segmented whole or in parts, and whether there is memory for the whole: decided from its header. */
import type { ModelFile } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import { BYTES_PER_SAMPLE } from '../pixels/plane.js';
import type { ImageInfo } from '../shared/model.js';
import type { SegmentOptions } from './segment-plan.js';

const MEGAPIXEL = 1024 * 1024;
const settingOf = (name: string): number | null => {
  const asked = Number(process.env[name]);
  return Number.isFinite(asked) && asked > 0 ? asked : null;
};
/** Settings of the machine. Images of more pixels are computed in parts. */
const WHOLE_PIXELS = (settingOf('BRUSHFIELD_WHOLE_MEGAPIXELS') ?? 64) * MEGAPIXEL;
/**
 * Of an image that is computed in parts, an object in a larger box is not parted: where it is narrow is known of the whole
 * object alone, and that takes 22 bytes a pixel.
 */
export const PARTED_PIXELS = (settingOf('BRUSHFIELD_PARTED_MEGAPIXELS') ?? 32) * MEGAPIXEL;
/** What one image may take, for machines that tell no limit. */
const MEMORY_MB = settingOf('BRUSHFIELD_MEMORY_MB');
/** The rest is for the network itself and for other programs. */
const SHARE_OF_MEMORY = 0.75;

/** Whether an image of this size is worked on in parts where nothing needs it as a whole. */
export const isLarge = ({ width, height }: { width: number; height: number }): boolean =>
  width * height > WHOLE_PIXELS;

type Size = Pick<ImageInfo, 'width' | 'height' | 'channels' | 'type'>;
type Outputs = Pick<SegmentOptions, 'overlay' | 'probabilities' | 'cleanUp'>;

/** Bytes that one image may take now. */
export const memoryForImage = (): number =>
  MEMORY_MB === null ? process.availableMemory() * SHARE_OF_MEMORY : MEMORY_MB * 1e6;

/**
 * Bytes that both processes hold of an image that is computed whole, without the network's own layers: it lies in both,
 * its input channels and class probabilities are floats; an overlay and a table of probabilities are files in memory.
 */
export function bytesOfWhole(
  { width, height, channels, type }: Size,
  { classes, input }: Pick<ModelFile, 'classes' | 'input'>,
  { overlay = false, probabilities = false, cleanUp }: Outputs = {},
): number {
  const asRead = 2 * channels * BYTES_PER_SAMPLE[type];
  const computed = 8 * input.count + 4 * classes.length + 4;
  const written = (overlay ? 8 : 0) + (probabilities ? 12 * classes.length : 0);
  // Objects are numbered in 32 bits; taking them apart needs their distances in 64 and 32, an order and the parts' numbers.
  const cleaned = cleanUp ? (cleanUp.split ? 32 : 10) : 0;
  return width * height * (asRead + computed + written + cleaned);
}

/** Whether an image is read, computed and written in parts. An overlay is drawn over the whole image. */
export const goesInParts = (
  info: Size,
  file: Pick<ModelFile, 'classes' | 'input'>,
  { overlay = false, ...outputs }: Outputs,
  budgetBytes = memoryForImage(),
): boolean => !overlay && (isLarge(info) || bytesOfWhole(info, file, outputs) > budgetBytes);

/**
 * Asked before an image is decoded that is not computed in parts.
 * @param remedy what to do instead, as the end of a sentence. @throws AppError('too-large')
 */
export function requireWholeFits(
  info: Size,
  file: Pick<ModelFile, 'classes' | 'input'>,
  { remedy, ...outputs }: Outputs & { remedy: string },
  budgetBytes = memoryForImage(),
): void {
  const needed = bytesOfWhole(info, file, outputs);
  if (needed <= budgetBytes) return;
  throw new AppError(
    'too-large',
    `It is ${info.width} × ${info.height} px, which takes about ${megabytes(needed)} of memory as a whole, and ${megabytes(budgetBytes)} may be used; ${remedy}.`,
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
