/** Orders that `bench loop` compares. */
import { expect, test } from 'vitest';
import { featuresOf, type LoopTile } from '../../../src-main/core/bench/loop-clusters.js';
import { RANKINGS } from '../../../src-main/core/bench/loop-rankings.js';

const tile = (imageId: number, entropy: number, x = 0, features = [imageId, x]): LoopTile => ({
  ...{ imageId, name: `${imageId}.png`, x, y: 0, width: 128, height: 128 },
  entropy,
  features,
});
const named = (name: string) => RANKINGS.find((ranking) => ranking.name === name)!;
const many = Array.from({ length: 40 }, (_, i) => tile(i % 8, (i + 1) / 40, 256 * Math.floor(i / 8)));

test.each(RANKINGS.map(({ name }) => name))('%s: different tiles, the same for the same seed', (name) => {
  const chosen = named(name).choose(many, 7, 5);
  expect(new Set(chosen.map(({ imageId, x }) => `${imageId} ${x}`)).size).toBe(7);
  expect(named(name).choose(many, 7, 5)).toEqual(chosen);
});

test('random tiles are each as likely', () => {
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 4000; seed++) {
    const [first] = named('random').choose(many.slice(0, 8), 1, seed);
    counts.set(first!.imageId, (counts.get(first!.imageId) ?? 0) + 1);
  }
  // 500 each; five standard deviations are 105.
  for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(105);
  expect(counts.size).toBe(8);
});

test('drawn tiles come first as often as their squared entropy says', () => {
  const pair = [tile(1, 0.4), tile(2, 0.2)];
  let first = 0;
  for (let seed = 0; seed < 4000; seed++)
    if (named('entropy, drawn').choose(pair, 1, seed)[0]!.imageId === 1) first++;
  // 4 in 5; five standard deviations are 126.
  expect(Math.abs(first - 3200)).toBeLessThan(126);
});

test('half of the tiles are the most uncertain', () => {
  const chosen = named('entropy, half random').choose(many, 6, 9);
  expect(chosen.slice(0, 3)).toEqual(named('entropy').choose(many, 3, 9));
});

test('boundaries are where the predicted class changes', () => {
  const [width, height] = [8, 4];
  const labels = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 4 ? 1 : 2));
  const rest = { confidence: new Uint8Array(0), probabilities: null, entropy: null };
  const numbers = { tiles: 1, overhead: 0, elapsedMs: 0 };
  const worth = named('near boundaries').worth!({ width, height, labels, ...rest, ...numbers });
  expect([...worth.subarray(0, width)]).toEqual([0, 0, 255, 255, 0, 0, 0, 0]);
});

test('images come in turn, the best tile of each first', () => {
  const tiles = [
    tile(1, 0.9),
    tile(1, 0.8, 256),
    tile(1, 0.7, 512),
    tile(2, 0.3),
    tile(2, 0.2, 256),
    tile(3, 0.5),
  ];
  const chosen = named('images in turn').choose(tiles, 5, 1);
  expect(chosen.map(({ imageId, entropy }) => [imageId, entropy])).toEqual([
    [1, 0.9],
    [3, 0.5],
    [2, 0.3],
    [1, 0.8],
    [2, 0.2],
  ]);
});

test('a tile is chosen of each kind that there is, however many look alike', () => {
  // Three kinds far from each other, of which the first makes up nearly all.
  const kinds = [...Array<number>(28).fill(0), 100, 100, 200, 200];
  for (let seed = 0; seed < 20; seed++) {
    const tiles = kinds.map((kind, i) => tile(i, 0.5 + i / 1000, 0, [kind + (i % 3), 7]));
    const chosen = named('in turn, clusters').choose(tiles.slice(20), 3, seed);
    expect(new Set(chosen.map(({ features }) => Math.floor(features[0]! / 50)))).toEqual(new Set([0, 2, 4]));
  }
});

test('what a tile looks like are its mean, spread and steps, and what the model sees in it', () => {
  const [width, height] = [6, 2];
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 4 ? 10 * (i % 2) : 99));
  const labels = Uint8Array.from({ length: width * height }, (_, i) => (i % width === 0 ? 2 : 1));
  const features = featuresOf(
    { x: 0, y: 0, width: 4, height: 2 },
    { width, channels: 1, data },
    { labels, values: [1, 2] },
  );
  // 0 10 0 10 in both rows: six steps of 10 over eight pixels.
  expect(features).toEqual([5, 5, 7.5, 0.75, 0.25]);
});
