/** Measures one label file with its image: as a whole, or in bands where that would not fit into memory. */
import { setImmediate } from 'node:timers/promises';
import type { LabelPixels } from '../pixels/decode.js';
import { AppError } from '../shared/errors.js';
import type { ImageInfo, PixelImage } from '../shared/model.js';
import type { DecoderPool } from './decoding.js';
import type { ClassNames, MeasuredFile } from './measurement-files.js';
import { measuredObjects, type ObjectChoice } from './measured-objects.js';
import { classesIn, countValues, rowsOf, type MeasuredPlane, type MeasuredRows } from './measured-rows.js';
import { MeasuredStream } from './measured-stream.js';
import { isLarge } from './segment-memory.js';

export interface MeasuringOptions extends ObjectChoice {
  /** The values number objects; without, touching pixels of a class are one object. */
  objects?: boolean;
  /** Instead of what the files say. */
  pixelSizeUm?: number;
}

export interface LoadedFile {
  labels: LabelPixels;
  /** Of one that is measured in bands only its header; null: there is none. */
  image: PixelImage | { header: ImageInfo } | null;
  pixelSizeUm: number | null;
}

/** Pixels of an image that are measured at a time. */
const BAND_PIXELS = 1 << 24;

/** @throws AppError as decoding does, and 'bad-labels' for labels of several pages. */
export async function loadMeasured(
  pool: DecoderPool,
  { labels: path, image: source }: MeasuredFile,
  options: MeasuringOptions,
): Promise<LoadedFile> {
  const [labelInfo, imageInfo] = await Promise.all([pool.info(path), source && pool.info(source.path)]);
  if (labelInfo.pages > 1)
    throw new AppError('bad-labels', `its labels have ${labelInfo.pages} pages; save a file for each page`);
  const inBands = !options.split && !options.objects && isLarge(labelInfo);
  const [labels, image] = await Promise.all([
    pool.labels(path, 0),
    source && (inBands ? { header: imageInfo! } : pool.decode(source.path, source.page)),
  ]);
  const said = imageInfo?.pixelSizeUm ?? labelInfo.pixelSizeUm;
  return { labels, image, pixelSizeUm: options.pixelSizeUm ?? said };
}

/** @throws AppError('bad-labels') for an image of another size and over 255 classes. */
export async function measureLoaded(
  { file, loaded }: { file: MeasuredFile; loaded: LoadedFile },
  classes: ClassNames,
  { pool, options }: { pool: DecoderPool; options: MeasuringOptions },
): Promise<MeasuredRows> {
  const { labels, image, pixelSizeUm } = loaded;
  const { width, height } = labels;
  const other = image && ('header' in image ? image.header : image);
  if (other && (other.width !== width || other.height !== height))
    throw new AppError(
      'bad-labels',
      `its labels have ${width} × ${height} px and the image ${other.width} × ${other.height}`,
    );
  const page = (file.image?.page ?? 0) + 1;
  const plane = { image: file.name, page, width, height, pixelSizeUm };
  if (!options.split && !options.objects && isLarge(labels))
    return inBands({ plane, labels, source: file.image }, classes, { pool, options });
  return measureWhole(
    plane,
    { labels, image: image && 'data' in image ? image : null },
    { classes, options },
  );
}

/** @throws AppError('bad-labels') for over 255 classes. */
export function measureWhole(
  plane: MeasuredPlane,
  { labels, image }: { labels: Pick<LabelPixels, 'width' | 'height' | 'data'>; image: PixelImage | null },
  { classes, options = {} }: { classes: ClassNames; options?: MeasuringOptions },
): MeasuredRows {
  const found = classesIn(countValues(labels.data), options.objects ? null : classes);
  const classOf = new Map(found.map((info) => [info.value, info]));
  const nameOf = (value: number) => {
    const info = classOf.get(value);
    return info && !info.background ? info.name : null;
  };
  const objects = measuredObjects(labels, image, options.objects ? 'numbered' : nameOf, options);
  const carrying = options.objects ? labels.data.length : found.reduce((sum, { pixels }) => sum + pixels, 0);
  return rowsOf(plane, { objects, found, carrying });
}

async function inBands(
  { plane, labels, source }: { plane: MeasuredPlane; labels: LabelPixels; source: MeasuredFile['image'] },
  classes: ClassNames,
  { pool, options }: { pool: DecoderPool; options: MeasuringOptions },
): Promise<MeasuredRows> {
  const { width, height } = plane;
  const read = (y: number, rows: number) =>
    source ? pool.region(source.path, source.page, { x: 0, y, width, height: rows }) : null;
  const channels = colourChannels(await read(0, 1));
  const stream = new MeasuredStream(plane, classes, channels);
  const band = Math.max(1, Math.floor(BAND_PIXELS / width));
  for (let y = 0; y < height; y += band) {
    const rows = Math.min(band, height - y);
    stream.add(labels.data.subarray(y * width, (y + rows) * width), await read(y, rows));
    await setImmediate();
  }
  return stream.finish(options);
}

/** Of a picture, alpha left out; 0 without one. */
export const colourChannels = (image: Pick<PixelImage, 'channels' | 'alpha'> | null): number =>
  image ? image.channels - (image.alpha ? 1 : 0) : 0;
