/** GIF and WebP in, the first picture of an animation, through sharp; lossless WebP is exact. Colour profiles are not applied. */
import { sharp } from './libvips.js';
import type { ImageInfo } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { checkPlane, checkRatio, MAX_PLANE_PIXELS, MAX_WHOLE_FILE_BYTES } from './limits.js';
import type { DecodedPlane } from './plane.js';
import { DamagedImage, OverLimit } from './refusal.js';

const OPTIONS = {
  ignoreIcc: true,
  limitInputPixels: MAX_PLANE_PIXELS,
  failOn: 'truncated',
  page: 0,
} as const;

/** WebP stores a plane of one colour in thirty bytes: only beyond this size must a file be in proportion. */
const SMALL_PLANE_BYTES = 64 * 1024 * 1024;
const BEST_RATIO = 20_000;

/** @throws DamagedImage, OverLimit */
export async function readGifWebpInfo(bytes: FileBytes): Promise<ImageInfo> {
  if (bytes.size > MAX_WHOLE_FILE_BYTES)
    throw new OverLimit(
      `a file of ${bytes.size} bytes, and the limit is ${MAX_WHOLE_FILE_BYTES} for this format`,
    );
  const { width, pageHeight, height, hasAlpha, channels, format } = await sharp(
    bytes.path,
    OPTIONS,
  ).metadata();
  if (format !== 'gif' && format !== 'webp') throw new DamagedImage(`it claims to be ${format}`);
  const size = { width, height: pageHeight ?? height, channels };
  checkPlane({ ...size, bytesPerSample: 1 });
  const planeBytes = size.width * size.height * 4;
  if (planeBytes > SMALL_PLANE_BYTES) checkRatio(bytes.size, planeBytes, BEST_RATIO);
  return { ...size, alpha: hasAlpha, type: 'uint8', pages: 1, pixelSizeUm: null };
}

export async function decodeGifWebp(bytes: FileBytes): Promise<DecodedPlane> {
  const { width, height, channels, alpha } = await readGifWebpInfo(bytes);
  const { data, info } = await sharp(bytes.path, OPTIONS).raw().toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== channels)
    throw new DamagedImage(
      `it decodes to ${info.width} × ${info.height} × ${info.channels}, not as it claims`,
    );
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width, height, channels, alpha, type: 'uint8', data: pixels, indexed: false };
}
