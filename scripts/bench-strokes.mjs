// @ts-check
/** Strokes of the window's benchmarks: the same points for Brushfield, for lines on a canvas and for napari. */

/** @typedef {{ x: number, y: number }} Point */

/**
 * A closed curve around the middle of a box that never goes the same way twice.
 * @param {{ x: number, y: number, width: number, height: number }} box @param {number} moves @returns {Point[]}
 */
export function curve({ x, y, width, height }, moves) {
  return Array.from({ length: moves }, (_, n) => {
    const turn = (2 * Math.PI * (n + 1)) / moves;
    return {
      x: x + width * (0.5 + 0.38 * Math.sin(3 * turn)),
      y: y + height * (0.5 + 0.38 * Math.sin(2 * turn)),
    };
  });
}

/**
 * The n-th of many short strokes, `moves` points from a place that no other starts at.
 * @param {{ x: number, y: number, width: number, height: number }} box @param {number} n @param {number} moves
 * @returns {Point[]}
 */
export function shortStroke({ x, y, width, height }, n, moves) {
  // Multiples of the golden ratio and its square cover the box evenly.
  const [u, v] = [(n * 0.618034) % 1, (n * 0.381966 * 1.7) % 1];
  const angle = n * 2.4;
  return Array.from({ length: moves + 1 }, (_, step) => ({
    x: x + width * (0.1 + 0.8 * u) + Math.cos(angle) * step * 12,
    y: y + height * (0.1 + 0.8 * v) + Math.sin(angle) * step * 12,
  }));
}

/**
 * The mean tells more than the median where a browser draws several frames' worth at once.
 * @param {readonly number[]} times
 */
export function spread(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const mean = sorted.reduce((sum, time) => sum + time, 0) / Math.max(1, sorted.length);
  return { mean, p50: at(0.5), p95: at(0.95), p99: at(0.99), most: sorted.at(-1) ?? 0, count: sorted.length };
}
