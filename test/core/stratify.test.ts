import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divideEvenly, type Unit } from '../../src-main/core/stratify.js';

/** Units of one image each, named by their number, with the given classes. */
const unitsOf = (classes: number[][]): Unit<number>[] =>
  classes.map((labels, value) => ({ value, size: 1, labels: new Map(labels.map((label) => [label, 1])) }));

const shares = { val: 0.2, test: 0.2 };

describe('dividing evenly', () => {
  test('puts a class of three images on every side, for every seed', () => {
    const units = unitsOf(Array.from({ length: 60 }, (_, n) => (n < 3 ? [1, 2] : [1])));
    for (let seed = 0; seed < 40; seed++) {
      const parts = divideEvenly(units, { shares, key: [seed] });
      for (const part of Object.values(parts)) expect(part.filter((n) => n < 3)).toHaveLength(1);
      expect([parts.train.length, parts.val.length, parts.test.length]).toEqual([36, 12, 12]);
    }
  });

  test('gives the only image of a class to training', () => {
    const units = unitsOf([...Array.from({ length: 20 }, () => [1]), [1, 2]]);
    for (let seed = 0; seed < 20; seed++)
      expect(divideEvenly(units, { shares, key: [seed] }).train).toContain(20);
  });

  test('keeps the share of each class', () => {
    const units = unitsOf(
      Array.from({ length: 200 }, (_, n) => (n % 4 === 0 ? [1, 2] : n % 4 === 1 ? [3] : [1])),
    );
    const parts = divideEvenly(units, { shares, key: [1] });
    for (const rest of [0, 1]) {
      expect(parts.val.filter((n) => n % 4 === rest)).toHaveLength(10);
      expect(parts.test.filter((n) => n % 4 === rest)).toHaveLength(10);
    }
  });

  test('loses nothing, doubles nothing and leaves something to train on, whatever the units are', () => {
    const unit = fc.record({ size: fc.integer({ min: 1, max: 9 }), labels: fc.uniqueArray(fc.nat(5)) });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 40 }), fc.nat(), (drawn, seed) => {
        const units = drawn.map(({ size, labels }, value) => ({
          value,
          size,
          labels: new Map(labels.map((label) => [label, size])),
        }));
        const parts = divideEvenly(units, { shares, key: [seed] });
        const all = Object.values(parts).flat();
        expect(all.toSorted((a, b) => a - b)).toEqual(drawn.map((_, n) => n));
        expect(parts.train.length).toBeGreaterThan(0);
        if (drawn.length >= 3) expect(Math.min(parts.val.length, parts.test.length)).toBeGreaterThan(0);
        expect(divideEvenly(units, { shares, key: [seed] })).toEqual(parts);
      }),
    );
  });
});
