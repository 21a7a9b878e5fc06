/** Parts of planes: of a TIFF only the strips and tiles under a region are read, so that an image may be larger than memory. */
import { AppError } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import { decodeImage, readImageInfo, requirePage } from './decode.js';
import type { FileBytes } from './file-bytes.js';
import { formatOf, namedError, openImageFile } from './image-file.js';
import { newPixels } from './plane.js';
import { readTiffInfo, TiffPageReader } from './tiff.js';

/** A rectangle of pixels, wholly inside its plane. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Tiles {
  /** Of the page that was opened. */
  info: ImageInfo;
  /** Reading along these costs least; the whole plane where a format cannot be read in parts. */
  blockWidth: number;
  blockHeight: number;
  /** @throws AppError('usage') for a region outside the plane, and as decodeImage. */
  readRegion(region: Region): Promise<PixelImage>;
  close(): Promise<void>;
}

/** Unpacked blocks kept from one region to the next: a row of tiles of 512 px over a width of 32,000 px of uint16. */
const KEEP_BYTES = 64 * 1024 * 1024;

/**
 * Opens a page for reading in parts. TIFF is read block by block; other formats have no random access and are decoded
 * as a whole at the first read.
 * @throws AppError as decodeImage.
 */
export async function openTiles(path: string, { page = 0 }: { page?: number } = {}): Promise<Tiles> {
  requirePage(path, page);
  const bytes = await openImageFile(path);
  try {
    if ((await formatOf(bytes)) === 'tiff') return await openTiffTiles(bytes, page);
  } catch (error) {
    await bytes.close();
    throw namedError(path, error);
  }
  await bytes.close();
  return openWhole(path, page);
}

async function openTiffTiles(bytes: FileBytes, page: number): Promise<Tiles> {
  const info = await readTiffInfo(bytes, page);
  const reader = await TiffPageReader.open(bytes, page, { purpose: 'picture', keepBytes: KEEP_BYTES });
  const { blockWidth, blockHeight } = reader.layout;
  const { width, height, channels, alpha, type } = reader.shape;
  return {
    info,
    blockWidth: Math.min(blockWidth, width),
    blockHeight: Math.min(blockHeight, height),
    async readRegion(region) {
      requireInside(region, info);
      try {
        const data = await reader.read(region);
        return { width: region.width, height: region.height, channels, alpha, type, data };
      } catch (error) {
        throw namedError(bytes.path, error);
      }
    },
    close: () => bytes.close(),
  };
}

async function openWhole(path: string, page: number): Promise<Tiles> {
  const info = await readImageInfo(path);
  let whole: Promise<PixelImage> | null = null;
  return {
    info,
    blockWidth: info.width,
    blockHeight: info.height,
    async readRegion(region) {
      requireInside(region, info);
      return cut(await (whole ??= decodeImage(path, { page })), region);
    },
    close() {
      whole = null;
      return Promise.resolve();
    },
  };
}

/** A copy of a part of a picture. */
export function cut(image: PixelImage, { x, y, width, height }: Region): PixelImage {
  const { channels, alpha, type } = image;
  const data = newPixels(type, width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * image.width + x) * channels;
    data.set(image.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, channels, alpha, type, data };
}

function requireInside(region: Region, plane: { width: number; height: number }): void {
  const { x, y, width, height } = region;
  const whole = [x, y, width, height].every(Number.isInteger);
  if (
    !whole ||
    x < 0 ||
    y < 0 ||
    width < 1 ||
    height < 1 ||
    x + width > plane.width ||
    y + height > plane.height
  )
    throw new AppError(
      'usage',
      `The region ${width} × ${height} at ${x}, ${y} must lie inside the image of ${plane.width} × ${plane.height} px.`,
    );
}
