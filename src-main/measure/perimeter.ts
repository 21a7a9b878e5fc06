/** Perimeters of objects from the shapes that their border pixels form. */
import type { ObjectMap } from './object-properties.js';

/**
 * Weights by 1 + 2 · border pixels beside + 10 · border pixels at the corners (K. Benkrid and D. Crookes, "Design and FPGA
 * implementation of a perimeter estimator", 2000), as `skimage.measure.perimeter(neighborhood=4)` has them.
 */
const WEIGHTS = new Float64Array(50);
/** How many codes there are. */
export const CODES = WEIGHTS.length;
for (const code of [5, 7, 15, 17, 25, 27]) WEIGHTS[code] = 1;
for (const code of [21, 33]) WEIGHTS[code] = Math.SQRT2;
for (const code of [13, 23]) WEIGHTS[code] = (1 + Math.SQRT2) / 2;

/** px, by object number. A border pixel is one beside another object, the ground or the image's edge. */
export function perimeters(map: ObjectMap): Map<number, number> {
  const { width, height, data } = map;
  const border = borderOf(map);
  // Counted, not added up: the order of the pixels leaves no trace in the last digits.
  const counts = new Map<number, Uint32Array>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (border[i] === 0) continue;
      const label = data[i]!;
      let own = counts.get(label);
      if (!own) counts.set(label, (own = new Uint32Array(WEIGHTS.length)));
      let code = 1;
      for (let dy = y > 0 ? -1 : 0; dy <= (y < height - 1 ? 1 : 0); dy++)
        for (let dx = x > 0 ? -1 : 0; dx <= (x < width - 1 ? 1 : 0); dx++) {
          const neighbour = i + dy * width + dx;
          if (neighbour === i || border[neighbour] === 0 || data[neighbour] !== label) continue;
          code += dx !== 0 && dy !== 0 ? 10 : 2;
        }
      own[code]!++;
    }
  return new Map([...counts].map(([label, own]) => [label, perimeterOf(own)]));
}

/** px; of the number of border pixels by code: 1 + 2 · border pixels beside + 10 · border pixels at the corners. */
export const perimeterOf = (counts: Uint32Array): number =>
  counts.reduce((sum, count, code) => sum + count * WEIGHTS[code]!, 0);

function borderOf({ width, height, data }: ObjectMap): Uint8Array {
  const border = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const label = data[i]!;
      if (label === 0) continue;
      const inside =
        x > 0 &&
        x < width - 1 &&
        y > 0 &&
        y < height - 1 &&
        data[i - 1] === label &&
        data[i + 1] === label &&
        data[i - width] === label &&
        data[i + width] === label;
      if (!inside) border[i] = 1;
    }
  return border;
}
