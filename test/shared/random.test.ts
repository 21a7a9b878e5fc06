import fc from 'fast-check';
import { expect, test } from 'vitest';
import { permutation, randomFor } from '../../src-main/shared/random.js';

const draw = (n: number, ...key: number[]) => {
  const random = randomFor(...key);
  return Array.from({ length: n }, () => random.next());
};

test('equal keys give equal streams, and any other key another one', () => {
  const key = fc.array(fc.integer(), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(draw(8, ...a)).toEqual(draw(8, ...a));
      if (a.join() !== b.join()) expect(draw(8, ...a)).not.toEqual(draw(8, ...b));
    }),
  );
});

test('many bits at once are those of single numbers, before and after', () => {
  const [together, alone] = [randomFor(1, 2), randomFor(1, 2)];
  expect(together.next()).toBe(alone.next());
  const bits = new Uint32Array(1000);
  together.fill(bits);
  expect([...bits]).toEqual(Array.from(bits, () => alone.next() * 2 ** 32));
  expect(together.next()).toBe(alone.next());
});

test('streams of neighbouring keys are uniform and unrelated', () => {
  const streams = Array.from({ length: 200 }, (_, n) => draw(500, 1, 1, n));
  const mean = streams.flat().reduce((sum, value) => sum + value, 0) / 100_000;
  // Standard deviation of the mean: 0.2887 / √100,000 = 0.0009.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.005);
  const bins = new Float64Array(20);
  for (const value of streams.flat()) bins[Math.floor(value * 20)]!++;
  const chiSquare = bins.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0);
  // 19 degrees of freedom: 43.8 is exceeded once in a thousand.
  expect(chiSquare).toBeLessThan(43.8);
  // First values of neighbours, as samples 0, 1, 2 … draw them.
  const first = streams.map(([value]) => value! - 0.5);
  const together = first.slice(1).reduce((sum, value, i) => sum + value * first[i]!, 0) / 199;
  // Correlation below four standard deviations, 4 / √199.
  expect(Math.abs(together * 12)).toBeLessThan(0.28);
});

test('normal values have mean 0 and deviation 1', () => {
  const random = randomFor(9);
  const values = Array.from({ length: 50_000 }, () => random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  expect(values.every(Number.isFinite)).toBe(true);
});

test('a permutation has every number once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (n, seed) => {
      const order = permutation(n, randomFor(seed));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
  );
});

test('all permutations of three come about equally often', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = permutation(3, randomFor(seed, 4)).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // 1000 each, standard deviation 29.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
});
