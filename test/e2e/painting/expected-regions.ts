/** What the changes of a whole class must make of a label map, in the plainest way: pixel by pixel, part by part. */
import type { ExpectedLabels } from './expected-labels.js';

/** Pixels of the class that are at most `radius` from one of the image that is not of it become void. */
export function shrink(labels: ExpectedLabels, value: number, radius: number): void {
  const before = labels.data.slice();
  labels.paint(0, (_x, _y, i) => {
    if (before[i] !== value) return false;
    return near(labels, i, radius).some((other) => before[other] !== value);
  });
}

/** Grows the class over void alone. */
export function growOverVoid(labels: ExpectedLabels, value: number, radius: number): void {
  const before = labels.data.slice();
  labels.paint(value, (_x, _y, i) => {
    if (before[i] !== 0) return false;
    return near(labels, i, radius).some((other) => before[other] === value);
  });
}

/** What is not of the class and from which no way over edges leads to the image's border, gets it; of it, `only` these labels. */
export function fillHoles(labels: ExpectedLabels, value: number, only?: readonly number[]): void {
  const { width, height } = labels;
  for (const part of parts(labels, (label) => label !== value, 4)) {
    const open = part.some((i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x === 0 || y === 0 || x === width - 1 || y === height - 1;
    });
    if (open) continue;
    for (const i of part) if (!only || only.includes(labels.data[i]!)) labels.data[i] = value;
  }
}

/** Parts of the class, joined by edges or corners, of fewer than `fewest` pixels become void. */
export function removeSpecks(labels: ExpectedLabels, value: number, fewest: number): void {
  for (const part of parts(labels, (label) => label === value, 8))
    if (part.length < fewest) for (const i of part) labels.data[i] = 0;
}

/** The label that most pixels within `radius` have; of several the pixel's own, else the smallest. */
export function smooth(labels: ExpectedLabels, radius: number): void {
  const before = labels.data.slice();
  for (let i = 0; i < before.length; i++) {
    const around = near(labels, i, radius).map((other) => before[other]!);
    const count = (label: number) => around.filter((other) => other === label).length;
    const most = Math.max(...[...new Set(around)].map(count));
    const best = [...new Set(around)].filter((label) => count(label) === most);
    labels.data[i] = best.includes(before[i]!) ? before[i]! : Math.min(...best);
  }
}

/** Pixels of the image whose centres are at most `radius` away, this one too. */
function near({ width, height }: ExpectedLabels, i: number, radius: number): number[] {
  const [x, y] = [i % width, Math.floor(i / width)];
  const found: number[] = [];
  for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
    for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++)
      if ((u - x) ** 2 + (v - y) ** 2 <= radius ** 2) found.push(v * width + u);
  return found;
}

/** Connected parts of the pixels whose label is wanted, each as its pixels. */
function parts(
  { data, width, height }: ExpectedLabels,
  wanted: (label: number) => boolean,
  neighbours: 4 | 8,
): number[][] {
  const seen = new Set<number>();
  const all: number[][] = [];
  for (let start = 0; start < data.length; start++) {
    if (seen.has(start) || !wanted(data[start]!)) continue;
    seen.add(start);
    const part = [start];
    for (let at = 0; at < part.length; at++) {
      const [x, y] = [part[at]! % width, Math.floor(part[at]! / width)];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const next = v * width + u;
          const touches = neighbours === 8 || u === x || v === y;
          if (!touches || seen.has(next) || !wanted(data[next]!)) continue;
          seen.add(next);
          part.push(next);
        }
    }
    all.push(part);
  }
  return all;
}
