/** The first steps of what test/hard/thousand-steps takes a thousand of. */
import { expect, test } from 'vitest';
import { trainLong } from './long-course.js';

test('forty steps as one graph have the curve of forty operation by operation, and keep no tensor', () => {
  const options = { steps: 40, dropout: 0 };
  const [eager, compiled] = [
    trainLong({ ...options, compiled: false }),
    trainLong({ ...options, compiled: true }),
  ];
  expect(compiled.losses.at(-1)).toBeLessThan(0.5 * compiled.losses[0]!);
  // Measured: 6e-6.
  compiled.losses.forEach((loss, i) => expect(Math.abs(loss - eager.losses[i]!)).toBeLessThan(1e-4));
  expect(new Set(compiled.tensors).size).toBe(1);
});
