/** Cuts a side into tiles with halos, along one axis. */

export interface Span {
  /** The tile's own pixels, start ≤ p < end. */
  start: number;
  end: number;
  /** With its halo, cut off at the ends of the side. */
  windowStart: number;
  windowEnd: number;
}

/**
 * @param length px, a multiple of `step`. @param tile wanted side without halo, px. @param halo px, a multiple of `step`.
 * @returns spans that cover the side once; every start and end is a multiple of `step`, all tiles about equally large.
 */
export function planTiles(length: number, tile: number, halo: number, step: number): Span[] {
  const count = Math.max(1, Math.ceil(length / Math.max(tile, step)));
  const side = Math.ceil(length / count / step) * step;
  const spans: Span[] = [];
  for (let start = 0; start < length; start += side) {
    const end = Math.min(start + side, length);
    spans.push({
      start,
      end,
      windowStart: Math.max(0, start - halo),
      windowEnd: Math.min(length, end + halo),
    });
  }
  return spans;
}
