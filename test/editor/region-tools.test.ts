/** Region tools and shapes against scikit-image and SciPy on random label maps. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAppError } from '../../src-main/shared/errors.js';
import { randomFor, type Random } from '../../src-main/shared/random.js';
import { fillHoles, removeSpecks } from '../../src-main/shared/selection-parts.js';
import { histogramOf, otsuThreshold } from '../../src-renderer/editor/histogram.js';
import { grow, shrink, smooth } from '../../src-main/shared/morphology.js';
import { polygonSpans } from '../../src-renderer/editor/polygon.js';
import { discSpans, ellipseSpans } from '../../src-renderer/editor/raster.js';
import { runRegionTool, type RegionRequest } from '../../src-renderer/editor/region-tools.js';
import { floodFill, wand } from '../../src-renderer/editor/selection.js';
import { runPython } from '../python.js';
import { spanCounter } from './naive-map.js';

interface Case {
  name: string;
  tool: string;
  width: number;
  height: number;
  labels: Uint8Array;
  values: Uint8Array;
  parameters: Record<string, unknown>;
  ours: Uint8Array;
}

/** Patches of labels with grains of others in them. */
function patches({ width, height }: { width: number; height: number }, random: Random): Uint8Array {
  const labels = new Uint8Array(width * height);
  for (let patch = 0; patch < 14; patch++) {
    const radius = random.uniform(2, 16);
    const value = random.integer(4);
    const [x, y] = [random.uniform(0, width), random.uniform(0, height)];
    discSpans({ x, y, radiusPx: radius }, { width, height }, (row, x0, x1) =>
      labels.fill(value, row * width + x0, row * width + x1),
    );
  }
  return labels.map((label) => (random.chance(0.06) ? random.integer(4) : label));
}

function casesOf(seed: number): Case[] {
  const random = randomFor(seed, 77);
  const size = { width: 30 + random.integer(70), height: 30 + random.integer(50) };
  const labels = patches(size, random);
  const values = labels.map((label) => label * 40 + random.integer(60));
  const at = { x: random.integer(size.width), y: random.integer(size.height) };
  const radius = random.chance(0.5) ? 1 + random.integer(9) : random.uniform(0.5, 12);
  const own = labels.map((label) => (label === 1 ? 1 : 0));
  const made = (tool: string, parameters: Record<string, unknown>, ours: Uint8Array): Case => ({
    name: `${seed}-${tool}${parameters['connectivity'] === 8 ? '-8' : ''}`,
    tool,
    ...size,
    labels,
    values,
    parameters: { value: 1, ...parameters },
    ours,
  });
  const specks = (connectivity: 4 | 8) =>
    made(
      'remove-specks',
      { connectivity, minPixels: 6 },
      removeSpecks(own, size, { connectivity, minPixels: 6 }),
    );
  const points = Array.from({ length: 2 * (3 + random.integer(8)) }, () => random.uniform(-9, 90));
  const box = {
    x0: random.uniform(0, 20),
    y0: random.uniform(0, 20),
    x1: random.uniform(21, 95),
    y1: random.uniform(21, 70),
  };
  const shape = (draw: (sink: ReturnType<typeof spanCounter>['sink']) => void) => {
    const { counts, sink } = spanCounter(size.width, size.height);
    draw(sink);
    return counts;
  };
  return [
    made('flood', at, floodFill(labels, size, { seed: at, contiguous: true })),
    made(
      'wand',
      { ...at, tolerance: 25 },
      wand([values], size, { seed: at, tolerance: 25, contiguous: true }),
    ),
    made('otsu', {}, Uint8Array.of(otsuThreshold(histogramOf(values, labels))!)),
    made('grow', { radius }, grow(own, size, { radiusPx: radius })),
    made('shrink', { radius: radius / 3 }, shrink(own, size, { radiusPx: radius / 3 })),
    made('fill-holes', {}, fillHoles(own, size)),
    specks(4),
    specks(8),
    made('smooth', { radius: radius / 2 }, smooth(labels, size, { radiusPx: radius / 2 })),
    made(
      'polygon',
      { points },
      shape((sink) => polygonSpans(points, { bounds: size, sink })),
    ),
    made(
      'disc',
      { x: at.x + 0.3, y: at.y + 0.4, radius },
      shape((sink) => discSpans({ x: at.x + 0.3, y: at.y + 0.4, radiusPx: radius }, size, sink)),
    ),
    made(
      'ellipse',
      box,
      shape((sink) => ellipseSpans(box, size, sink)),
    ),
  ];
}

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);
const cases = SEEDS.flatMap(casesOf);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'region-tools-'));
  await Promise.all(
    cases.flatMap(({ name, labels, values }) => [
      writeFile(join(folder, `${name}.labels`), labels),
      writeFile(join(folder, `${name}.values`), values),
    ]),
  );
  const listed = cases.map(({ name, tool, width, height, parameters }) => ({
    name,
    tool,
    width,
    height,
    ...parameters,
  }));
  await writeFile(join(folder, 'cases.json'), JSON.stringify(listed));
  await runPython(resolve(import.meta.dirname, '../python/region_reference.py'), [folder]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([...new Set(cases.map(({ tool }) => tool))])(
  '%s is as scikit-image and SciPy have it',
  async (tool) => {
    for (const { name, ours } of cases.filter((one) => one.tool === tool)) {
      const theirs = new Uint8Array(await readFile(join(folder, `${name}.out`)));
      expect(theirs.length, name).toBe(ours.length);
      expect(
        ours.findIndex((value, i) => value !== theirs[i]),
        name,
      ).toBe(-1);
    }
  },
);

describe('a request', () => {
  const rect = { x: 10, y: 20, width: 5, height: 2 };
  const labels = Uint8Array.of(1, 1, 0, 2, 2, 1, 0, 0, 0, 2);
  const base = { rect, labels, value: 2, mode: 'add', protect: false } as const;
  const labelsAfter = (request: Partial<RegionRequest> & Pick<RegionRequest, 'tool'>) => [
    ...runRegionTool({ ...base, ...request }).labels,
  ];
  const seed = { x: 0, y: 0 };

  test('fills a region bounded by labels and counts what changed', () => {
    const result = runRegionTool({ ...base, tool: { kind: 'fill', seed, contiguous: true } });
    expect([...result.labels]).toEqual([2, 2, 0, 2, 2, 2, 0, 0, 0, 2]);
    expect(result.changed).toBe(3);
    expect([...result.selection!]).toEqual([1, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  test('keeps other labels under protection', () => {
    const selection = new Uint8Array(10).fill(1);
    const tool = { kind: 'selection', selection } as const;
    expect(labelsAfter({ tool, protect: true })).toEqual([1, 1, 2, 2, 2, 1, 2, 2, 2, 2]);
    expect(labelsAfter({ tool, value: 0, protect: true, protectedFor: 1 })).toEqual([
      0, 0, 0, 2, 2, 0, 0, 0, 0, 2,
    ]);
    expect(labelsAfter({ tool: { kind: 'grow', radiusPx: 9 }, protect: true })).toEqual([
      1, 1, 2, 2, 2, 1, 2, 2, 2, 2,
    ]);
  });

  test('subtracts from a class and intersects with it', () => {
    const tool = { kind: 'selection', selection: Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0) } as const;
    expect(labelsAfter({ tool, mode: 'subtract' })).toEqual([1, 1, 0, 0, 2, 1, 0, 0, 0, 2]);
    expect(labelsAfter({ tool, mode: 'intersect' })).toEqual([1, 1, 0, 2, 0, 1, 0, 0, 0, 0]);
  });

  test('takes every pixel alike where it need not be connected', () => {
    const channels = [
      Uint8Array.of(9, 9, 0, 9, 0, 0, 0, 8, 0, 9),
      Uint8Array.of(5, 5, 5, 0, 5, 5, 5, 5, 5, 5),
    ];
    const tool = { kind: 'wand', seed, tolerance: 1, contiguous: false } as const;
    expect([...runRegionTool({ ...base, channels, tool }).selection!]).toEqual([
      1, 1, 0, 0, 0, 0, 0, 1, 0, 1,
    ]);
  });

  test('thresholds inside a region by Otsu and says the value', () => {
    const channels = [Float32Array.of(0, 0.1, 5, 5.2, 99, 0, 5.1, NaN, 99, 99)];
    const region = Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 0, 0);
    const tool = { kind: 'threshold', region, threshold: 'otsu', side: 'above' } as const;
    const result = runRegionTool({ ...base, channels, tool });
    expect([...result.selection!]).toEqual([0, 0, 1, 1, 0, 0, 1, 0, 0, 0]);
    expect(result.threshold).toBeGreaterThan(0.1);
    expect(result.threshold).toBeLessThan(5);
    const flat = { ...tool, region: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1) };
    expect(() => runRegionTool({ ...base, channels, tool: flat })).toThrow(expect.toSatisfy(isAppError));
  });

  test('ends when the progress callback throws', () => {
    const stop = () => {
      throw new Error('enough');
    };
    for (const kind of ['grow', 'shrink', 'smooth'] as const)
      expect(() => runRegionTool({ ...base, tool: { kind, radiusPx: 2 } }, stop)).toThrow('enough');
  });
});
