import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { histogramOf, multiOtsu, otsuThreshold } from '../../src-main/measure/otsu.js';

interface Case {
  type: 'uint8' | 'uint16' | 'float32';
  values: number[];
  otsu: number;
  three?: number[];
  four?: number[];
}
const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../reference/otsu.json'), 'utf8')) as Case[];

describe('Otsu thresholds', () => {
  it.each(cases)('equal those recorded from scikit-image ($type)', ({ type, values, otsu, three, four }) => {
    const histogram = histogramOf(ARRAYS[type].from(values));
    expect(otsuThreshold(histogram)).toBeCloseTo(otsu, 5);
    if (three) multiOtsu(histogram, 3).forEach((t, i) => expect(t).toBeCloseTo(three[i]!, 5));
    if (four) multiOtsu(histogram, 4).forEach((t, i) => expect(t).toBeCloseTo(four[i]!, 5));
  });

  it('part two values exactly between them', () => {
    expect(otsuThreshold(histogramOf(Uint16Array.of(7, 7, 60_000)))).toBe(7);
  });

  it('of many 16-bit levels are found in merged bins near the gaps', () => {
    const values = Uint16Array.from({ length: 3000 }, (_, i) => [5000, 30_000, 60_000][i % 3]! + (i % 97));
    const [first, second] = multiOtsu(histogramOf(values), 3) as [number, number];
    expect(first).toBeGreaterThanOrEqual(5096);
    expect(first).toBeLessThan(30_000);
    expect(second).toBeGreaterThanOrEqual(30_096);
    expect(second).toBeLessThan(60_000);
  });

  it('of an image of one intensity do not exist', () => {
    expect(() => otsuThreshold(histogramOf(new Uint8Array(9)))).toThrow('1 different intensities');
  });
});
