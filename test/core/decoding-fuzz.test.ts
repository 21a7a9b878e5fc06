import { expect, it } from 'vitest';
import { fuzzFormat, FUZZED_FORMATS } from './decoding-fuzzed.js';

it.each(FUZZED_FORMATS)('500 damaged files of %s are decoded or refused', async (format) => {
  const { decoded, refused } = await fuzzFormat(format, { first: 0, count: 500 });
  expect(decoded + refused).toBe(500);
  // Neither all harmless nor all refused: the damage goes to both.
  expect(Math.min(decoded, refused)).toBeGreaterThan(20);
});
