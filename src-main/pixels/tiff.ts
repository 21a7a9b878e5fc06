/** TIFF in: pages to pixels. Own code, because wrong pixels without an error are worse than a refusal. */
import { sharp } from './libvips.js';
import type { ImageInfo, PixelArray } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { checkPlane, MAX_PLANE_PIXELS } from './limits.js';
import { omePixelSizeUm, imagejPixelSizeUm, imagejSpacingUm, plausiblePixelSizeUm } from './pixel-size.js';
import { BYTES_PER_SAMPLE, newPixels, spreadFactor } from './plane.js';
import type { DecodedPlane, Purpose } from './plane.js';
import { DamagedImage, UnsupportedFeature } from './refusal.js';
import type { Region } from './regions.js';
import { TiffBlocks } from './tiff-blocks.js';
import { COMPRESSION } from './tiff-compression.js';
import { TAG, TiffFile, type TiffDirectory } from './tiff-file.js';
import { readTiffLayout, type TiffLayout } from './tiff-layout.js';
import { listTiffPages, planesOfPage, type StoredPlane } from './tiff-pages.js';

export async function readTiffInfo(bytes: FileBytes, page = 0): Promise<ImageInfo> {
  const file = await TiffFile.open(bytes);
  const stack = await listTiffPages(file);
  const { pages, sizeZ, sizeT, channelNames } = stack;
  const planes = planesOfPage(stack, page);
  const layout = await layoutOfPage(file, planes);
  const { width, height, alpha, type } = layout;
  const channels = layout.channels * planes.length;
  return {
    width,
    height,
    channels,
    alpha,
    type,
    pages: pages.length,
    sizeZ,
    sizeT,
    channelNames: channelNames?.length === channels ? channelNames : null,
    ...(await readPixelSizes(file, planes[0]!.directory)),
  };
}

/**
 * One page, channels last. White-is-zero values are turned over; a palette's indices stay as they are, since in
 * microscopy it colours intensities for the screen.
 * @throws DamagedImage, UnsupportedFeature, OverLimit
 */
export async function decodeTiff(bytes: FileBytes, page: number, purpose: Purpose): Promise<DecodedPlane> {
  const reader = await TiffPageReader.open(bytes, page, { purpose, keepBytes: 0 });
  const { width, height } = reader.shape;
  return { ...reader.shape, data: await reader.read({ x: 0, y: 0, width, height }) };
}

/** One page, read by regions. */
export class TiffPageReader {
  private constructor(
    readonly shape: Omit<DecodedPlane, 'data'>,
    readonly layout: TiffLayout,
    private readonly readPlane: ((region: Region, out: PixelArray, offset: number) => Promise<void>)[],
    private readonly purpose: Purpose,
  ) {}

  /**
   * @param options.keepBytes Unpacked blocks kept between reads, over all channels.
   * @throws DamagedImage, UnsupportedFeature, OverLimit
   */
  static async open(
    bytes: FileBytes,
    page: number,
    { purpose, keepBytes }: { purpose: Purpose; keepBytes: number },
  ): Promise<TiffPageReader> {
    const file = await TiffFile.open(bytes);
    const planes = planesOfPage(await listTiffPages(file), page);
    const first = await layoutOfPage(file, planes);
    const channels = first.channels * planes.length;
    const readers = [];
    for (const { directory, plane } of planes) {
      const layout = directory === planes[0]!.directory ? first : await readTiffLayout(file, directory);
      requireSame(first, layout);
      if (layout.compression === COMPRESSION.jpeg) {
        readers.push((region: Region, out: PixelArray, offset: number) =>
          readJpegRegion({ path: bytes.path, index: directory.index, layout, region }, out, {
            stride: channels,
            offset,
          }),
        );
        continue;
      }
      const blocks = new TiffBlocks(file, layout, { plane, purpose, keepBytes: keepBytes / planes.length });
      readers.push((region: Region, out: PixelArray, offset: number) =>
        blocks.readRegion(region, { out, stride: channels, offset }),
      );
    }
    const { width, height, alpha, type, indexed } = first;
    return new TiffPageReader({ width, height, channels, alpha, type, indexed }, first, readers, purpose);
  }

  /** Channels last. @param region Inside the plane. @throws DamagedImage */
  async read(region: Region): Promise<PixelArray> {
    const { channels, type } = this.shape;
    const out = newPixels(type, region.width * region.height * channels);
    for (const [i, read] of this.readPlane.entries()) await read(region, out, i * this.layout.channels);
    if (this.layout.whiteIsZero) turnOver(out, this.layout, this.purpose);
    return out;
  }
}

/** The layout of a page's first plane, with the size of all its planes checked. */
async function layoutOfPage(file: TiffFile, planes: readonly StoredPlane[]): Promise<TiffLayout> {
  const layout = await readTiffLayout(file, planes[0]!.directory);
  const { width, height, channels, type } = layout;
  checkPlane({ width, height, channels: channels * planes.length, bytesPerSample: BYTES_PER_SAMPLE[type] });
  return layout;
}

function requireSame(one: TiffLayout, other: TiffLayout): void {
  const keys = ['width', 'height', 'channels', 'type', 'bits', 'whiteIsZero', 'indexed'] as const;
  if (keys.some((key) => one[key] !== other[key]))
    throw new DamagedImage('its channels have different sizes or types');
}

async function readPixelSizes(
  file: TiffFile,
  directory: TiffDirectory,
): Promise<{ pixelSizeUm: number | null; pixelSizeZUm: number | null }> {
  const description = await file.text(directory, TAG.description);
  // OME's description stands in the first directory and is true of all.
  const first = await file.text(file.directories[0]!, TAG.description);
  const pixelSizeZUm = /<(?:\w{1,20}:)?OME[\s>]/.test(first)
    ? omePixelSizeUm(first, 'Z')
    : imagejSpacingUm(first);
  if (/<(?:\w{1,20}:)?OME[\s>]/.test(first)) {
    const pixelSizeUm = omePixelSizeUm(first, 'X');
    if (pixelSizeUm) return { pixelSizeUm, pixelSizeZUm };
  }
  const resolution = await file.number1(directory, TAG.xResolution, 0);
  if (description.startsWith('ImageJ=') && /^unit=/m.test(description))
    return { pixelSizeUm: imagejPixelSizeUm(description, resolution), pixelSizeZUm };
  const unitUm = { 2: 25_400, 3: 10_000 }[await file.number1(directory, TAG.resolutionUnit, 2)];
  const pixelSizeUm = unitUm && resolution > 0 ? plausiblePixelSizeUm(unitUm / resolution) : null;
  return { pixelSizeUm, pixelSizeZUm };
}

async function readJpegRegion(
  source: { path: string; index: number; layout: TiffLayout; region: Region },
  out: PixelArray,
  { stride, offset }: { stride: number; offset: number },
): Promise<void> {
  const { path, index, layout, region } = source;
  const { channels, type } = layout;
  if (type !== 'uint8' || (channels !== 1 && channels !== 3))
    throw new UnsupportedFeature(`JPEG compression of ${channels} channels of ${layout.bits} bits`);
  const options = { page: index, ignoreIcc: true, limitInputPixels: MAX_PLANE_PIXELS };
  const { width, height } = await sharp(path, options).metadata();
  if (width !== layout.width || height !== layout.height)
    throw new DamagedImage('its JPEG data do not fit its header');
  const { data, info } = await sharp(path, options)
    .extract({ left: region.x, top: region.y, width: region.width, height: region.height })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== region.width || info.height !== region.height || info.channels !== channels)
    throw new DamagedImage('its JPEG data do not fit its header');
  if (stride === channels) return out.set(data);
  for (let i = 0; i < region.width * region.height; i++)
    for (let c = 0; c < channels; c++) out[i * stride + offset + c] = data[i * channels + c]!;
}

/** Alpha is the last channel of a plane that has it; such a plane is a page by itself. */
function turnOver(data: PixelArray, { type, bits, alpha, channels }: TiffLayout, purpose: Purpose): void {
  const most =
    bits < 8 ? ((1 << bits) - 1) * spreadFactor(bits, purpose) : 2 ** (8 * BYTES_PER_SAMPLE[type]) - 1;
  for (let i = 0; i < data.length; i++) if (!alpha || (i + 1) % channels !== 0) data[i] = most - data[i]!;
}
