import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { encodeNpy } from '../../src-main/core/npy.js';
import { runPython } from '../python.js';
import { temporaryFolder } from '../store/temporary-store.js';

const script = resolve(import.meta.dirname, '../python/npy_values.py');

it.each([[[2, 3, 2]], [[12]], [[1, 12, 1]]])('numpy reads an array of shape %j exactly', async (shape) => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i / 8 - 0.5);
  const path = join(temporaryFolder(), 'array.npy');
  writeFileSync(path, encodeNpy(data, shape));
  const { stdout } = await runPython(script, [path]);
  expect(JSON.parse(stdout)).toEqual({ shape, dtype: 'float32', values: [...data] });
});

it('an array of another size than its shape is a bug', () => {
  expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow(RangeError);
});
