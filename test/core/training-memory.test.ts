/** What is tried when memory runs out, and what counts as that. */
import { expect, test } from 'vitest';
import { memoryComplaint, ranOutOfMemory, smaller } from '../../src-main/core/training-memory.js';
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

test('what TensorFlow, oneDNN, C++ and V8 print when memory runs out is known, other ends are not', () => {
  for (const line of [
    '  what():  std::bad_alloc',
    '# Fatal process out of memory: Failed to reserve virtual memory for CodeRange',
    'OOM when allocating tensor with shape[8,128,128,32] and type float',
    'Operation received an exception:Status: 1, message: could not create a primitive, in file mkl_fused_batch_norm_op.cc',
  ])
    expect(memoryComplaint(`I0000 oneDNN custom operations are on.\n${line}\n`)).toBe(line);
  expect(memoryComplaint('I0000 oneDNN custom operations are on.\nF0000 Check failed: rank == 4\n')).toBe(
    null,
  );
  const aborted = new AppError('training-failed', 'The engine ended unexpectedly by signal SIGABRT …', {
    cause: new Error('std::bad_alloc'),
  });
  expect(ranOutOfMemory(aborted, null)).toBe(true);
});
