/** What a label picture holds and becomes, in a decoding thread, once it is known to fit its image. */
import { basename } from 'node:path';
import { valueName, type PackedMask } from '../pixels/label-mask.js';
import { AppError } from '../shared/errors.js';
import type { DecodeCall, DecoderPool } from './decoding.js';
import type { LabelPair } from './label-files.js';

/**
 * Pixels of each value of the page that belongs to an image, by the value's name.
 * @throws AppError('bad-labels') when pages or size do not fit or it holds neither numbers nor a few colours.
 */
export async function tallyValues(
  pool: DecoderPool,
  pair: LabelPair,
  call: DecodeCall,
): Promise<[value: string, pixels: number][]> {
  await requireFit(pool, pair, call);
  return pool.tally(pair.file, pair.page, call);
}

/** The label map that a table of found values makes. @throws as `tallyValues`, and for a value that the table lacks. */
export async function readMapped(
  pool: DecoderPool,
  pair: LabelPair,
  map: Readonly<Record<string, number>>,
  call: DecodeCall,
): Promise<PackedMask> {
  await requireFit(pool, pair, call);
  const mask = await pool.mask(pair.file, pair.page, map, call);
  const [first] = mask.unknown;
  if (first !== undefined)
    throw new AppError(
      'bad-labels',
      `it holds the value ${valueName(first, mask.colours)}, and nothing says what that is`,
    );
  return mask;
}

async function requireFit(
  pool: DecoderPool,
  { file, pages, image }: LabelPair,
  call: DecodeCall,
): Promise<void> {
  const info = await pool.info(file, call);
  if (info.pages !== pages)
    throw new AppError(
      'bad-labels',
      `it has ${info.pages} pages and ${basename(image.absolutePath)} ${pages}`,
    );
  if (info.width !== image.width || info.height !== image.height)
    throw new AppError(
      'bad-labels',
      `it is ${info.width} × ${info.height} px and ${image.name} is ${image.width} × ${image.height}`,
    );
}
