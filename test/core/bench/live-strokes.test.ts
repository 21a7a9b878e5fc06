import { expect, test } from 'vitest';
import { paintedStrokes } from '../../../src-main/core/bench/live-strokes.js';

/** Vertical stripes of classes 1 and 2, six pixels wide, and a strip without labels. */
const truth = {
  width: 60,
  height: 40,
  data: Uint8Array.from({ length: 2400 }, (_, i) => (i < 240 ? 0 : 1 + (Math.floor((i % 60) / 6) % 2))),
};
const options = { strokes: 12, classes: 2, seed: 3 };

test('strokes never leave their class, and are shared out over classes and images', () => {
  const painted = paintedStrokes([truth, truth], options);
  for (const { data } of painted) {
    const labelled = [...data].flatMap((value, at) => (value ? [at] : []));
    expect(labelled.map((at) => data[at])).toEqual(labelled.map((at) => truth.data[at]));
    expect(new Set(labelled.map((at) => data[at]))).toEqual(new Set([1, 2]));
    expect(labelled.length).toBeGreaterThan(100);
    expect(labelled.length).toBeLessThan(1800);
  }
});

test('more strokes are the same ones and some more', () => {
  const few = paintedStrokes([truth], options)[0]!.data;
  const more = paintedStrokes([truth], { ...options, strokes: 30 })[0]!.data;
  few.forEach((value, at) => value && expect(more[at]).toBe(value));
  expect(more.filter(Boolean).length).toBeGreaterThan(few.filter(Boolean).length);
});
