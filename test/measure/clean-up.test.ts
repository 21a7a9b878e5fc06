/** Cleaning up label maps: beside SciPy and scikit-image, and by what it promises. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, type CleanUpValues } from '../../src-main/measure/clean-up.js';
import { connectedComponents } from '../../src-main/measure/components.js';
import { splitTouching } from '../../src-main/measure/watershed.js';
import type { CleanUp } from '../../src-main/shared/clean-up.js';
import type { LabelMap } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { runPython } from '../python.js';

const folder = mkdtempSync(join(tmpdir(), 'brushfield-clean-up-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VOID: CleanUpValues = { background: [], empty: 0 };
/** Value 1 is a background, 2 and 3 are objects. */
const GROUND: CleanUpValues = { background: [1], empty: 1 };

/** Rings and discs of objects over a ground, and specks. */
function picture(seed: number, { ground = 1, values = [2, 3] } = {}): LabelMap {
  const random = randomFor(seed, 23);
  const [width, height] = [70, 50];
  const data = new Uint8Array(width * height).fill(ground);
  for (let n = 0; n < 18; n++) {
    const [cx, cy, outer] = [random.integer(width), random.integer(height), 1 + random.integer(10)];
    const inner = random.chance(0.5) ? outer * 0.5 : -1;
    const value = values[random.integer(values.length)]!;
    for (let i = 0; i < data.length; i++) {
      const distance = Math.hypot((i % width) - cx, Math.floor(i / width) - cy);
      if (distance <= outer && distance > inner) data[i] = value;
    }
  }
  return { width, height, data };
}

const rows = (...lines: string[]): LabelMap => ({
  width: lines[0]!.length,
  height: lines.length,
  data: Uint8Array.from(lines.join(''), Number),
});
const text = ({ width, data }: LabelMap) =>
  Array.from({ length: data.length / width }, (_, y) => data.slice(y * width, (y + 1) * width).join(''));

test('holes, small objects and objects at the border are those of SciPy and scikit-image', async () => {
  const changed = [false, false, false];
  for (const seed of [1, 2]) {
    const map = picture(seed, { ground: 0, values: [1] });
    const [input, output] = [join(folder, 'mask.u8'), join(folder, 'cleaned.u8')];
    writeFileSync(input, map.data);
    const script = resolve(import.meta.dirname, '../python/clean_up.py');
    await runPython(script, [String(map.width), String(map.height), '40', input, output]);
    const ours = [{ fillHoles: true }, { minArea: 40 }, { wholeOnly: true }].map(
      (steps) => cleanUp(map, steps, VOID).data,
    );
    expect(Buffer.concat(ours).equals(readFileSync(output))).toBe(true);
    ours.forEach((data, step) => (changed[step] ||= !Buffer.from(data).equals(map.data)));
  }
  expect(changed).toEqual([true, true, true]);
});

test('a hole becomes what borders most of it, whatever background it held; other classes within stay', () => {
  const map = rows('1111111', '1222221', '1203021', '1201331', '1222331', '1111111');
  expect(text(cleanUp(map, { fillHoles: true }, GROUND))).toEqual([
    ...['1111111', '1222221', '1223221', '1222331', '1222331', '1111111'],
  ]);
});

test('what is dropped becomes background where the model has one, else 0', () => {
  const map = rows('1111', '1211', '1111', '1133');
  expect(text(cleanUp(map, { minArea: 2 }, GROUND))).toEqual(['1111', '1111', '1111', '1133']);
  expect(text(cleanUp(map, { minArea: 2 }, { background: [1], empty: 0 }))[1]).toBe('1011');
  expect(text(cleanUp(map, { wholeOnly: true }, GROUND))).toEqual(['1111', '1211', '1111', '1111']);
});

test('outside the region nothing is left, and its edge is an edge', () => {
  const map = rows('22222', '21112', '21312', '21112', '22222');
  const region = { x: 1, y: 1, width: 9, height: 3 };
  expect(text(cleanUp(map, { region }, GROUND))).toEqual(['00000', '01112', '01312', '01112', '00000']);
  expect(text(cleanUp(map, { region, wholeOnly: true }, GROUND))).toEqual([
    ...['00000', '01111', '01311', '01111', '00000'],
  ]);
  const beyond = { x: 7, y: 0, width: 2, height: 2 };
  expect(cleanUp(map, { region: beyond }, GROUND).data.every((value) => value === 0)).toBe(true);
});

test('parted objects are the parts that the watershed found, without the line between them', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const map = picture(seed);
      const cleaned = cleanUp(map, { split: true }, GROUND);
      const parts = splitTouching(connectedComponents(map, [1]));
      const objects = connectedComponents(cleaned, [1]);
      const partOf = new Map<number, number>();
      const wrong = cleaned.data.findIndex((value, i) => {
        if (value !== map.data[i] && value !== 1) return true;
        const object = objects.data[i]!;
        if (object === 0) return false;
        // An object lies within one part; a part of a few pixels may fall apart or vanish under its line.
        const part = partOf.get(object) ?? parts.data[i]!;
        partOf.set(object, part);
        return part !== parts.data[i];
      });
      expect(wrong).toBe(-1);
    }),
    { numRuns: 40 },
  );
});

test('mirrored images are cleaned alike, what was dropped is not dropped again, and the input stays', () => {
  const mirrored = ({ width, height, data }: LabelMap): LabelMap => ({
    width,
    height,
    data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)]!),
  });
  const every: CleanUp = { fillHoles: true, minArea: 12, wholeOnly: true };
  for (const seed of [5, 6, 7]) {
    const map = picture(seed);
    const before = map.data.slice();
    const cleaned = cleanUp(map, every, GROUND);
    expect(Buffer.from(before).equals(map.data)).toBe(true);
    expect(text(mirrored(cleanUp(mirrored(map), every, GROUND)))).toEqual(text(cleaned));
    expect(text(cleanUp(cleaned, { minArea: 12, wholeOnly: true }, GROUND))).toEqual(text(cleaned));
  }
});
