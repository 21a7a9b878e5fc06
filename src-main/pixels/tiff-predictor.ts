/** TIFF's predictors, undone in place (TIFF 6.0 section 14; Adobe's Technical Note 3 for floating point). */
import type { PixelArray } from '../shared/model.js';

interface BlockShape {
  /** Pixels a row. */
  width: number;
  height: number;
  /** Samples a pixel in this block. */
  channels: number;
}

/** Predictor 2: each sample was stored as its difference to the one a pixel before. `data` is unsigned and wraps. */
export function undoPredictor(data: PixelArray, { width, height, channels }: BlockShape): void {
  const rowLength = width * channels;
  if (channels === 1) {
    for (let y = 0; y < height; y++) undoRow(data.subarray(y * rowLength, (y + 1) * rowLength));
    return;
  }
  for (let y = 0; y < height; y++)
    for (let i = y * rowLength + channels; i < (y + 1) * rowLength; i++)
      data[i] = data[i]! + data[i - channels]!;
}

function undoRow(row: PixelArray): void {
  let sum = 0;
  // What is stored wraps at the type's size, and so must the sum, before it leaves what a double holds exactly.
  for (let i = 0; i < row.length; i++) row[i] = sum = (sum + row[i]!) | 0;
}

/**
 * Predictor 3: a row's bytes were sorted by significance, highest first, and stored as differences.
 * @param bytes The block, aligned as its samples; afterwards little-endian floats, whatever the file's byte order.
 */
export function undoFloatPredictor(
  bytes: Uint8Array,
  { width, height, channels }: BlockShape,
  size: 4 | 8,
): void {
  const samples = width * channels;
  const row = new Uint8Array(samples * size);
  for (let y = 0; y < height; y++) {
    const at = y * row.length;
    row.set(bytes.subarray(at, at + row.length));
    for (let i = channels; i < row.length; i++) row[i] = row[i]! + row[i - channels]!;
    if (size === 4) {
      const floats = new Uint32Array(bytes.buffer, bytes.byteOffset + at, samples);
      for (let s = 0; s < samples; s++)
        floats[s] =
          (row[s]! << 24) | (row[samples + s]! << 16) | (row[2 * samples + s]! << 8) | row[3 * samples + s]!;
      continue;
    }
    for (let s = 0; s < samples; s++)
      for (let b = 0; b < size; b++) bytes[at + s * size + b] = row[(size - 1 - b) * samples + s]!;
  }
}
