import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packIds, unpackIds } from '../../src-main/shared/packed-ids.js';

test('ids come back as they were, from the middle of a larger message too', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 32 - 1)), fc.nat(7), (ids, before) => {
      const bytes = packIds(ids);
      const message = new Uint8Array(before + bytes.length);
      message.set(bytes, before);
      expect(unpackIds(message.subarray(before))).toEqual(ids);
    }),
  );
});
