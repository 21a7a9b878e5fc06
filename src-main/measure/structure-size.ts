/** How wide the structures in a label map are: what decides how much of an image a network must see at once. */
import type { LabelMap } from '../shared/model.js';
import { connectedComponents } from './components.js';

export interface MeasuredStructure {
  /** Diameter of the largest circle inside it, px. */
  diameterPx: number;
  /** Pixels. */
  area: number;
}

/** What is smaller is a speck of the brush. */
const SMALLEST_AREA = 9;
/** With a larger share of its rim next to unlabelled pixels, an object is a stroke and not the whole of a structure. */
const LARGEST_OPEN_SHARE = 0.1;
/** Chamfer distance with weights 3 and 4 (Borgefors, 1986), within 8 % of the Euclidean one. */
const [STRAIGHT, DIAGONAL] = [3, 4];
const FAR = 0x3fffffff;

/**
 * The structures that are labelled as a whole, those of `background` values left out: objects in the sense of
 * `connectedComponents` whose rim meets other classes and not unlabelled pixels. The image's border is no rim.
 */
export function structuresOf(map: LabelMap, background: readonly number[]): MeasuredStructure[] {
  const { data, values } = connectedComponents(map, background);
  const { width, height } = map;
  const areas = new Uint32Array(values.length + 1);
  const rims = new Uint32Array(values.length + 1);
  const open = new Uint32Array(values.length + 1);
  const distance = new Int32Array(data.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const object = data[i]!;
      if (!object) continue;
      areas[object]!++;
      let atRim = false;
      let atVoid = false;
      const look = (neighbour: number) => {
        if (data[neighbour] === object) return;
        atRim = true;
        if (map.data[neighbour] === 0) atVoid = true;
      };
      if (x > 0) look(i - 1);
      if (x < width - 1) look(i + 1);
      if (y > 0) look(i - width);
      if (y < height - 1) look(i + width);
      if (atRim) rims[object]!++;
      if (atVoid) open[object]!++;
      distance[i] = FAR;
    }
  spreadDistances(distance, data, map);
  const deepest = new Int32Array(values.length + 1);
  for (let i = 0; i < data.length; i++)
    if (distance[i]! > deepest[data[i]!]!) deepest[data[i]!] = distance[i]!;

  const structures: MeasuredStructure[] = [];
  for (let object = 1; object <= values.length; object++) {
    const area = areas[object]!;
    if (area < SMALLEST_AREA || open[object]! > LARGEST_OPEN_SHARE * rims[object]!) continue;
    // What fills the whole image has no rim: its size says nothing.
    if (deepest[object]! >= FAR / 2) continue;
    structures.push({ diameterPx: (2 * deepest[object]!) / STRAIGHT - 1, area });
  }
  return structures;
}

/** Median diameter where each structure counts by its area, so that specks do not decide; null without any. */
export function typicalDiameter(structures: readonly MeasuredStructure[]): number | null {
  const sorted = structures.toSorted((a, b) => a.diameterPx - b.diameterPx);
  const half = sorted.reduce((sum, { area }) => sum + area, 0) / 2;
  let passed = 0;
  return sorted.find(({ area }) => (passed += area) >= half)?.diameterPx ?? null;
}

/** In two passes: to each pixel of an object its distance to the nearest pixel that is not of it, times STRAIGHT. */
function spreadDistances(
  distance: Int32Array,
  objects: Uint32Array,
  { width, height }: { width: number; height: number },
): void {
  const pass = (start: number, end: number, step: 1 | -1) => {
    for (let i = start; i !== end; i += step) {
      const object = objects[i]!;
      if (!object) continue;
      const x = i % width;
      const y = (i - x) / width;
      let least = distance[i]!;
      const look = (dx: number, dy: number, weight: number) => {
        const [nx, ny] = [x + dx * step, y + dy * step];
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) return;
        const neighbour = ny * width + nx;
        const own = objects[neighbour] === object;
        least = Math.min(least, (own ? distance[neighbour]! : 0) + weight);
      };
      look(-1, 0, STRAIGHT);
      look(0, -1, STRAIGHT);
      look(-1, -1, DIAGONAL);
      look(1, -1, DIAGONAL);
      distance[i] = least;
    }
  };
  pass(0, objects.length, 1);
  pass(objects.length - 1, -1, -1);
}
