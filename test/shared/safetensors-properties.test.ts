import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAppError } from '../../src-main/shared/errors.js';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../src-main/shared/safetensors.js';

const tensor: fc.Arbitrary<NamedTensor> = fc
  .array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 })
  .chain((shape) => {
    const length = shape.reduce((product, side) => product * side, 1);
    return fc
      .array(fc.float(), { minLength: length, maxLength: length })
      .map((values) => ({ shape, data: Float32Array.from(values) }));
  });
const name = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => text !== '__metadata__' && text !== '__proto__');
const files = fc.record({
  tensors: fc
    .uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 })
    .map((list) => new Map(list)),
  metadata: fc.dictionary(name, fc.string(), { noNullPrototype: true }),
});

test('any tensors and metadata come back as they were', () => {
  fc.assert(
    fc.property(files, (file) => {
      const read = decodeSafetensors(encodeSafetensors(file));
      expect(read.metadata).toEqual(file.metadata);
      // A header is a JSON object, which puts names that are whole numbers first.
      expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(file.tensors));
    }),
  );
});

test('a damaged header or a cut file is a bad model or reads as tensors, and is never another error', () => {
  const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(files, damage, fc.nat(60), (file, changes, cut) => {
      const bytes = encodeSafetensors(file);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      try {
        decodeSafetensors(bytes.subarray(0, bytes.length - cut));
      } catch (error) {
        expect(isAppError(error) && error.code).toBe('bad-model');
      }
    }),
    { numRuns: 500 },
  );
});
