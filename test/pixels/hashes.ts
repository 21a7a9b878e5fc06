/** What a decoded image is compared by. */
import { createHash } from 'node:crypto';
import type { PixelImage } from '../../src-main/shared/model.js';

/** Hex SHA-256 of little-endian samples, channels last. */
export const hashOf = (...images: Pick<PixelImage, 'data'>[]): string => {
  const hash = createHash('sha256');
  for (const { data } of images) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
};

/** numpy's shape: no channel axis for one channel. */
export const shapeOf = ({ width, height, channels }: PixelImage): number[] =>
  channels === 1 ? [height, width] : [height, width, channels];
