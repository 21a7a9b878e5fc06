/**
 * Shapes as row spans. Coordinates are in image px with pixel (i, j) covering i … i+1 × j … j+1; a pixel belongs to a
 * shape when its centre does, borders included.
 */

/** Pixels x0 … x1 − 1 of row y; never empty, never outside the bounds asked for. */
export type SpanSink = (y: number, x0: number, x1: number) => void;

/** Spans are cut to 0 … width × 0 … height. */
export interface Bounds {
  width: number;
  height: number;
}

export interface Disc {
  x: number;
  y: number;
  /** > 0, px. */
  radiusPx: number;
}

/** One disc: a dab of the brush. */
export const discSpans = (disc: Disc, bounds: Bounds, sink: SpanSink): void =>
  sweptDiscSpans(disc, disc, { bounds, sink });

export interface SweepOptions {
  bounds: Bounds;
  sink: SpanSink;
  /** A disc inside the sweep that is left out: where the stroke was before, there is nothing more to do. */
  painted?: Disc;
}

/**
 * The disc swept along a line while its radius changes evenly: the convex hull of both discs, which for equal radii is
 * a capsule.
 */
export function sweptDiscSpans(from: Disc, to: Disc, { bounds, sink, painted }: SweepOptions): void {
  const { x: ax, y: ay, radiusPx: ar } = from;
  const { x: bx, y: by, radiusPx: br } = to;
  const sides = tangents(from, to);
  const top = Math.max(0, Math.ceil(Math.min(ay - ar, by - br) - 0.5));
  const bottom = Math.min(bounds.height - 1, Math.floor(Math.max(ay + ar, by + br) - 0.5));
  for (let y = top; y <= bottom; y++) {
    const centre = y + 0.5;
    let left = Infinity;
    let right = -Infinity;
    const underA = ar * ar - (centre - ay) * (centre - ay);
    if (underA >= 0) {
      const half = Math.sqrt(underA);
      left = ax - half;
      right = ax + half;
    }
    const underB = br * br - (centre - by) * (centre - by);
    if (underB >= 0) {
      const half = Math.sqrt(underB);
      left = Math.min(left, bx - half);
      right = Math.max(right, bx + half);
    }
    // Every end of a row of the hull lies on a disc or on one of the two tangents.
    for (let s = 0; s < sides.length; s += 4) {
      const y0 = sides[s + 1]!;
      const y1 = sides[s + 3]!;
      if (y0 === y1 || centre < Math.min(y0, y1) || centre > Math.max(y0, y1)) continue;
      const x = sides[s]! + ((centre - y0) / (y1 - y0)) * (sides[s + 2]! - sides[s]!);
      left = Math.min(left, x);
      right = Math.max(right, x);
    }
    const x0 = Math.max(0, Math.ceil(left - 0.5));
    const x1 = Math.min(bounds.width, Math.floor(right - 0.5) + 1);
    const underPainted = painted ? painted.radiusPx ** 2 - (centre - painted.y) ** 2 : -1;
    if (!painted || underPainted < 0) {
      if (x0 < x1) sink(y, x0, x1);
      continue;
    }
    const half = Math.sqrt(underPainted);
    const gapStart = Math.min(x1, Math.ceil(painted.x - half - 0.5));
    const gapEnd = Math.max(x0, Math.floor(painted.x + half - 0.5) + 1);
    // The gap is empty where no centre lies in it; then both parts meet.
    if (gapStart >= gapEnd) {
      if (x0 < x1) sink(y, x0, x1);
    } else {
      if (x0 < gapStart) sink(y, x0, gapStart);
      if (gapEnd < x1) sink(y, gapEnd, x1);
    }
  }
}

/** The two outer tangents as x0, y0, x1, y1; none when one disc holds the other. */
function tangents(a: Disc, b: Disc): number[] {
  const distance = Math.hypot(b.x - a.x, b.y - a.y);
  const sine = (a.radiusPx - b.radiusPx) / distance;
  if (!(Math.abs(sine) < 1)) return [];
  const cosine = Math.sqrt(1 - sine * sine);
  const dx = (b.x - a.x) / distance;
  const dy = (b.y - a.y) / distance;
  return [1, -1].flatMap((side) => {
    const nx = dx * sine - side * dy * cosine;
    const ny = dy * sine + side * dx * cosine;
    return [a.x + a.radiusPx * nx, a.y + a.radiusPx * ny, b.x + b.radiusPx * nx, b.y + b.radiusPx * ny];
  });
}

/** Two corners in px, in any order. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The box of all pixels that two points and what lies between them touch: a click is one pixel. */
export const wholePixels = ({ x0, y0, x1, y1 }: Box): Box => ({
  x0: Math.floor(Math.min(x0, x1)),
  y0: Math.floor(Math.min(y0, y1)),
  x1: Math.floor(Math.max(x0, x1)) + 1,
  y1: Math.floor(Math.max(y0, y1)) + 1,
});

/** A rectangle with its borders on the axes. */
export function rectangleSpans(box: Box, bounds: Bounds, sink: SpanSink): void {
  const x0 = Math.max(0, Math.ceil(Math.min(box.x0, box.x1) - 0.5));
  const x1 = Math.min(bounds.width, Math.floor(Math.max(box.x0, box.x1) - 0.5) + 1);
  const y1 = Math.min(bounds.height - 1, Math.floor(Math.max(box.y0, box.y1) - 0.5));
  if (x0 >= x1) return;
  for (let y = Math.max(0, Math.ceil(Math.min(box.y0, box.y1) - 0.5)); y <= y1; y++) sink(y, x0, x1);
}

/** The ellipse that touches the four sides of a box. */
export function ellipseSpans(box: Box, bounds: Bounds, sink: SpanSink): void {
  const cx = (box.x0 + box.x1) / 2;
  const cy = (box.y0 + box.y1) / 2;
  const rx = Math.abs(box.x1 - box.x0) / 2;
  const ry = Math.abs(box.y1 - box.y0) / 2;
  if (!(rx > 0 && ry > 0)) return;
  const bottom = Math.min(bounds.height - 1, Math.floor(cy + ry - 0.5));
  for (let y = Math.max(0, Math.ceil(cy - ry - 0.5)); y <= bottom; y++) {
    const height = (y + 0.5 - cy) / ry;
    const half = rx * Math.sqrt(Math.max(0, 1 - height * height));
    const x0 = Math.max(0, Math.ceil(cx - half - 0.5));
    const x1 = Math.min(bounds.width, Math.floor(cx + half - 0.5) + 1);
    if (x0 < x1) sink(y, x0, x1);
  }
}
