/** The figures of a report, and that its values stay text. */
import { expect, it } from 'vitest';
import { outliersIn } from '../../src-main/core/report/results-summary.js';
import { cleanUpSentence } from '../../src-main/core/report/clean-up-text.js';
import { classIntervals } from '../../src-main/core/report/intervals.js';
import { markup, table } from '../../src-main/core/report/markup.js';

it('intervals hold the pooled score, narrow with more images and vanish where all images are alike', () => {
  const image = (hits: number) => [
    [hits, 100 - hits],
    [20, 80],
  ];
  const spread = (n: number) => classIntervals(Array.from({ length: n }, (_, i) => image(i % 2 ? 60 : 100)));
  const few = spread(6)[0]!.dice!;
  const many = spread(60)[0]!.dice!;
  // Pooled over equal halves: 2 · 80 / (100 + 80 + 20).
  for (const { low, high } of [few, many]) {
    expect(low).toBeLessThan(0.8);
    expect(high).toBeGreaterThan(0.8);
  }
  // The standard error goes with the root of the number of images: √10 here.
  const ratio = (few.high - few.low) / (many.high - many.low);
  expect(ratio).toBeGreaterThan(2);
  expect(ratio).toBeLessThan(5);
  const [alike] = classIntervals(Array.from({ length: 5 }, () => image(80)));
  expect(alike!.dice).toEqual({ low: 0.8, high: 0.8 });
  expect(alike!.iou!.low).toBeCloseTo(80 / 120, 12);
  expect(spread(3)[0]).toEqual({ dice: null, iou: null });
});

it('an image far from the others in its share of a class is an outlier, and nothing is where all are equal', () => {
  const of = (shares: number[]) =>
    shares.map((fraction, i) => ({ input: `${i}`, className: 'cell', fraction }));
  // Median .3, deviations 0, .01, .01, .02, .02, .03, .03, .3 …: median .02, so 0.6 is 0.3 / (1.4826 · .02) away.
  const found = outliersIn(of([0.27, 0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.6, 0.3]));
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ input: '7', median: 0.3 });
  expect(found[0]!.score).toBeCloseTo(0.3 / (1.4826 * 0.02), 6);
  expect(outliersIn(of(Array.from({ length: 9 }, (_, i) => (i ? 0.5 : 1))))).toEqual([]);
  expect(outliersIn(of([0, 0.1, 0.2, 1]))).toEqual([]);
});

it('names with markup, quotes and control characters are text', () => {
  const name = `<img src=x onerror="alert(1)">&'\u0000`;
  const cell = markup`<p title="${name}">${name}</p>`.html;
  expect(cell).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;\ufffd">&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;\ufffd</p>',
  );
  const { html } = table(name, [{ title: name }], [[name]]);
  expect(html).not.toContain('<img');
});

it('what was done to the masks is one sentence, in the order in which it is done', () => {
  const settings = { tile: 0, probabilities: false, overlay: false, classes: null };
  expect(cleanUpSentence(settings)).toBeNull();
  const region = { x: 1, y: 2, width: 30, height: 40 };
  const cleanUp = { region, smooth: 3, fillHoles: true, split: true, minArea: 9, wholeOnly: true };
  expect(cleanUpSentence({ ...settings, classes: ['cell'], cleanUp })).toBe(
    'Afterwards only cell was kept; only the part of 30 × 40 px at 1, 2 px was looked at; each pixel took the class of most' +
      ' pixels within a radius of 3 px; holes in objects were filled; touching objects were parted by a watershed on the distance' +
      ' to the border; objects of fewer than 9 px were dropped; objects at the edge of the part looked at were dropped.',
  );
});
