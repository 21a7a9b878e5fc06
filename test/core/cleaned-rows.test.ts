/** Label maps that are cleaned up row by row beside the whole ones. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanedRows } from '../../src-main/core/cleaned-rows.js';
import { cleanUp, type CleanUpValues } from '../../src-main/measure/clean-up.js';
import { partLines } from '../../src-main/measure/part-lines.js';
import { RowHoles, RowObjects } from '../../src-main/measure/streamed-clean-up.js';
import type { CleanUp } from '../../src-main/shared/clean-up.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { temporaryFolder } from '../store/temporary-store.js';

const VOID: CleanUpValues = { background: [], empty: 0 };
/** Value 1 is a background, 2 and 3 are objects; 0 is void. */
const GROUND: CleanUpValues = { background: [1], empty: 1 };

/** Rings and specks of all values over a ground of one. */
function picture(seed: number, width: number, height: number): LabelMap {
  const random = randomFor(seed, 29);
  const data = new Uint8Array(width * height).fill(random.integer(4));
  for (let n = 0; n < (width * height) / 60; n++) {
    const [cx, cy, outer] = [random.integer(width), random.integer(height), random.integer(9)];
    const inner = random.chance(0.6) ? outer * random.uniform(0.3, 0.9) : -1;
    const value = random.integer(4);
    for (let y = Math.max(0, cy - outer); y <= Math.min(height - 1, cy + outer); y++)
      for (let x = Math.max(0, cx - outer); x <= Math.min(width - 1, cx + outer); x++) {
        const distance = Math.hypot(x - cx, y - cy);
        if (distance <= outer && distance > inner) data[y * width + x] = value;
      }
  }
  return { width, height, data };
}

async function* bandsOf({ width, height, data }: LabelMap, band: number) {
  for (let y = 0; y < height; y += band) {
    const rows = Math.min(band, height - y);
    yield { y, rows, width, height, labels: data.slice(y * width, (y + rows) * width) };
    await Promise.resolve();
  }
}

async function byRows(
  map: LabelMap,
  steps: CleanUp,
  values: CleanUpValues,
  band: number,
): Promise<Uint8Array> {
  const folder = temporaryFolder();
  const cleaned = new Uint8Array(map.data.length);
  let next = 0;
  const rows = cleanedRows(bandsOf(map, band), {
    ...{ steps, values, folder, mostPartedPixels: Infinity },
    part: (job) => Promise.resolve(partLines(job)),
    smooth: (labels, radius) => Promise.resolve(cleanUp(labels, { smooth: radius }, values)),
  });
  for await (const { y, rows: count, width, height, labels } of rows) {
    expect([y, width, height, labels.length]).toEqual([next, map.width, map.height, count * width]);
    expect(readdirSync(folder)).toEqual([]);
    cleaned.set(labels, y * width);
    next = y + count;
  }
  expect(next).toBe(map.height);
  return cleaned;
}

const maybe = <T>(what: fc.Arbitrary<T>) => fc.option(what, { nil: undefined });
const choices = fc.record({
  seed: fc.nat(),
  width: fc.integer({ min: 1, max: 60 }),
  height: fc.integer({ min: 1, max: 60 }),
  band: fc.integer({ min: 1, max: 25 }),
  ground: fc.boolean(),
  region: maybe(
    fc.tuple(fc.nat(40), fc.nat(40), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })),
  ),
  smooth: maybe(fc.double({ min: 1, max: 6, noNaN: true })),
  fillHoles: fc.boolean(),
  split: fc.boolean(),
  minArea: maybe(fc.integer({ min: 2, max: 60 })),
  wholeOnly: fc.boolean(),
});

test('random maps are cleaned up to the same pixels, whatever rows come at a time', async () => {
  const changed = { smooth: 0, fillHoles: 0, split: 0, minArea: 0, wholeOnly: 0 };
  await fc.assert(
    fc.asyncProperty(choices, async ({ seed, width, height, band, ground, region, ...rest }) => {
      const map = picture(seed, width, height);
      const values = ground ? GROUND : VOID;
      const [x, y, w, h] = region ?? [];
      const steps = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(region && { region: { x: x!, y: y!, width: w!, height: h! } }),
      } as CleanUp;
      for (const step of Object.keys(changed) as (keyof typeof changed)[]) {
        const alone = cleanUp(map, { [step]: steps[step] }, values).data;
        if (steps[step] && !Buffer.from(alone).equals(map.data)) changed[step]++;
      }
      const found = await byRows(map, steps, values, band);
      expect(Buffer.from(found).equals(cleanUp(map, steps, values).data)).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(changed))).toBeGreaterThan(20);
});

test('holes and objects that meet far below, spirals and combs, by single rows', async () => {
  const side = 41;
  const shapes: ((x: number, y: number) => number)[] = [
    // Combs whose teeth meet in the last row, so that each is enclosed, or one object.
    (x, y) => (x % 4 === 0 || y === side - 2 || y === 1 ? 2 : 1),
    (x, y) => (y === side - 2 && x > 0 && x < side - 1 ? 1 : x % 4 === 2 && y > 1 && y < side - 1 ? 1 : 2),
    // Rings in rings of two classes, and squares that touch by corners.
    (x, y) => [2, 1, 3, 1][Math.max(Math.abs(x - 20), Math.abs(y - 20)) % 4]!,
    (x, y) => (((x >> 2) + (y >> 2)) % 2 ? 2 : 1),
    (x, y) => ((x + y) % 2 ? 2 : 3),
    () => 1,
    () => 2,
  ];
  for (const shape of shapes) {
    const data = Uint8Array.from({ length: side * side }, (_, i) => shape(i % side, Math.floor(i / side)));
    const map = { width: side, height: side, data };
    for (const steps of [
      { fillHoles: true },
      { minArea: 70 },
      { fillHoles: true, minArea: 200, wholeOnly: true },
      { split: true },
    ]) {
      const found = await byRows(map, steps, GROUND, 1);
      expect(Buffer.from(found).equals(cleanUp(map, steps, GROUND).data)).toBe(true);
    }
  }
});

test('strips as high as large images come in are smoothed like the whole', async () => {
  const map = picture(3, 40, 1500);
  for (const radius of [1, 7.5, 50]) {
    const found = await byRows(map, { smooth: radius }, GROUND, 104);
    expect(Buffer.from(found).equals(cleanUp(map, { smooth: radius }, GROUND).data)).toBe(true);
  }
});

test('half rows, too many and too few are refused, and an abort ends it', async () => {
  for (const pass of [
    new RowHoles({ width: 4, height: 3 }, VOID),
    new RowObjects({ width: 4, height: 3 }, VOID),
  ]) {
    expect(() => pass.finish({})).toThrow('0 of 3 rows were added');
    expect(() => pass.add(new Uint8Array(5))).toThrow(RangeError);
    expect(() => pass.add(new Uint8Array(16))).toThrow(RangeError);
  }
  const abort = new AbortController();
  abort.abort(new Error('enough'));
  const rows = cleanedRows(bandsOf(picture(1, 9, 9), 2), {
    ...{ steps: { minArea: 2 }, values: VOID, folder: temporaryFolder(), signal: abort.signal },
    ...{ mostPartedPixels: Infinity, part: (job) => Promise.resolve(partLines(job)) },
    smooth: (labels) => Promise.resolve(labels),
  });
  await expect(rows.next()).rejects.toThrow('enough');
});
