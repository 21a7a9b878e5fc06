/** What a label picture holds: a number a pixel, or a colour a pixel; counted and turned into label values in turns. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError, isAppError } from '../shared/errors.js';
import { cutTile, tilesOf } from '../shared/mask.js';
import type { LabelMap } from '../shared/model.js';
import type { EncodedMask } from '../store/masks.js';
import { packTile } from '../store/tile-runs.js';
import type { DecodeCall, DecoderPool } from './decoding.js';
import type { LabelPair } from './label-files.js';

export interface LabelNumbers {
  width: number;
  height: number;
  /** Label numbers, or colours as 0xrrggbb. */
  data: Uint8Array | Uint16Array | Uint32Array;
  colours: boolean;
}

/** More are a photograph. */
const MOST_COLOURS = 256;
/** Pixels before others get a turn: a few milliseconds. */
const TURN = 1 << 20;

/** `255`, or `#ff8000`. */
export const valueName = (value: number, colours: boolean): string =>
  colours ? `#${value.toString(16).padStart(6, '0')}` : String(value);

/**
 * The page of a label file that belongs to an image, decoded in a thread.
 * @throws AppError('bad-labels') when pages or size do not fit or it holds neither numbers nor a few colours.
 */
export async function readLabelNumbers(
  pool: DecoderPool,
  { file, page, pages, image }: LabelPair,
  call: DecodeCall,
): Promise<LabelNumbers> {
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
  try {
    const { width, height, data } = await pool.labels(file, page, call);
    return { width, height, data, colours: false };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'bad-labels') throw error;
    const colours = await readColours(pool, { file, page }, call);
    if (!colours) throw error;
    return colours;
  }
}

async function readColours(
  pool: DecoderPool,
  { file, page }: { file: string; page: number },
  call: DecodeCall,
): Promise<LabelNumbers | null> {
  const { width, height, channels, alpha, type, data } = await pool.decode(file, page, call);
  if (type !== 'uint8' || channels - (alpha ? 1 : 0) !== 3) return null;
  const numbers = new Uint32Array(width * height);
  const seen = new Set<number>();
  for (let i = 0, at = 0; i < numbers.length; i++, at += channels) {
    if (i % TURN === 0) await setImmediate();
    numbers[i] = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    if (i > 0 && numbers[i] === numbers[i - 1]) continue;
    seen.add(numbers[i]!);
    if (seen.size > MOST_COLOURS)
      throw new AppError('bad-labels', `it has more than ${MOST_COLOURS} colours, so it is no label picture`);
  }
  return { width, height, data: numbers, colours: true };
}

/** Adds the pixels of each value to `counts`. */
export async function tally(numbers: LabelNumbers, counts: Map<string, number>): Promise<void> {
  const { data, colours } = numbers;
  const own = new Map<number, number>();
  for (let start = 0; start < data.length;) {
    const turn = Math.min(data.length, start + TURN);
    while (start < turn) {
      const value = data[start]!;
      let end = start + 1;
      while (end < turn && data[end] === value) end++;
      own.set(value, (own.get(value) ?? 0) + end - start);
      start = end;
    }
    await setImmediate();
  }
  for (const [value, pixels] of own) {
    const name = valueName(value, colours);
    counts.set(name, (counts.get(name) ?? 0) + pixels);
  }
}

/**
 * The label map that a table of found values makes, ready to be stored.
 * @throws AppError('bad-labels') for a value that the table lacks.
 */
export async function encodeMapped(
  { width, height, data, colours }: LabelNumbers,
  map: Readonly<Record<string, number>>,
): Promise<EncodedMask> {
  const labels: LabelMap = { width, height, data: new Uint8Array(data.length) };
  const table = new Map<number, number>();
  const pixelsByValue: number[] = [0];
  for (let i = 0; i < data.length; i++) {
    if (i % TURN === 0) await setImmediate();
    const value = data[i]!;
    let label = table.get(value);
    if (label === undefined) {
      const name = valueName(value, colours);
      if (!Object.hasOwn(map, name))
        throw new AppError('bad-labels', `it holds the value ${name}, and nothing says what that is`);
      table.set(value, (label = map[name]!));
      while (pixelsByValue.length <= label) pixelsByValue.push(0);
    }
    labels.data[i] = label;
    pixelsByValue[label]!++;
  }
  const tiles: EncodedMask['tiles'] = [];
  for (const rect of tilesOf(width, height)) {
    const values = cutTile(labels, rect);
    if (values.some((value) => value !== 0))
      tiles.push({ ty: rect.ty, tx: rect.tx, bytes: packTile(values) });
    await setImmediate();
  }
  while (pixelsByValue.length > 1 && pixelsByValue.at(-1) === 0) pixelsByValue.pop();
  return { width, height, tiles, pixelsByValue };
}
