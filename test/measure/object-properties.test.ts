/** Measurements beside scikit-image's on real label maps, and under turns, mirrors and scale. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectedComponents } from '../../src-main/measure/components.js';
import {
  measureObjects,
  type ObjectMap,
  type ObjectProperties,
} from '../../src-main/measure/object-properties.js';
import { decodeImage, decodeLabelImage } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { describeWithData, sharedData } from '../shared-data.js';

interface Entry {
  labels: string;
  image: string;
  /** Whether the values number the objects. */
  objects: boolean;
}

type Table = Record<string, number[]>;

const filesIn = (folder: string): string[] => readdirSync(folder).sort();

/** 349 label maps: nuclei as objects and as classes, membranes, blood cells, streets. */
function entries(): Entry[] {
  const found: Entry[] = [];
  for (const set of ['dsb2018_fluo', 'membrane', 'wbc_d1', 'camvid_example'])
    for (const name of filesIn(sharedData(set, 'labels')))
      found.push({
        labels: sharedData(set, 'labels', name),
        image: sharedData(set, 'images', name),
        objects: false,
      });
  for (const name of filesIn(sharedData('dsb2018_fluo', 'instances')))
    found.push({
      labels: sharedData('dsb2018_fluo', 'instances', name),
      image: sharedData('dsb2018_fluo', 'images', name),
      objects: true,
    });
  return found;
}

async function objectsOf({ labels, objects }: Entry): Promise<ObjectMap> {
  const map = await decodeLabelImage(labels);
  return objects ? map : connectedComponents({ ...map, data: Uint8Array.from(map.data) });
}

/** As regionprops_table names its columns. */
function tableOf(measured: readonly ObjectProperties[]): Table {
  const table: Table = {
    label: measured.map(({ label }) => label),
    area: measured.map(({ area }) => area),
    perimeter: measured.map(({ perimeter }) => perimeter),
    eccentricity: measured.map(({ eccentricity }) => eccentricity),
    solidity: measured.map(({ solidity }) => solidity),
    equivalent_diameter_area: measured.map((one) => one.equivalentDiameterArea),
  };
  for (const axis of [0, 1] as const) table[`centroid-${axis}`] = measured.map((one) => one.centroid[axis]);
  for (const side of [0, 1, 2, 3] as const) table[`bbox-${side}`] = measured.map((one) => one.bbox[side]);
  measured[0]?.intensity.forEach((_, channel) => {
    for (const what of ['mean', 'min', 'max'] as const)
      table[`intensity_${what}-${channel}`] = measured.map(({ intensity }) => intensity[channel]![what]);
  });
  return table;
}

/** Sums in another order differ in their last digits; 1e-6 is where an eccentricity of a circle begins to. */
const TOLERANCES: Record<string, number> = { eccentricity: 1e-6 };

function expectSame(ours: Table, theirs: Table, name: string): void {
  expect(Object.keys(ours).sort(), name).toEqual(Object.keys(theirs).sort());
  for (const [column, values] of Object.entries(theirs)) {
    const tolerance = TOLERANCES[column] ?? 1e-9;
    expect(ours[column], name).toHaveLength(values.length);
    const off = values.findIndex(
      (value, i) => !(Math.abs(ours[column]![i]! - value) <= tolerance * Math.max(1, Math.abs(value))),
    );
    expect(off < 0 ? null : [column, off, ours[column]![off], values[off]], name).toBeNull();
  }
}

describeWithData('real label maps', () => {
  test('are measured as scikit-image measures them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'brushfield-measure-'));
    try {
      const list = entries();
      expect(list.length).toBeGreaterThanOrEqual(300);
      writeFileSync(join(folder, 'list.json'), JSON.stringify(list));
      const script = resolve(import.meta.dirname, '../python/region_properties.py');
      await runPython(script, [join(folder, 'list.json'), join(folder, 'tables.json')]);
      const tables = JSON.parse(readFileSync(join(folder, 'tables.json'), 'utf8')) as Table[];
      for (const [i, entry] of list.entries())
        expectSame(
          tableOf(measureObjects(await objectsOf(entry), await decodeImage(entry.image))),
          tables[i]!,
          entry.labels,
        );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const maps = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }))
  .chain(([width, height]) =>
    fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: width * height, maxLength: width * height })
      .map((values): ObjectMap => ({ width, height, data: Uint8Array.from(values) })),
  );

/** The map with the pixel at (x, y) taken from `from(x, y)`. */
function remade(width: number, height: number, from: (x: number, y: number) => number): ObjectMap {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = from(x, y);
  return { width, height, data };
}

const shapesOf = (map: ObjectMap) =>
  measureObjects(map).map(({ label, area, perimeter, eccentricity, solidity, touchesBorder }) => ({
    label,
    area,
    perimeter: perimeter.toFixed(9),
    eccentricity: eccentricity.toFixed(6),
    solidity,
    touchesBorder,
  }));

test('shapes stay the same when an image is turned or mirrored, and places turn with it', () => {
  fc.assert(
    fc.property(maps, (map) => {
      const { width, height, data } = map;
      const turned = remade(height, width, (x, y) => data[(height - 1 - x) * width + y]!);
      const mirrored = remade(width, height, (x, y) => data[y * width + width - 1 - x]!);
      expect(shapesOf(turned)).toEqual(shapesOf(map));
      expect(shapesOf(mirrored)).toEqual(shapesOf(map));
      const places = measureObjects(turned).map(({ centroid: [row, column] }) => [row, column]);
      measureObjects(map).forEach(({ centroid: [row, column] }, i) => {
        expect(places[i]![0]).toBeCloseTo(column, 9);
        expect(places[i]![1]).toBeCloseTo(height - 1 - row, 9);
      });
    }),
  );
});

test('an image of twice the scale has four times the area and the same intensities', () => {
  fc.assert(
    fc.property(maps, (map) => {
      const { width, height, data } = map;
      const image = {
        width,
        height,
        channels: 1,
        alpha: false,
        type: 'uint8' as const,
        data: data.map((v) => v * 9),
      };
      const larger = remade(2 * width, 2 * height, (x, y) => data[(y >> 1) * width + (x >> 1)]!);
      const largerImage = {
        ...image,
        width: 2 * width,
        height: 2 * height,
        data: larger.data.map((v) => v * 9),
      };
      const once = measureObjects(map, image);
      const twice = measureObjects(larger, largerImage as typeof image);
      expect(twice.map(({ area }) => area)).toEqual(once.map(({ area }) => 4 * area));
      expect(twice.map(({ intensity }) => intensity)).toEqual(once.map(({ intensity }) => intensity));
      expect(twice.map(({ bbox }) => bbox)).toEqual(once.map(({ bbox }) => bbox.map((side) => 2 * side)));
      expect(twice.map(({ touchesBorder }) => touchesBorder)).toEqual(once.map((one) => one.touchesBorder));
    }),
  );
});

test('an object of one pixel, a gap in an object, and values that are not numbers', () => {
  const map = remade(5, 4, (x, y) => (y === 1 && x === 2 ? 7 : y !== 2 && x === 4 ? 9 : 0));
  const data = Float32Array.from({ length: 20 }, (_, i) => (i === 7 ? 0.5 : NaN));
  const image = { width: 5, height: 4, channels: 1, alpha: false, type: 'float32' as const, data };
  const [dot, gap] = measureObjects(map, image);
  expect(dot).toEqual({
    label: 7,
    area: 1,
    centroid: [1, 2],
    bbox: [1, 2, 2, 3],
    perimeter: 0,
    eccentricity: 0,
    solidity: 1,
    equivalentDiameterArea: Math.sqrt(4 / Math.PI),
    touchesBorder: false,
    intensity: [{ mean: 0.5, min: 0.5, max: 0.5 }],
  });
  expect(gap).toMatchObject({ area: 3, solidity: 3 / 4, touchesBorder: true });
  expect(gap!.intensity).toEqual([{ mean: NaN, min: NaN, max: NaN }]);
  expect(() => measureObjects(map, { ...image, width: 4, height: 5 })).toThrow(RangeError);
});
