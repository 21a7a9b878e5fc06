/** What is tried when memory runs out, and what counts as that. */
import { expect, test } from 'vitest';
import { ranOutOfMemory, smaller } from '../../src-main/core/training-memory.js';
import { AppError } from '../../src-main/shared/errors.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';

test('first fewer crops, then smaller ones, down to what a network needs', () => {
  const tried: [number, number][] = [];
  for (let next = smaller(resolveSettings({})); next; next = smaller(next.settings)) {
    tried.push([next.settings.batch, next.settings.size]);
    expect(next.sentence).toContain('not enough memory');
    expect(() => resolveSettings(next!.settings)).not.toThrow();
  }
  expect(tried).toEqual([
    [4, 128],
    [2, 128],
    [1, 128],
    [1, 64],
  ]);
});

test('TensorFlow saying so counts, a process killed by somebody does not', () => {
  const oom = new Error(
    'Invalid TF_Status: 8 Message: OOM when allocating tensor with shape[256,2048,2048,32]',
  );
  expect(ranOutOfMemory(oom, null)).toBe(true);
  const killed = new AppError(
    'training-failed',
    'The engine ended unexpectedly by signal SIGKILL, perhaps …',
  );
  expect(ranOutOfMemory(killed, Infinity)).toBe(false);
  expect(ranOutOfMemory(killed, -1)).toBe(process.platform === 'linux');
  expect(ranOutOfMemory(new AppError('disk', 'The disk is full.'), -1)).toBe(false);
});
