/** Label pictures made into what the store keeps: the part of an import of labels that a decoding thread does. */
import { deflateRawSync } from 'node:zlib';
import { AppError, isAppError } from '../shared/errors.js';
import { countValues, cutTile, encodeRuns, tilesOf } from '../shared/mask.js';
import { decodeImage, decodeLabelImage } from './decode.js';

export interface LabelNumbers {
  width: number;
  height: number;
  /** Label numbers, or colours as 0xrrggbb. */
  data: Uint8Array | Uint16Array | Uint32Array;
  colours: boolean;
}

/** What found values become: by number, −1 where nothing says so; or by name (see `valueName`), colours too. */
export type ValueMeanings = Int16Array | Readonly<Record<string, number>>;

export interface PackedMask {
  width: number;
  height: number;
  /** Values that the picture holds, ascending. */
  values: number[];
  colours: boolean;
  /** Those of them that nothing says the meaning of; then there are no tiles. */
  unknown: number[];
  pixelsByValue: number[];
  /** Tiles that are not void, by their stored bytes, which lie in `data` one after the other. */
  tiles: { ty: number; tx: number; length: number }[];
  data: Uint8Array;
}

/** More are a photograph. */
const MOST_COLOURS = 256;

/** `255`, or `#ff8000`. */
export const valueName = (value: number, colours: boolean): string =>
  colours ? `#${value.toString(16).padStart(6, '0')}` : String(value);

/** @throws AppError('bad-labels') for a picture that holds neither numbers nor a few colours, and what decoding throws. */
export async function readLabelNumbers(path: string, page: number): Promise<LabelNumbers> {
  try {
    const { width, height, data } = await decodeLabelImage(path, { page });
    return { width, height, data, colours: false };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'bad-labels') throw error;
    const colours = await readColours(path, page);
    if (!colours) throw error;
    return colours;
  }
}

/** Null for a picture that is not in 8-bit colours. */
async function readColours(path: string, page: number): Promise<LabelNumbers | null> {
  const { width, height, channels, alpha, type, data } = await decodeImage(path, { page });
  if (type !== 'uint8' || channels - (alpha ? 1 : 0) !== 3) return null;
  const numbers = new Uint32Array(width * height);
  const seen = new Set<number>();
  for (let i = 0, at = 0; i < numbers.length; i++, at += channels) {
    numbers[i] = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
    if (i > 0 && numbers[i] === numbers[i - 1]) continue;
    seen.add(numbers[i]!);
    if (seen.size > MOST_COLOURS)
      throw new AppError('bad-labels', `it has more than ${MOST_COLOURS} colours, so it is no label picture`);
  }
  return { width, height, data: numbers, colours: true };
}

/** Pixels of each value, by `valueName`. */
export function tallyLabels({ data, colours }: LabelNumbers): [value: string, pixels: number][] {
  const counts = new Map<number, number>();
  for (let start = 0; start < data.length;) {
    const value = data[start]!;
    let end = start + 1;
    while (end < data.length && data[end] === value) end++;
    counts.set(value, (counts.get(value) ?? 0) + end - start);
    start = end;
  }
  return [...counts].map(([value, pixels]) => [valueName(value, colours), pixels]);
}

/** The label map that `meanings` make of a picture, as the store keeps it. */
export function packMask(
  { width, height, data, colours }: LabelNumbers,
  meanings: ValueMeanings,
): PackedMask {
  const labels = new Uint8Array(data.length);
  const meant = new Map<number, number>();
  const meaningOf = (value: number): number => {
    let label = meant.get(value);
    if (label === undefined) meant.set(value, (label = meaning(meanings, value, colours)));
    return label;
  };
  for (let i = 0, last = -1, label = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value !== last) label = meaningOf((last = value));
    labels[i] = label;
  }
  const values = [...meant.keys()].sort((a, b) => a - b);
  const unknown = values.filter((value) => meant.get(value)! < 0);
  const found = { width, height, values, colours, unknown };
  if (unknown.length) return { ...found, pixelsByValue: [], tiles: [], data: new Uint8Array(0) };
  return { ...found, pixelsByValue: countValues(labels), ...packTiles({ width, height, data: labels }) };
}

function meaning(meanings: ValueMeanings, value: number, colours: boolean): number {
  if (meanings instanceof Int16Array) return colours ? -1 : (meanings[value] ?? -1);
  const name = valueName(value, colours);
  return Object.hasOwn(meanings, name) ? meanings[name]! : -1;
}

function packTiles(map: { width: number; height: number; data: Uint8Array }) {
  const tiles: PackedMask['tiles'] = [];
  const packed: Uint8Array[] = [];
  for (const rect of tilesOf(map.width, map.height)) {
    const values = cutTile(map, rect);
    if (values.every((value) => value === 0)) continue;
    // As store/tile-runs.ts stores them.
    const bytes = deflateRawSync(encodeRuns(values), { level: 1 });
    tiles.push({ ty: rect.ty, tx: rect.tx, length: bytes.length });
    packed.push(bytes);
  }
  return { tiles, data: new Uint8Array(Buffer.concat(packed)) };
}
