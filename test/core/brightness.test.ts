import { expect, it } from 'vitest';
import { brightnessDifferences, brightnessOf } from '../../src-main/core/brightness.js';
import { BrightnessSum } from '../../src-main/shared/brightness-sum.js';

const seen = { mean: [80, 120], deviation: [10, 30] } satisfies Parameters<typeof brightnessDifferences>[0];

it('brightness is mean and standard deviation of the colours, without alpha and what is no number', () => {
  const grey = { data: Float32Array.of(2, NaN, 4), channels: 1, alpha: false };
  expect(brightnessOf(grey)).toEqual({ mean: 3, deviation: 1 });
  const withAlpha = { data: Uint8Array.of(10, 255, 20, 0), channels: 2, alpha: true };
  expect(brightnessOf(withAlpha)).toEqual({ mean: 15, deviation: 5 });
  expect(brightnessOf({ data: Float32Array.of(NaN), channels: 1, alpha: false })).toBeNull();
});

it('rows from the top have the figures of the whole, also when they are read twice', () => {
  const [width, height] = [701, 403];
  const data = Uint16Array.from({ length: width * height }, (_, i) => (i * 7919) % 4093);
  const sum = new BrightnessSum(width * height);
  for (const pass of [1, 2])
    for (let y = 0; y < height; y += 10 * pass) {
      const rows = data.subarray(y * width, (y + 10 * pass) * width);
      sum.add({ data: rows, channels: 1, alpha: false }, y * width);
    }
  expect(sum.result()).toEqual(brightnessOf({ data, channels: 1, alpha: false }));
});

it('of a large image evenly chosen pixels tell, also where a column repeats', () => {
  const data = Uint8Array.from({ length: 2048 * 2048 }, (_, i) => (i % 2 ? 200 : 0));
  const { mean, deviation } = brightnessOf({ data, channels: 1, alpha: false })!;
  expect(mean).toBeCloseTo(100, 0);
  expect(deviation).toBeCloseTo(100, 0);
});

it('an image up to twice outside of what was seen differs in nothing, and beyond it is named', () => {
  expect(brightnessDifferences(seen, { mean: 41, deviation: 59 })).toEqual([]);
  expect(brightnessDifferences(seen, { mean: 39, deviation: 4 })).toEqual([
    'it is darker than the training images, whose mean is 80 to 120',
    'it has less contrast than the training images, whose standard deviation is 10 to 30',
  ]);
  expect(brightnessDifferences(seen, { mean: 241, deviation: 61 })).toEqual([
    'it is brighter than the training images, whose mean is 80 to 120',
    'it has more contrast than the training images, whose standard deviation is 10 to 30',
  ]);
});
