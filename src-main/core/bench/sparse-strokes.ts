/** Turns full labels into what a person paints in a minute: strokes and dots, everything else unlabelled. */
import type { LabelMap } from '../../shared/model.js';
import { randomFor } from '../../shared/random.js';

const RADIUS_PX = 3;

/**
 * Keeps labels under random discs and straight strokes, half of each, until the given share of the pixels is covered.
 * @param share 0 … 1 of all pixels.
 */
export function sparseStrokes({ width, height, data }: LabelMap, share: number, seed: number): LabelMap {
  const random = randomFor(seed, width, height);
  const kept = new Uint8Array(data.length);
  let covered = 0;
  const disc = (cx: number, cy: number) => {
    for (let y = Math.max(0, Math.ceil(cy - RADIUS_PX)); y <= Math.min(height - 1, cy + RADIUS_PX); y++)
      for (let x = Math.max(0, Math.ceil(cx - RADIUS_PX)); x <= Math.min(width - 1, cx + RADIUS_PX); x++)
        if ((x - cx) ** 2 + (y - cy) ** 2 <= RADIUS_PX ** 2 && !kept[y * width + x]) {
          kept[y * width + x] = 1;
          covered++;
        }
  };
  while (covered < share * data.length) {
    const [x, y] = [random.integer(width), random.integer(height)];
    if (random.chance(0.5)) disc(x, y);
    else {
      const angle = random.uniform(0, 2 * Math.PI);
      const length = random.uniform(15, 40);
      for (let at = 0; at <= length; at++) disc(x + at * Math.cos(angle), y + at * Math.sin(angle));
    }
  }
  return { width, height, data: data.map((value, i) => (kept[i] ? value : 0)) };
}
