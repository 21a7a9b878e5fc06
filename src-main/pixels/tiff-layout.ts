/** How one TIFF page is laid out: everything its decoding needs, checked before anything is allocated. */
import type { PixelType } from '../shared/model.js';
import { checkPlane, checkRatio } from './limits.js';
import { BYTES_PER_SAMPLE } from './plane.js';
import { DamagedImage, UnsupportedFeature } from './refusal.js';
import { bestRatioOf, COMPRESSION, requireCompression } from './tiff-compression.js';
import { TAG, type TiffDirectory, type TiffFile } from './tiff-file.js';

export interface TiffLayout {
  width: number;
  height: number;
  channels: number;
  alpha: boolean;
  /** As decoded; samples of 1, 2 or 4 bits become uint8. */
  type: PixelType;
  bits: number;
  /** Each channel in blocks of its own. */
  planar: boolean;
  compression: number;
  predictor: number;
  indexed: boolean;
  whiteIsZero: boolean;
  blockWidth: number;
  blockHeight: number;
  tiled: boolean;
  offsets: number[];
  byteCounts: number[];
}

const PHOTOMETRIC_NAMES: Record<number, string> = {
  4: 'a transparency mask',
  5: 'CMYK colours',
  8: 'CIE L*a*b* colours',
  9: 'ICC L*a*b* colours',
  10: 'ITU L*a*b* colours',
  32803: 'a colour filter array (raw camera data)',
  32844: 'LogL luminance',
  32845: 'LogLuv colours',
  34892: 'linear raw camera data',
};

/** @throws DamagedImage, UnsupportedFeature, OverLimit */
export async function readTiffLayout(file: TiffFile, directory: TiffDirectory): Promise<TiffLayout> {
  const one = (tag: number, otherwise: number) => file.number1(directory, tag, otherwise);
  const width = await one(TAG.width, 0);
  const height = await one(TAG.height, 0);
  const channels = await one(TAG.samplesPerPixel, 1);
  const { bits, type } = await readSampleType(file, directory, channels);
  checkPlane({ width, height, channels, bytesPerSample: BYTES_PER_SAMPLE[type] });

  const compression = await one(TAG.compression, COMPRESSION.none);
  requireCompression(compression);
  const photometric = await one(TAG.photometric, channels >= 3 ? 2 : 1);
  if (PHOTOMETRIC_NAMES[photometric]) throw new UnsupportedFeature(PHOTOMETRIC_NAMES[photometric]);
  if (photometric === 6 && compression !== COMPRESSION.jpeg)
    throw new UnsupportedFeature('YCbCr colours that are not JPEG-compressed');
  const whiteIsZero = photometric === 0;
  if (whiteIsZero && !type.startsWith('uint'))
    throw new UnsupportedFeature(`white-is-zero values of type ${type}`);
  if ((await one(TAG.fillOrder, 1)) === 2) throw new UnsupportedFeature('reversed bit order (FillOrder 2)');
  const predictor = await one(TAG.predictor, 1);
  requirePredictor(predictor, type, bits);

  const tiled = directory.fields.has(TAG.tileOffsets) || directory.fields.has(TAG.tileWidth);
  const blockWidth = tiled ? await one(TAG.tileWidth, 0) : width;
  const blockHeight = tiled
    ? await one(TAG.tileHeight, 0)
    : Math.min(height, (await one(TAG.rowsPerStrip, height)) || height);
  // A tile may be larger than its image, but not without bound.
  checkPlane({ width: blockWidth, height: blockHeight, channels, bytesPerSample: BYTES_PER_SAMPLE[type] });

  const planar = channels > 1 && (await one(TAG.planarConfiguration, 1)) === 2;
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * (planar ? channels : 1);
  const blockBytes = Math.ceil((blockWidth * (planar ? 1 : channels) * bits) / 8) * blockHeight;
  const offsets = await file.numbers(directory, tiled ? TAG.tileOffsets : TAG.stripOffsets, blocks + 65_536);
  const given = await file.numbers(
    directory,
    tiled ? TAG.tileByteCounts : TAG.stripByteCounts,
    blocks + 65_536,
  );
  if (!offsets || offsets.length < blocks)
    throw new DamagedImage(`it has ${offsets?.length ?? 0} blocks of data where ${blocks} are needed`);
  // Old writers leave the counts out for plain data in one strip.
  const byteCounts = given ?? (blocks === 1 && compression === COMPRESSION.none ? [blockBytes] : null);
  if (!byteCounts || byteCounts.length < blocks)
    throw new DamagedImage('the sizes of its data blocks are missing');
  if (offsets.some((offset, i) => i < blocks && offset === 0 && !byteCounts[i]))
    throw new UnsupportedFeature('sparse tiles (parts of the image are not in the file)');
  let packedBytes = 0;
  for (let i = 0; i < blocks; i++) packedBytes += byteCounts[i]!;
  // Blocks that share their bytes could claim more than the file has.
  const shared = compression === COMPRESSION.none ? packedBytes : Math.min(packedBytes, file.bytes.size);
  checkRatio(shared, Math.ceil((width * channels * bits) / 8) * height, bestRatioOf(compression));

  const extra = await file.numbers(directory, TAG.extraSamples, 65_536);
  const last = extra?.at(-1);
  return {
    width,
    height,
    channels,
    alpha: channels > 1 && (last === 1 || last === 2),
    type,
    bits,
    planar,
    compression,
    predictor,
    indexed: photometric === 3,
    whiteIsZero,
    blockWidth,
    blockHeight,
    tiled,
    offsets,
    byteCounts,
  };
}

async function readSampleType(file: TiffFile, directory: TiffDirectory, channels: number) {
  if (channels < 1 || channels > 65_535) throw new DamagedImage(`it claims ${channels} channels`);
  const allBits = (await file.numbers(directory, TAG.bitsPerSample, 65_536)) ?? [1];
  const formats = (await file.numbers(directory, TAG.sampleFormat, 65_536)) ?? [1];
  const bits = allBits[0]!;
  const format = formats[0]!;
  if (allBits.some((b) => b !== bits) || formats.some((f) => f !== format))
    throw new UnsupportedFeature('channels of different types');
  const kind = ({ 1: 'uint', 2: 'int', 3: 'float', 4: 'uint' } as Record<number, string>)[format];
  if (!kind) throw new UnsupportedFeature(`complex numbers (sample format ${format})`);
  if (kind === 'uint' && (bits === 1 || bits === 2 || bits === 4)) {
    if (channels > 1) throw new UnsupportedFeature(`${channels} channels of ${bits} bits`);
    return { bits, type: 'uint8' as PixelType };
  }
  const type = `${kind}${bits}`;
  if (!Object.hasOwn(BYTES_PER_SAMPLE, type)) throw new UnsupportedFeature(`${bits}-bit ${kind} samples`);
  return { bits, type: type as PixelType };
}

function requirePredictor(predictor: number, type: PixelType, bits: number): void {
  if (predictor < 1 || predictor > 3) throw new UnsupportedFeature(`predictor ${predictor}`);
  if (predictor === 2 && (bits < 8 || bits === 64))
    throw new UnsupportedFeature(`predictor 2 with ${bits} bits`);
  if (predictor === 3 && !type.startsWith('float'))
    throw new UnsupportedFeature(`predictor 3 with ${type} samples`);
}
