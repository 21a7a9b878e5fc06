/** TIFF in: pages to pixels. Own code, because wrong pixels without an error are worse than a refusal. */
import sharp from 'sharp';
import type { ImageInfo, PixelArray, PixelType } from '../shared/model.js';
import type { FileBytes } from './file-bytes.js';
import { MAX_PAGES, MAX_PLANE_PIXELS } from './limits.js';
import { imagejPixelSizeUm, omePixelSizeUm, plausiblePixelSizeUm } from './pixel-size.js';
import { BYTES_PER_SAMPLE, newPixels, spreadFactor, unpackBits, viewPixels } from './plane.js';
import type { DecodedPlane, Purpose } from './plane.js';
import { DamagedImage, OverLimit, UnsupportedFeature } from './refusal.js';
import { COMPRESSION, unpackBlock } from './tiff-compression.js';
import { TAG, TiffFile, type TiffDirectory } from './tiff-file.js';
import { readTiffLayout, type TiffLayout } from './tiff-layout.js';
import { undoFloatPredictor, undoPredictor } from './tiff-predictor.js';

interface TiffPages {
  count: number;
  /** The directory of a page, and the page's number within that directory's plain data. */
  at(page: number): { directory: TiffDirectory; plane: number };
}

export async function readTiffInfo(bytes: FileBytes): Promise<ImageInfo> {
  const file = await TiffFile.open(bytes);
  const pages = await listPages(file);
  const { directory } = pages.at(0);
  const { width, height, channels, alpha, type } = await readTiffLayout(file, directory);
  const pixelSizeUm = await readPixelSize(file, directory);
  return { width, height, channels, alpha, type, pages: pages.count, pixelSizeUm };
}

/**
 * One page, channels last. White-is-zero values are turned over; a palette's indices stay as they are, since in
 * microscopy it colours intensities for the screen.
 * @throws DamagedImage, UnsupportedFeature, OverLimit
 */
export async function decodeTiff(bytes: FileBytes, page: number, purpose: Purpose): Promise<DecodedPlane> {
  await bytes.preload();
  const file = await TiffFile.open(bytes);
  const { directory, plane } = (await listPages(file)).at(page);
  const layout = await readTiffLayout(file, directory);
  const { width, height, channels, alpha, type, indexed } = layout;
  const data =
    layout.compression === COMPRESSION.jpeg
      ? await readJpegPage(bytes.path, directory.index, layout)
      : await readBlocks(file, layout, { plane, purpose });
  if (layout.whiteIsZero) turnOver(data, layout, purpose);
  return { width, height, channels, alpha, type, data, indexed };
}

/** Pages are directories but for thumbnails and masks; ImageJ writes one directory for any number of plain planes. */
async function listPages(file: TiffFile): Promise<TiffPages> {
  const kinds = await Promise.all(file.directories.map((d) => file.number1(d, TAG.newSubfileType, 0)));
  const full = file.directories.filter((_, i) => (kinds[i]! & 0b101) === 0);
  const directories = full.length ? full : file.directories;
  const missing = (page: number, count: number) => new DamagedImage(`it has no page ${page + 1} of ${count}`);
  const first = directories[0]!;
  if (directories.length === 1) {
    const planes = await imagejPlanes(file, first);
    return {
      count: planes,
      at(page) {
        if (page >= planes) throw missing(page, planes);
        return { directory: first, plane: page };
      },
    };
  }
  return {
    count: directories.length,
    at(page) {
      const directory = directories[page];
      if (!directory) throw missing(page, directories.length);
      return { directory, plane: 0 };
    },
  };
}

/** Planes that follow each other behind one directory (ImageJ beyond 4 GB, and TIFF files it writes as a stream). */
async function imagejPlanes(file: TiffFile, directory: TiffDirectory): Promise<number> {
  const description = await file.text(directory, TAG.description);
  if (!description.startsWith('ImageJ=')) return 1;
  const images = Number(/^images=(\d+)/m.exec(description)?.[1] ?? 1);
  const layout = await readTiffLayout(file, directory);
  if (images <= 1 || layout.compression !== COMPRESSION.none || layout.offsets.length !== 1) return 1;
  const planeBytes = layout.width * layout.height * layout.channels * BYTES_PER_SAMPLE[layout.type];
  if (images > MAX_PAGES) throw new OverLimit(`${images} pages, and the limit is ${MAX_PAGES}`);
  return layout.offsets[0]! + images * planeBytes <= file.bytes.size ? images : 1;
}

async function readPixelSize(file: TiffFile, directory: TiffDirectory): Promise<number | null> {
  const description = await file.text(directory, TAG.description);
  if (/<(?:\w+:)?OME\b/.test(description)) {
    const um = omePixelSizeUm(description);
    if (um) return um;
  }
  const resolution = await file.number1(directory, TAG.xResolution, 0);
  if (description.startsWith('ImageJ=') && /^unit=/m.test(description))
    return imagejPixelSizeUm(description, resolution);
  const unitUm = { 2: 25_400, 3: 10_000 }[await file.number1(directory, TAG.resolutionUnit, 2)];
  return unitUm && resolution > 0 ? plausiblePixelSizeUm(unitUm / resolution) : null;
}

async function readBlocks(
  file: TiffFile,
  layout: TiffLayout,
  { plane, purpose }: { plane: number; purpose: Purpose },
): Promise<PixelArray> {
  const { width, height, channels, type, bits, planar, blockWidth, blockHeight, compression } = layout;
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const blockChannels = planar ? 1 : channels;
  const rowBytes = Math.ceil((blockWidth * blockChannels * bits) / 8);
  const planeBytes = plane * width * height * channels * BYTES_PER_SAMPLE[type];
  const out = newPixels(type, width * height * channels);
  for (let block = 0; block < across * down * (planar ? channels : 1); block++) {
    const channel = planar ? Math.floor(block / (across * down)) : 0;
    const x0 = (block % across) * blockWidth;
    const y0 = (Math.floor(block / across) % down) * blockHeight;
    const rows = Math.min(blockHeight, height - y0);
    const needed = rowBytes * rows;
    const packedBytes = compression === COMPRESSION.none ? needed : layout.byteCounts[block]!;
    const packed = await file.bytes.read(layout.offsets[block]! + planeBytes, packedBytes);
    const plain = unpackBlock(packed, { compression, needed, full: rowBytes * blockHeight }).subarray(
      0,
      needed,
    );
    const samples =
      bits < 8
        ? unpackBits(plain, {
            width: blockWidth,
            height: rows,
            bits,
            factor: layout.indexed ? 1 : spreadFactor(bits, purpose),
          })
        : toSamples(plain, layout, { littleEndian: file.littleEndian, rows, blockChannels });
    const columns = Math.min(blockWidth, width - x0);
    for (let y = 0; y < rows; y++) {
      const row = samples.subarray(
        y * blockWidth * blockChannels,
        (y * blockWidth + columns) * blockChannels,
      );
      const to = ((y0 + y) * width + x0) * channels;
      if (planar) for (let x = 0; x < columns; x++) out[to + x * channels + channel] = row[x]!;
      else out.set(row, to);
    }
  }
  return out;
}

/** Bytes of a block as samples in this machine's byte order, predictor undone. */
function toSamples(
  plain: Uint8Array,
  { type, predictor, blockWidth }: TiffLayout,
  { littleEndian, rows, blockChannels }: { littleEndian: boolean; rows: number; blockChannels: number },
): PixelArray {
  const size = BYTES_PER_SAMPLE[type];
  const shape = { width: blockWidth, height: rows, channels: blockChannels };
  const bytes = Buffer.from(new ArrayBuffer(plain.length));
  bytes.set(plain);
  if (predictor === 3) undoFloatPredictor(bytes, shape, size as 4 | 8);
  // Values are put in order first: the predictor's sums carry from byte to byte. (This machine is little-endian, as is every one Node runs on today but s390x.)
  else if (!littleEndian && size === 2) bytes.swap16();
  else if (!littleEndian && size === 4) bytes.swap32();
  else if (!littleEndian && size === 8) bytes.swap64();
  if (predictor === 2) undoPredictor(viewPixels(`uint${size * 8}` as PixelType, bytes.buffer), shape);
  return viewPixels(type, bytes.buffer);
}

async function readJpegPage(path: string, index: number, layout: TiffLayout): Promise<PixelArray> {
  const { width, height, channels, type } = layout;
  if (type !== 'uint8' || (channels !== 1 && channels !== 3))
    throw new UnsupportedFeature(`JPEG compression of ${channels} channels of ${layout.bits} bits`);
  const { data, info } = await sharp(path, {
    page: index,
    ignoreIcc: true,
    limitInputPixels: MAX_PLANE_PIXELS,
  })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.width !== width || info.height !== height || info.channels !== channels)
    throw new DamagedImage('its JPEG data do not fit its header');
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

function turnOver(data: PixelArray, { type, bits, alpha, channels }: TiffLayout, purpose: Purpose): void {
  const most =
    bits < 8 ? ((1 << bits) - 1) * spreadFactor(bits, purpose) : 2 ** (8 * BYTES_PER_SAMPLE[type]) - 1;
  for (let i = 0; i < data.length; i++) if (!alpha || (i + 1) % channels !== 0) data[i] = most - data[i]!;
}
