/** Polygons as row spans, by the edges that cross each row of pixel centres. */
import type { Bounds, SpanSink } from './raster.js';

/** How the inside is told where a polygon crosses itself. */
export type FillRule = 'even-odd' | 'non-zero';

interface Edge {
  /** Rows whose centres the edge crosses: first … end − 1. */
  first: number;
  end: number;
  /** Where it crosses the row centre of `first`, and how far it moves with each row, px. */
  x: number;
  slope: number;
  /** +1 downwards, −1 upwards. */
  turn: number;
}

/**
 * The pixels whose centres lie inside. Of centres exactly on a border, those on a left or upper one belong to it, so
 * that two polygons with a common border share no pixel and leave none out.
 * @param points x, y, x, y … in image px; the last is joined to the first. Fewer than three points have no inside.
 */
export function polygonSpans(
  points: ArrayLike<number>,
  { rule = 'even-odd', bounds, sink }: { rule?: FillRule; bounds: Bounds; sink: SpanSink },
): void {
  const edges = edgesOf(points, bounds.height);
  let active: Edge[] = [];
  let next = 0;
  for (let y = edges[0]?.first ?? bounds.height; y < bounds.height; y++) {
    active = active.filter((edge) => edge.end > y);
    while (next < edges.length && edges[next]!.first <= y) active.push(edges[next++]!);
    if (active.length === 0) {
      if (next === edges.length) return;
      y = edges[next]!.first - 1;
      continue;
    }
    const crossings = active.map((edge) => ({ x: edge.x + (y - edge.first) * edge.slope, turn: edge.turn }));
    crossings.sort((a, b) => a.x - b.x);
    emitRow(crossings, { y, rule, width: bounds.width, sink });
  }
}

function emitRow(
  crossings: readonly { x: number; turn: number }[],
  { y, rule, width, sink }: { y: number; rule: FillRule; width: number; sink: SpanSink },
): void {
  let winding = 0;
  let start = 0;
  for (const { x, turn } of crossings) {
    const wasInside = winding !== 0;
    winding = rule === 'even-odd' ? winding ^ 1 : winding + turn;
    const column = Math.ceil(x - 0.5);
    if (!wasInside) start = column;
    else if (winding === 0) {
      const x0 = Math.max(0, start);
      const x1 = Math.min(width, column);
      if (x0 < x1) sink(y, x0, x1);
    }
  }
}

/** Edges that cross at least one row of 0 … height − 1, by first row. */
function edgesOf(points: ArrayLike<number>, height: number): Edge[] {
  const edges: Edge[] = [];
  const count = points.length >> 1;
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count;
    const down = points[2 * i + 1]! <= points[2 * j + 1]!;
    const [upper, lower] = down ? [i, j] : [j, i];
    const [ux, uy] = [points[2 * upper]!, points[2 * upper + 1]!];
    const [lx, ly] = [points[2 * lower]!, points[2 * lower + 1]!];
    const first = Math.max(0, Math.ceil(uy - 0.5));
    const end = Math.min(height, Math.ceil(ly - 0.5));
    if (first >= end) continue;
    const slope = (lx - ux) / (ly - uy);
    edges.push({ first, end, x: ux + (first + 0.5 - uy) * slope, slope, turn: down ? 1 : -1 });
  }
  return edges.sort((a, b) => a.first - b.first);
}
