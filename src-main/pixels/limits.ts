/** Limits checked against a file's header before anything is allocated for its pixels. */
import { DamagedImage, OverLimit } from './refusal.js';

const MEGAPIXEL = 1024 * 1024;
/** A setting of the machine, so that it holds in every process and thread. */
const asked = Number(process.env['BRUSHFIELD_MAX_MEGAPIXELS']);
/** Pixels a plane. */
export const MAX_PLANE_PIXELS = (Number.isFinite(asked) && asked > 0 ? asked : 512) * MEGAPIXEL;
/** Bytes of one decoded plane with all its channels. */
export const MAX_PLANE_BYTES = 4 * 1024 ** 3;
/** Pages of one file. */
export const MAX_PAGES = 65_536;
/** Files that are read as a whole are no larger; TIFF is read by range and has no such limit. */
export const MAX_WHOLE_FILE_BYTES = 1024 ** 3;

export interface ClaimedSize {
  width: number;
  height: number;
  channels: number;
  bytesPerSample: number;
}

/** @throws DamagedImage for an empty plane, OverLimit for one over the limits. */
export function checkPlane({ width, height, channels, bytesPerSample }: ClaimedSize): void {
  if (width < 1 || height < 1 || channels < 1)
    throw new DamagedImage(`its header claims ${width} × ${height} pixels of ${channels} channels`);
  if (width * height > MAX_PLANE_PIXELS)
    throw new OverLimit(
      `${width} × ${height} pixels, and the limit is ${MAX_PLANE_PIXELS / MEGAPIXEL} million a plane`,
    );
  if (width * height * channels * bytesPerSample > MAX_PLANE_BYTES)
    throw new OverLimit(`a plane of more than ${MAX_PLANE_BYTES / 1024 ** 3} GiB`);
}

/**
 * A tiny file that claims a huge plane is damaged: no compressor packs more than `bestRatio` bytes into one.
 * @throws DamagedImage
 */
export function checkRatio(packedBytes: number, plainBytes: number, bestRatio: number): void {
  if (plainBytes > (packedBytes + 64) * bestRatio)
    throw new DamagedImage(
      `its ${packedBytes} bytes of data cannot hold the ${plainBytes} its header claims`,
    );
}
