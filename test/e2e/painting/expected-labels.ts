/** Label maps as they must come out: each tool computed in the plainest way from where the pointer was, pixel by pixel. */

export interface Point {
  /** Image px; pixel (i, j) covers i … i+1 × j … j+1. */
  x: number;
  y: number;
}

export class ExpectedLabels {
  data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(width * height);
  }

  copy(): ExpectedLabels {
    const copy = new ExpectedLabels(this.width, this.height);
    copy.data.set(this.data);
    return copy;
  }

  /** Every pixel whose centre `holds` gets `value`; `only` keeps pixels of other labels. */
  paint(value: number, holds: (x: number, y: number, i: number) => boolean, only?: readonly number[]): void {
    for (let y = 0, i = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++, i++)
        if (holds(x + 0.5, y + 0.5, i) && (!only || only.includes(this.data[i]!))) this.data[i] = value;
  }

  /** A disc swept along a line of points. */
  stroke(points: readonly Point[], radius: number, value: number, only?: readonly number[]): void {
    const ends = points.length > 1 ? points.slice(1).map((to, i) => [points[i]!, to] as const) : [];
    const all = ends.length > 0 ? ends : [[points[0]!, points[0]!] as const];
    this.paint(value, (x, y) => all.some(([from, to]) => distance({ x, y }, from, to) <= radius), only);
  }

  polygon(points: readonly Point[], value: number): void {
    this.paint(value, (x, y) => isInside(points, x, y));
  }

  /** Whole pixels from the one under `from` to the one under `to`. */
  rectangle(from: Point, to: Point, value: number): void {
    const { x0, y0, x1, y1 } = wholeBox(from, to);
    this.paint(value, (x, y) => x > x0 && x < x1 && y > y0 && y < y1);
  }

  ellipse(from: Point, to: Point, value: number): void {
    const { x0, y0, x1, y1 } = wholeBox(from, to);
    const [cx, cy, rx, ry] = [(x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2];
    this.paint(value, (x, y) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1);
  }

  /** What hangs together with the seed over common edges, where `alike` says so of a pixel. */
  flood(seed: Point, alike: (i: number) => boolean, value: number): void {
    const reached = this.connected(seed, alike);
    this.paint(value, (_x, _y, i) => reached.has(i));
  }

  /** Pixels at most `radius` from one that has `value`. */
  grow(value: number, radius: number): void {
    const before = this.data.slice();
    const reach = Math.floor(radius);
    for (let y = 0; y < this.height; y++)
      for (let x = 0; x < this.width; x++) {
        if (before[y * this.width + x] !== value) continue;
        for (let dy = -reach; dy <= reach; dy++)
          for (let dx = -reach; dx <= reach; dx++) {
            const [nx, ny] = [x + dx, y + dy];
            const inside = nx >= 0 && ny >= 0 && nx < this.width && ny < this.height;
            if (inside && dx * dx + dy * dy <= radius * radius) this.data[ny * this.width + nx] = value;
          }
      }
  }

  private connected(seed: Point, alike: (i: number) => boolean): Set<number> {
    const start = Math.floor(seed.y) * this.width + Math.floor(seed.x);
    const reached = new Set([start]);
    const open = [start];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      const x = i % this.width;
      const neighbours = [
        ...(x > 0 ? [i - 1] : []),
        ...(x < this.width - 1 ? [i + 1] : []),
        i - this.width,
        i + this.width,
      ];
      for (const next of neighbours)
        if (next >= 0 && next < this.data.length && !reached.has(next) && alike(next)) {
          reached.add(next);
          open.push(next);
        }
    }
    return reached;
  }
}

function distance(at: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((at.x - from.x) * dx + (at.y - from.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(at.x - from.x - t * dx, at.y - from.y - t * dy);
}

/** By the parity of crossings to the right. */
function isInside(points: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  points.forEach((a, i) => {
    const b = points[(i + 1) % points.length]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  });
  return inside;
}

const wholeBox = (from: Point, to: Point) => ({
  x0: Math.floor(Math.min(from.x, to.x)),
  y0: Math.floor(Math.min(from.y, to.y)),
  x1: Math.floor(Math.max(from.x, to.x)) + 1,
  y1: Math.floor(Math.max(from.y, to.y)) + 1,
});

/** The value up to and with which the darker class reaches, by trying every one: largest variance between both classes. */
export function otsuByTrying(values: readonly number[]): number {
  let [best, threshold] = [-1, 0];
  for (const t of new Set(values)) {
    const dark = values.filter((value) => value <= t);
    const bright = values.filter((value) => value > t);
    if (bright.length === 0) continue;
    const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
    const between = dark.length * bright.length * (mean(dark) - mean(bright)) ** 2;
    if (between > best * (1 + 1e-12)) [best, threshold] = [between, t];
  }
  return threshold;
}
