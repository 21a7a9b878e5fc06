/** JPEG in, through libjpeg (sharp): turned as EXIF says, colour profiles not applied, CMYK refused. */
import { sharp } from './libvips.js';
import type { ImageInfo } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { checkPlane, checkRatio, MAX_PLANE_PIXELS } from './limits.js';
import type { DecodedPlane } from './plane.js';
import { DamagedImage, UnsupportedFeature } from './refusal.js';

/** Two bits for a block of 64 pixels of three channels is less than any encoder writes. */
const BEST_RATIO = 2000;
const OPTIONS = { ignoreIcc: true, limitInputPixels: MAX_PLANE_PIXELS, failOn: 'truncated' } as const;

/** @throws DamagedImage, UnsupportedFeature, OverLimit */
export async function readJpegInfo(file: FileBytes): Promise<ImageInfo> {
  const { width, height, channels, space, orientation, bitsPerSample } = await sharp(
    file.path,
    OPTIONS,
  ).metadata();
  if (space === 'cmyk' || channels === 4) throw new UnsupportedFeature('CMYK colours in a JPEG');
  if (bitsPerSample && bitsPerSample !== 8)
    throw new UnsupportedFeature(`${bitsPerSample} bits a sample in a JPEG`);
  if (channels !== 1 && channels !== 3) throw new DamagedImage(`its header claims ${channels} channels`);
  checkPlane({ width, height, channels, bytesPerSample: 1 });
  checkRatio(file.size, width * height * channels, BEST_RATIO);
  const turned = (orientation ?? 1) >= 5;
  return {
    width: turned ? height : width,
    height: turned ? width : height,
    channels,
    alpha: false,
    type: 'uint8',
    pages: 1,
    pixelSizeUm: null,
  };
}

export async function decodeJpeg(file: FileBytes): Promise<DecodedPlane> {
  const { channels } = await readJpegInfo(file);
  const { data, info } = await sharp(file.path, OPTIONS)
    .autoOrient()
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new DamagedImage(`it decodes to ${info.channels} channels, not ${channels}`);
  return {
    width: info.width,
    height: info.height,
    channels,
    alpha: false,
    type: 'uint8',
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    indexed: false,
  };
}
