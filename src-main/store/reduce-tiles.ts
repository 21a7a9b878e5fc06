/** Four mask tiles as one of half the resolution. */
import { TILE_SIDE } from '../shared/mask.js';
import { packTile, visitRuns } from './tile-runs.js';

/**
 * Each 2 × 2 pixels become one: the most frequent class among them (the lower value of two that are equally frequent),
 * void only where all four are. Pixels beyond the edge count as void.
 * @param tiles Stored bytes, upper left, upper right, lower left, lower right; null: void or outside.
 * @param size What there is from the upper left corner of the four on, in px; more than two tiles count as two.
 * @returns stored bytes of a tile of ceil(size / 2), at most 512²; null where that is void.
 * @throws RangeError for damaged tiles.
 */
export function reduceTiles(
  tiles: readonly (Uint8Array | null)[],
  size: { width: number; height: number },
): Uint8Array | null {
  const width = Math.min(size.width, 2 * TILE_SIDE);
  const height = Math.min(size.height, 2 * TILE_SIDE);
  const reducedWidth = Math.ceil(width / 2);
  const reduced = new Uint8Array(reducedWidth * Math.ceil(height / 2));
  let any = false;
  tiles.forEach((bytes, place) => {
    if (!bytes) return;
    const x = (place % 2) * TILE_SIDE;
    const y = (place >> 1) * TILE_SIDE;
    const tileWidth = Math.min(TILE_SIDE, width - x);
    const tileHeight = Math.min(TILE_SIDE, height - y);
    const values = new Uint8Array(tileWidth * tileHeight);
    visitRuns(bytes, values.length, (value, start, end) => void (value && values.fill(value, start, end)));
    reduceInto(reduced, values, { tileWidth, tileHeight, reducedWidth, at: (y / 2) * reducedWidth + x / 2 });
    any = true;
  });
  return any && reduced.some((value) => value !== 0) ? packTile(reduced) : null;
}

interface Place {
  tileWidth: number;
  tileHeight: number;
  reducedWidth: number;
  /** Index of the tile's upper left pixel in the reduced tile. */
  at: number;
}

function reduceInto(
  reduced: Uint8Array,
  values: Uint8Array,
  { tileWidth, tileHeight, reducedWidth, at }: Place,
): void {
  for (let y = 0; y < tileHeight; y += 2) {
    const upper = y * tileWidth;
    const lower = y + 1 < tileHeight ? upper + tileWidth : -1;
    let target = at + (y >> 1) * reducedWidth;
    for (let x = 0; x < tileWidth; x += 2, target++) {
      const right = x + 1 < tileWidth;
      const a = values[upper + x]!;
      const b = right ? values[upper + x + 1]! : 0;
      const c = lower < 0 ? 0 : values[lower + x]!;
      const d = lower < 0 || !right ? 0 : values[lower + x + 1]!;
      reduced[target] = a === b && b === c && c === d ? a : mostFrequent(a, b, c, d);
    }
  }
}

/** Of four values that are not all the same. */
function mostFrequent(a: number, b: number, c: number, d: number): number {
  let best = 0;
  let bestCount = 0;
  for (const value of [a, b, c, d]) {
    if (value === 0) continue;
    const count = Number(a === value) + Number(b === value) + Number(c === value) + Number(d === value);
    if (count > bestCount || (count === bestCount && value < best)) {
      best = value;
      bestCount = count;
    }
  }
  return best;
}
