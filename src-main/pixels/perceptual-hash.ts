/** 255 bits that stay nearly the same when a picture is saved again, made brighter, scaled or cut at its edges. */
import type { PixelImage } from '../shared/model.js';

const SIDE = 32;
const KEPT = 16;
/** The waves that come first: most of them survive what changes finer ones. */
const COARSE = 8;

/** cos(π (x + ½) u / SIDE), for frequency u and place x: the DCT-II that the hash is made of. */
const COSINES = Float64Array.from({ length: KEPT * SIDE }, (_, i) =>
  Math.cos((Math.PI * ((i % SIDE) + 0.5) * Math.floor(i / SIDE)) / SIDE),
);

/** Frequencies down and across, the 63 of the coarsest 8 × 8 before the others; the mean is none: it tells nothing. */
const WAVES = Array.from({ length: KEPT * KEPT }, (_, i) => ({ v: Math.floor(i / KEPT), u: i % KEPT }))
  .slice(1)
  .toSorted((a, b) => Number(isFine(a)) - Number(isFine(b)));

/**
 * A pHash (Zauner 2010) with four times its waves: mean intensities on 32 × 32 fields, the 16 × 16 lowest frequencies
 * of their cosine transform, and of each whether it is above their median. 63 waves alone take two different cells in
 * the middle of their pictures for one. Gain and offset drop out; alpha and values that are no numbers do not count.
 * @returns 64 hex digits, the first 16 for the coarse waves; or null for a picture that is nearly constant: all of
 *   those would be alike.
 */
export function perceptualHash(image: PixelImage): string | null {
  const fields = meansOfFields(image);
  const rows = new Float64Array(SIDE * KEPT);
  for (let y = 0; y < SIDE; y++)
    for (let u = 0; u < KEPT; u++)
      for (let x = 0; x < SIDE; x++) rows[y * KEPT + u]! += fields[y * SIDE + x]! * COSINES[u * SIDE + x]!;
  const low = new Float64Array(KEPT * KEPT);
  for (let v = 0; v < KEPT; v++)
    for (let u = 0; u < KEPT; u++)
      for (let y = 0; y < SIDE; y++) low[v * KEPT + u]! += rows[y * KEPT + u]! * COSINES[v * SIDE + y]!;
  const constant = Math.abs(low[0]!);
  const waves = WAVES.map(({ v, u }) => low[v * KEPT + u]!);
  const largest = waves.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(largest > 1e-6 * constant) || largest === 0) return null;
  const median = waves.toSorted((a, b) => a - b)[Math.floor(waves.length / 2)]!;
  let hash = 0n;
  for (const value of waves) hash = (hash << 1n) | (value > median ? 1n : 0n);
  return hash.toString(16).padStart(64, '0');
}

function isFine({ v, u }: { v: number; u: number }): boolean {
  return v >= COARSE || u >= COARSE;
}

/** Mean over the colour channels of each of 32 × 32 fields, those of a small picture from its nearest pixel. */
function meansOfFields({ width, height, channels, alpha, data }: PixelImage): Float64Array {
  const colours = alpha ? Math.max(1, channels - 1) : channels;
  const means = new Float64Array(SIDE * SIDE);
  for (let fy = 0; fy < SIDE; fy++)
    for (let fx = 0; fx < SIDE; fx++) {
      const [top, bottom] = span(fy, height);
      const [left, right] = span(fx, width);
      let sum = 0;
      let count = 0;
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          for (let c = 0; c < colours; c++) {
            const value = data[(y * width + x) * channels + c]!;
            if (!Number.isFinite(value)) continue;
            sum += value;
            count++;
          }
      means[fy * SIDE + fx] = count ? sum / count : 0;
    }
  return means;
}

function span(field: number, length: number): [number, number] {
  const from = Math.floor((field * length) / SIDE);
  return [from, Math.max(from + 1, Math.floor(((field + 1) * length) / SIDE))];
}
