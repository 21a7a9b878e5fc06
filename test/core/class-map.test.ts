import { describe, expect, test } from 'vitest';
import {
  missingClasses,
  parseClassMap,
  suggestMap,
  tableOfClasses,
  tableOfMap,
} from '../../src-main/core/class-map.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;
const cell = { value: 1, name: 'cell', color: '#e69f00' };

describe('the map of label values', () => {
  test('is read with ranges, single values and blanks', () => {
    expect(parseClassMap('0-127 = membrane, 200=white cell')).toEqual([
      { from: 0, to: 127, name: 'membrane' },
      { from: 200, to: 200, name: 'white cell' },
    ]);
  });

  test.each([
    'membrane',
    '0-127',
    '=cell',
    '5-3=cell',
    '0=',
    '0=a,,1=b',
    '0-10=a,10=b',
    '65536=a',
    '-1=a',
    '0=a=b',
    '',
  ])('"%s" is refused with a sentence', (text) => {
    expect(() => parseClassMap(text)).toThrow(withCode('usage'));
  });

  test('needs the classes that the project lacks, in its own order, and void is none', () => {
    expect(missingClasses(parseClassMap('0=void,3=nucleus,1=cell,2=debris,4=nucleus'), [cell])).toEqual([
      'nucleus',
      'debris',
    ]);
  });

  test('gives every value its label value, 0 for void and −1 for what it does not name', () => {
    const table = tableOfMap(parseClassMap('0=void,10-12=cell'), [cell]);
    expect([0, 9, 10, 12, 13].map((value) => table[value])).toEqual([0, -1, 1, 1, -1]);
  });

  test('is not needed for label values of the project', () => {
    const table = tableOfClasses([cell], 255);
    expect([0, 1, 2, 255].map((value) => table[value])).toEqual([0, 1, -1, 0]);
    expect(tableOfClasses([cell], null)[255]).toBe(-1);
  });

  test.each([
    [[0, 255], '0=background,255=object'],
    [[0, 128, 255], '0=background,128=class1,255=class2'],
    [Array.from({ length: 58 }, (_, i) => i), '0=background,1-57=object'],
    [[0, 3, 9, 40, 77, 90, 120, 130, 160, 190, 200, 210, 230, 255], '0-127=background,128-255=object'],
  ])('is suggested for the values %j', (values, suggested) => {
    expect(suggestMap(values)).toBe(suggested);
    expect(() => parseClassMap(suggested)).not.toThrow();
  });
});
