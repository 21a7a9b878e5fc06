import { expect, test } from 'vitest';
import { isAppError } from '../../src-main/shared/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../src-main/shared/safetensors.js';

const tensors = new Map([
  ['conv/kernel', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['step', { shape: [], data: Float32Array.of(7) }],
]);

test('a file lying anywhere in a Node Buffer gives back its tensors and metadata', () => {
  const file = encodeSafetensors({ tensors, metadata: { step: '7' } });
  // Small files read by Node lie in a pool shared with others.
  const pool = Buffer.alloc(file.length + 64, 0xff);
  pool.set(file, 37);
  const read = decodeSafetensors(pool.subarray(37, 37 + file.length));
  expect(read).toEqual({ tensors, metadata: { step: '7' } });
  pool.fill(0);
  expect(read.tensors.get('conv/kernel')!.data[5]).toBe(6);
});

test('a cut file is a bad model', () => {
  const file = encodeSafetensors({ tensors, metadata: {} });
  for (const length of [0, 7, 40, file.length - 1]) {
    let caught: unknown;
    try {
      decodeSafetensors(file.subarray(0, length));
    } catch (error) {
      caught = error;
    }
    expect(isAppError(caught) && caught.code).toBe('bad-model');
  }
});
