/** Image files in: what their header says, their pixels, and the label numbers of mask files. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { decodeBmp, readBmpInfo } from './bmp.js';
import { FileBytes } from './file-bytes.js';
import { decodeJpeg, readJpegInfo } from './jpeg.js';
import { collapseLabels, type LabelPixels } from './label-pixels.js';
import type { DecodedPlane, Purpose } from './plane.js';
import { decodePng, readPngInfo } from './png-decode.js';
import { DamagedImage, OverLimit, UnsupportedFeature } from './refusal.js';
import { decodeTiff, readTiffInfo } from './tiff.js';

export type { LabelPixels } from './label-pixels.js';

/** File name endings of images we read. The content decides, not the ending. */
export const IMAGE_ENDINGS: readonly string[] = ['.png', '.tif', '.tiff', '.jpg', '.jpeg', '.bmp'];

type Format = 'png' | 'jpeg' | 'bmp' | 'tiff';

/**
 * What the header says; no pixels are decoded.
 * @throws AppError 'not-found', 'disk', 'unreadable-image', 'unsupported-image' or 'too-large', naming the file.
 */
export function readImageInfo(path: string): Promise<ImageInfo> {
  return withFile(path, async (bytes) => {
    const format = await formatOf(bytes);
    if (format === 'tiff') return readTiffInfo(bytes);
    const file = await bytes.all();
    if (format === 'png') return readPngInfo(file);
    return format === 'bmp' ? readBmpInfo(file) : readJpegInfo(file);
  });
}

/**
 * One plane at its own bit depth, channels last. PNG palettes are looked up; TIFF palettes are not (they colour
 * intensities). JPEGs are turned as EXIF says; colour profiles are not applied.
 * @param options.page Page of a TIFF from 0; 0 is the only page of the other formats.
 * @throws AppError as readImageInfo, for damaged pixel data too.
 */
export async function decodeImage(path: string, options: { page?: number } = {}): Promise<PixelImage> {
  const { width, height, channels, alpha, type, data } = await decodePlane(
    path,
    options.page ?? 0,
    'picture',
  );
  return { width, height, channels, alpha, type, data };
}

/**
 * The numbers a mask file stores, 0 … 65535: palette indices, or grey values. Colour files whose channels are all
 * equal are grey; alpha is ignored; one-bit masks are 0 and 255.
 * @throws AppError as decodeImage, and 'bad-labels' for real colours and for values that are no label numbers.
 */
export async function decodeLabelImage(path: string, options: { page?: number } = {}): Promise<LabelPixels> {
  return collapseLabels(await decodePlane(path, options.page ?? 0, 'labels'), path);
}

function decodePlane(path: string, page: number, purpose: Purpose): Promise<DecodedPlane> {
  if (!Number.isInteger(page) || page < 0)
    throw new AppError('usage', `Page ${page} of ${path} must be 0 or more.`);
  return withFile(path, async (bytes) => {
    const format = await formatOf(bytes);
    if (format === 'tiff') return decodeTiff(bytes, page, purpose);
    if (page > 0) throw new DamagedImage(`it has no page ${page + 1} of 1`);
    const file = await bytes.all();
    if (format === 'png') return decodePng(file, purpose);
    return format === 'bmp' ? decodeBmp(file, purpose) : decodeJpeg(file);
  });
}

async function formatOf(bytes: FileBytes): Promise<Format> {
  if (bytes.size === 0) throw new DamagedImage('it is empty');
  const head = await bytes.read(0, Math.min(16, bytes.size));
  const text = head.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('BM')) return 'bmp';
  const known = knownElsewhere(text);
  if (known) throw new UnsupportedFeature(known);
  throw new DamagedImage('its content is no PNG, JPEG, BMP or TIFF');
}

function knownElsewhere(text: string): string | null {
  if (text.startsWith('GIF8')) return 'the GIF format';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'the WebP format';
  if (text.startsWith('\x89HDF')) return 'the HDF5 format';
  if (text.startsWith('ZISRAWFILE')) return 'the CZI format';
  if (text.startsWith('8BPS')) return 'the Photoshop format';
  if (text.slice(4, 8) === 'ftyp') return 'the HEIF or AVIF format';
  if (text.startsWith('\xda\xce\xbe\x0a')) return 'the ND2 format';
  if (text.startsWith('\0\0\0\x0cjP')) return 'the JPEG 2000 format';
  return null;
}

/** Opens, runs, closes, and turns what decoders throw into one sentence that names the file. */
async function withFile<T>(path: string, body: (bytes: FileBytes) => Promise<T>): Promise<T> {
  let bytes: FileBytes | undefined;
  try {
    bytes = await FileBytes.open(path);
    return await body(bytes);
  } catch (error) {
    throw namedError(path, error);
  } finally {
    await bytes?.close();
  }
}

function namedError(path: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const name = basename(path);
  if (error instanceof UnsupportedFeature)
    return new AppError(
      'unsupported-image',
      `${name} uses ${error.message}, which is not supported; save it as PNG or as TIFF without compression.`,
      { cause: error },
    );
  if (error instanceof OverLimit)
    return new AppError('too-large', `${name} has ${error.message}; cut it into parts first.`, {
      cause: error,
    });
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EIO' || code === 'EMFILE' || code === 'ENOSPC')
    return new AppError('disk', `${name} could not be read from the disk (${code}).`, { cause: error });
  // Whatever else a codec throws on a file's bytes means that they are not what the format says.
  const reason = error instanceof DamagedImage ? error.message : `its data are damaged (${firstLine(error)})`;
  return new AppError('unreadable-image', `${name} cannot be read: ${reason}.`, { cause: error });
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split('\n', 1)[0]!
    .replace(/\.$/, '');
