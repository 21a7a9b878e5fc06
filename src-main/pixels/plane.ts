/** What the decoders hand to `decode.ts`. */
import type { PixelArray, PixelImage, PixelType } from '../shared/model.js';

/** `picture`: what one sees, palettes looked up. `labels`: the numbers that are stored. */
export type Purpose = 'picture' | 'labels';

export interface DecodedPlane extends PixelImage {
  /** Whether `data` are palette indices. */
  indexed: boolean;
}

export const BYTES_PER_SAMPLE: Record<PixelType, 1 | 2 | 4 | 8> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  float64: 8,
};

const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** A zeroed array of `length` samples. */
export const newPixels = (type: PixelType, length: number): PixelArray => new ARRAYS[type](length);

/** The samples in aligned bytes in this machine's byte order. */
export const viewPixels = (type: PixelType, { buffer, byteOffset, byteLength }: Uint8Array): PixelArray =>
  new ARRAYS[type](buffer as ArrayBuffer, byteOffset, byteLength / BYTES_PER_SAMPLE[type]);

/**
 * Samples of 1, 2 or 4 bits, rows padded to whole bytes, as one byte each.
 * @param packed `height` rows of `ceil(width * bits / 8)` bytes, most significant sample first.
 * @param factor What a sample is multiplied with, to spread it over 0 … 255; 1 keeps its number.
 */
export function unpackBits(
  packed: Uint8Array,
  { width, height, bits, factor }: { width: number; height: number; bits: number; factor: number },
): Uint8Array {
  const rowBytes = Math.ceil((width * bits) / 8);
  const out = new Uint8Array(width * height);
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      out[y * width + x] = ((packed[y * rowBytes + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask) * factor;
    }
  return out;
}

/** Pictures are spread over 0 … 255; labels keep their numbers, but for masks of one bit, which are 0 and 255. */
export const spreadFactor = (bits: number, purpose: Purpose): number =>
  purpose === 'picture' || bits === 1 ? 255 / ((1 << bits) - 1) : 1;
