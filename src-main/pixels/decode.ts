/** Image files in: what their header says, their pixels, and the label numbers of mask files. */
import { AppError } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { decodeBmp, readBmpInfo } from './bmp.js';
import { decodeGifWebp, readGifWebpInfo } from './gif-webp.js';
import { formatOf, withImageFile } from './image-file.js';
import { decodeJpeg, readJpegInfo } from './jpeg.js';
import { collapseLabels, type LabelPixels } from './label-pixels.js';
import type { DecodedPlane, Purpose } from './plane.js';
import { decodePng, readPngInfo } from './png-decode.js';
import { DamagedImage } from './refusal.js';
import { decodeTiff, readTiffInfo } from './tiff.js';

export type { LabelPixels } from './label-pixels.js';

/** File name endings of images we read. The content decides, not the ending. */
export const IMAGE_ENDINGS: readonly string[] = [
  '.png',
  '.tif',
  '.tiff',
  '.jpg',
  '.jpeg',
  '.bmp',
  '.gif',
  '.webp',
];

/**
 * What the header says, of a TIFF that of its first page; no pixels are decoded.
 * @throws AppError 'not-found', 'disk', 'unreadable-image', 'unsupported-image' or 'too-large', naming the file.
 */
export function readImageInfo(path: string): Promise<ImageInfo> {
  return withImageFile(path, async (bytes) => {
    const format = await formatOf(bytes);
    switch (format) {
      case 'tiff':
        return readTiffInfo(bytes);
      case 'png':
        return readPngInfo(bytes);
      case 'bmp':
        return readBmpInfo(bytes);
      case 'jpeg':
        return readJpegInfo(bytes);
      default:
        return readGifWebpInfo(bytes);
    }
  });
}

/**
 * One page at its own bit depth, channels last. PNG palettes are looked up; TIFF palettes are not (they colour
 * intensities). JPEGs are turned as EXIF says; colour profiles are not applied.
 * @param options.page Page of a TIFF from 0 (of a stack z + sizeZ · t); 0 is the only page of the other formats.
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
  requirePage(path, page);
  return withImageFile(path, async (bytes) => {
    const format = await formatOf(bytes);
    if (format === 'tiff') return decodeTiff(bytes, page, purpose);
    if (page > 0) throw new DamagedImage(`it has no page ${page + 1} of 1`);
    switch (format) {
      case 'png':
        return decodePng(await bytes.all(), purpose);
      case 'bmp':
        return decodeBmp(await bytes.all(), purpose);
      case 'jpeg':
        return decodeJpeg(bytes);
      default:
        return decodeGifWebp(bytes);
    }
  });
}

/** @throws AppError('usage') */
export function requirePage(path: string, page: number): void {
  if (!Number.isInteger(page) || page < 0)
    throw new AppError('usage', `Page ${page} of ${path} must be 0 or more.`);
}
