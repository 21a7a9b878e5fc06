/** Strokes as a person paints them along what is there: class after class, image after image, never over an edge. */
import type { LabelMap } from '../../shared/model.js';
import { randomFor, type Random } from '../../shared/random.js';

const RADIUS_PX = 2;
const LENGTH_PX = [10, 40] as const;
/** How often a hand that came to an edge looks for another way. */
const TURNS = 8;

/**
 * Label maps that hold nothing but `strokes` strokes in all, taken from full labels; stroke i is on image i mod images.
 * @param classes label values 1 … classes; each image's strokes go round those it has.
 */
export function paintedStrokes(
  truths: readonly LabelMap[],
  { strokes, classes, seed }: { strokes: number; classes: number; seed: number },
): LabelMap[] {
  const painted = truths.map(({ width, height, data }) => ({
    ...{ width, height },
    data: new Uint8Array(data.length),
  }));
  const places = truths.map((truth) => placesByClass(truth, classes));
  for (let stroke = 0; stroke < strokes; stroke++) {
    // One stream a stroke: more strokes are those of fewer and some more.
    const random = randomFor(seed, 7, stroke);
    const image = stroke % truths.length;
    const present = places[image]!;
    const own = present[Math.floor(stroke / truths.length) % present.length]!;
    paint(truths[image]!, painted[image]!, { random, start: own[random.integer(own.length)]! });
  }
  return painted;
}

/** Pixels of each class that occurs. */
function placesByClass({ data }: LabelMap, classes: number): number[][] {
  const places = Array.from({ length: classes + 1 }, () => [] as number[]);
  data.forEach((value, at) => places[value]!.push(at));
  return places.slice(1).filter((own) => own.length);
}

function paint(
  truth: LabelMap,
  painted: LabelMap,
  { random, start }: { random: Random; start: number },
): void {
  const { width, height, data } = truth;
  const value = data[start]!;
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[Math.floor(y) * width + Math.floor(x)] === value;
  let [x, y] = [(start % width) + 0.5, Math.floor(start / width) + 0.5];
  let heading = random.uniform(0, 2 * Math.PI);
  const length = random.uniform(...LENGTH_PX);
  for (let done = 0; done < length; done++) {
    dab(truth, painted, { x, y, value });
    let turns = 0;
    while (!inside(x + Math.cos(heading), y + Math.sin(heading)) && turns++ < TURNS)
      heading += random.uniform(-1, 1);
    if (turns > TURNS) return;
    x += Math.cos(heading);
    y += Math.sin(heading);
  }
}

function dab(
  { width, height, data }: LabelMap,
  painted: LabelMap,
  { x, y, value }: { x: number; y: number; value: number },
): void {
  for (let py = Math.max(0, Math.floor(y - RADIUS_PX)); py <= Math.min(height - 1, y + RADIUS_PX); py++)
    for (let px = Math.max(0, Math.floor(x - RADIUS_PX)); px <= Math.min(width - 1, x + RADIUS_PX); px++) {
      const at = py * width + px;
      if ((px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2 <= RADIUS_PX ** 2 && data[at] === value)
        painted.data[at] = value;
    }
}
