import fc from 'fast-check';
import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { decode, encode } from '../../src-main/shared/wire.js';

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double().filter((number) => !Object.is(number, -0)),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '__proto__', 'length', 'toJSON')), tie('any'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).any;

test('what arrives is what the structured clone of process IPC would have brought', () => {
  fc.assert(
    fc.property(value, (message) => {
      expect(decode(encode(message))).toEqual(deserialize(serialize(message)));
    }),
    { numRuns: 500 },
  );
});

test('a key named __proto__ stays a key', () => {
  const message = JSON.parse('{"__proto__": {"admin": true}, "$": "bytes"}') as object;
  const arrived = decode(encode(message)) as object;
  expect(Object.keys(arrived)).toEqual(['__proto__', '$']);
  expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
});

test('an absent value is left out of an object and null in an array', () => {
  expect(decode(encode({ a: undefined, b: [undefined] }))).toEqual({ b: [null] });
});

test('a message cut anywhere is refused', () => {
  const whole = encode({ name: 'nucleus', mask: new Uint8Array([1, 2, 3]), more: [new Uint8Array(5)] });
  for (let length = 0; length < whole.length; length++)
    expect(() => decode(whole.subarray(0, length))).toThrow();
});

test('a message with more bytes than it names is refused', () => {
  const whole = encode({ mask: new Uint8Array(4) });
  expect(() => decode(new Uint8Array([...whole, 0]))).toThrow(/nothing in it names/);
});

test('arrays that claim more than there is are refused before anything is allocated', () => {
  const head = new TextEncoder().encode('{"$":"bytes","length":4294967296}');
  const bytes = new Uint8Array(4 + head.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  expect(() => decode(bytes)).toThrow(/cut short/);
});
