/** Small pictures for the image list, plain or with the labels over them; the plain ones are kept in the project's cache. */
import { decodePng } from '../../pixels/png-decode.js';
import { displayPicture } from '../../pixels/display.js';
import { encodeRgbPng } from '../../pixels/png.js';
import type { ClassInfo, LabelMap } from '../../shared/model.js';
import { rgbOf } from '../../shared/palette.js';
import type { DecodeCall, DecoderPool } from '../decoding.js';
import type { CacheFolder } from './cache-folder.js';

/** Longer side, px. */
export const THUMBNAIL_SIDE = 256;

/** Of a class's colour over the picture. */
const OPACITY = 0.5;

export interface ThumbnailSource {
  sha256: string;
  page: number;
  /** Asked only when the picture must be made. @throws AppError when the file is gone or was changed. */
  path: () => Promise<string>;
  cache: CacheFolder;
}

/** A PNG. @throws AppError as decoding does. */
export async function plainThumbnail(
  pool: DecoderPool,
  { sha256, page, path, cache }: ThumbnailSource,
  call: DecodeCall,
): Promise<Uint8Array> {
  const name = `${sha256}-${page}.png`;
  const kept = await cache.read(name);
  if (kept) return kept;
  const made = await pool.thumbnail(await path(), page, THUMBNAIL_SIDE, call);
  await cache.keep(name, made);
  return made;
}

/** The thumbnail with the colours of a label map, of any size, over it; hidden classes and void stay clear. */
export function labelledThumbnail(
  png: Uint8Array,
  labels: LabelMap,
  classes: readonly ClassInfo[],
): Uint8Array {
  const picture = displayPicture(decodePng(Buffer.from(png), 'picture'));
  const { width, height } = picture;
  const colours: ([number, number, number] | undefined)[] = [];
  for (const { value, color } of classes) colours[value] = rgbOf(color);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(labels.height - 1, Math.floor(((y + 0.5) * labels.height) / height)) * labels.width;
    for (let x = 0; x < width; x++, i++) {
      const column = Math.min(labels.width - 1, Math.floor(((x + 0.5) * labels.width) / width));
      const colour = colours[labels.data[row + column]!];
      for (let c = 0; c < 3; c++) {
        const under = picture.data[picture.channels === 1 ? i : i * 3 + c]!;
        data[i * 3 + c] = colour ? Math.round(under * (1 - OPACITY) + colour[c]! * OPACITY) : under;
      }
    }
  }
  return encodeRgbPng({ width, height, data });
}
