/** The label map as one array and shapes by asking every pixel: slow and plain, to judge the fast ones by. */
import type { Ink } from '../../src-renderer/editor/mask-editor.js';
import type { SpanSink } from '../../src-renderer/editor/raster.js';

/** A picture of 0 and 1, and a sink that counts how often each pixel was given. */
export function spanCounter(width: number, height: number): { counts: Uint8Array; sink: SpanSink } {
  const counts = new Uint8Array(width * height);
  const sink: SpanSink = (y, x0, x1) => {
    if (!(y >= 0 && y < height && x0 >= 0 && x0 < x1 && x1 <= width))
      throw new Error(`span ${y}: ${x0} … ${x1} lies outside ${width} × ${height}`);
    for (let x = x0; x < x1; x++) counts[y * width + x]!++;
  };
  return { counts, sink };
}

/** `inside` asked at every pixel centre. */
export function pixelsWhere(
  width: number,
  height: number,
  inside: (x: number, y: number) => boolean,
): Uint8Array {
  const picture = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) picture[y * width + x] = inside(x + 0.5, y + 0.5) ? 1 : 0;
  return picture;
}

export function paintNaively(labels: Uint8Array, mask: Uint8Array, { value, protectAllBut }: Ink): void {
  for (let i = 0; i < labels.length; i++)
    if (mask[i] !== 0 && (protectAllBut === null || labels[i] === 0 || labels[i] === protectAllBut))
      labels[i] = value;
}

/**
 * How far a point lies outside the hull of two discs, px: the least of |p − c(t)| − r(t) over the way, which is convex in
 * t and found by ternary search.
 */
export function distanceToSweep(
  [px, py]: readonly [number, number],
  a: { x: number; y: number; radiusPx: number },
  b: { x: number; y: number; radiusPx: number },
): number {
  const at = (t: number) =>
    Math.hypot(px - a.x - t * (b.x - a.x), py - a.y - t * (b.y - a.y)) -
    a.radiusPx -
    t * (b.radiusPx - a.radiusPx);
  let [low, high] = [0, 1];
  for (let i = 0; i < 45; i++) {
    const third = (high - low) / 3;
    if (at(low + third) < at(high - third)) high -= third;
    else low += third;
  }
  return Math.min(at(0), at(1), at((low + high) / 2));
}

/** Whether a ray to the right crosses the polygon an odd number of times. */
export function insidePolygon(points: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [points[i]!, points[i + 1]!, points[j]!, points[j + 1]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** How often the polygon turns around a point, by the sum of angles. */
export function windingNumber(points: readonly number[], x: number, y: number): number {
  let angle = 0;
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    const [ax, ay, bx, by] = [points[i]! - x, points[i + 1]! - y, points[j]! - x, points[j + 1]! - y];
    angle += Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
  }
  return Math.round(angle / (2 * Math.PI));
}
