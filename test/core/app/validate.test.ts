/** No call takes what it was not made for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../src-main/shared/errors.js';
import { PARAMETERS } from '../../../src-main/core/app/validate.js';
import { temporaryApp } from './windows.js';

const NAMES = Object.keys(PARAMETERS) as (keyof typeof PARAMETERS)[];

describe.each(NAMES)('%s', (name) => {
  test('refuses anything of another shape as wrong use, and never fails otherwise', () => {
    fc.assert(
      fc.property(
        fc.anything({ withTypedArray: true, withBigInt: true, withNullPrototype: true }),
        (value) => {
          try {
            PARAMETERS[name](value, 'The call');
          } catch (error) {
            expect(isAppError(error) && error.code).toBe('usage');
          }
        },
      ),
      { numRuns: 200 },
    );
    for (const value of [null, 'x', 7, [], undefined, () => 0, new Uint8Array(2)])
      expect(() => PARAMETERS[name](value, 'The call')).toThrow(/must be an object/);
    expect(() => PARAMETERS[name]({ surely: 'not a parameter' }, 'The call')).toThrow();
  });
});

test.each<[keyof typeof PARAMETERS, unknown]>([
  ['openImage', { id: -1 }],
  ['openImage', { id: 1.5 }],
  ['openImage', { id: '1' }],
  ['openProject', { folder: 'a\0b' }],
  ['openProject', { folder: '' }],
  ['imageRows', { ids: Array.from({ length: 501 }, () => 1) }],
  ['addClass', { name: 'x'.repeat(101) }],
  ['addClass', { name: 'a\u0007b' }],
  ['addClass', { name: 'a', color: 'red;background:url(x)' }],
  ['setSplit', { ids: [1], split: 'training' }],
  ['splitImages', { val: 1, test: 0, seed: 1 }],
  ['splitImages', { val: NaN, test: 0, seed: 1 }],
  ['saveEdit', { imageId: 1, title: 't', author: 'import', baseVersion: 0, tiles: [] }],
  [
    'saveEdit',
    { imageId: 1, title: 't', author: 'person', baseVersion: 0, tiles: [{ ty: 0, tx: 0, bytes: [1] }] },
  ],
  [
    'saveEdit',
    { imageId: 1, title: 't', author: 'person', baseVersion: 0, tiles: [{ ty: 0, tx: 600, bytes: null }] },
  ],
  ['loadTiles', { imageId: 1, level: 0, range: { ty0: 0, ty1: 1e9, tx0: 0, tx1: 0 } }],
  ['importLabels', { paths: ['/a'], map: { 1: 255 }, replace: true }],
  ['exportLabels', { format: 'exe', folder: '/a', ids: null, overwrite: false }],
  ['setPreferences', { theme: 'pink' }],
])('%s refuses %j', (name, params) => {
  expect(() => PARAMETERS[name](params, 'The call')).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('no name reaches a prototype', () => {
  const sent = JSON.parse('{"keys":{"__proto__":"x","constructor":"y"}}') as unknown;
  const { keys } = PARAMETERS.setPreferences(sent, 'The call');
  expect(Object.getPrototypeOf(keys)).toBe(Object.prototype);
  expect(Object.hasOwn(keys!, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  const hostile = JSON.parse('{"id":1,"__proto__":{"polluted":true}}') as unknown;
  expect(() => PARAMETERS.openImage(hostile, 'The call')).toThrow('has no "__proto__"');
});

test('only the calls of the contract can be called', async () => {
  const { api } = temporaryApp().openWindow();
  const any = api as unknown as Record<string, (params: unknown) => Promise<unknown>>;
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'eval'])
    await expect(any[name]!({})).rejects.toMatchObject({ code: 'usage' });
  await expect(any['openImage']!(null)).rejects.toMatchObject({ code: 'usage' });
});
