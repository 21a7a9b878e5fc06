import { expect, test } from 'vitest';
import { bestShifts } from '../../src-main/engine/calibration.js';
import { randomFor } from '../../src-main/shared/random.js';

/** Right probabilities of a class that is rare and never sure: logits of p where `share` of the pixels are thin. */
function unsure(pixels: number, seed: number) {
  const random = randomFor(seed, 5);
  const logits = new Float32Array(pixels * 2);
  const labels = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const p = random.chance(0.3) ? random.uniform(0.2, 0.6) : 0.02;
    logits[i * 2 + 1] = Math.log(p / (1 - p));
    labels[i] = random.chance(p) ? 1 : 0;
  }
  return { logits, labels };
}

function dice({ logits, labels }: ReturnType<typeof unsure>, shift: number): number {
  const scores = [0, 1].map((c) => {
    let [hits, both] = [0, 0];
    labels.forEach((label, i) => {
      const chosen = logits[i * 2 + 1]! + shift > logits[i * 2]! ? 1 : 0;
      if (label === c && chosen === c) hits++;
      both += Number(label === c) + Number(chosen === c);
    });
    return (2 * hits) / both;
  });
  return (scores[0]! + scores[1]!) / 2;
}

test('a class that is seldom sure is preferred until its Dice is highest, also on other pixels', () => {
  const seen = unsure(20_000, 1);
  const [first, second] = bestShifts(seen.logits, seen.labels, 2) as [number, number];
  expect(first).toBe(0);
  expect(second).toBeGreaterThan(0);
  const grid = Array.from({ length: 17 }, (_, i) => dice(seen, -2 + i / 4));
  expect(dice(seen, second)).toBeGreaterThan(Math.max(...grid) - 0.0011);
  const others = unsure(20_000, 2);
  expect(dice(others, second)).toBeGreaterThan(dice(others, 0) + 0.05);
});

test('sure classes and no labels are left as they are', () => {
  const labels = Uint8Array.from({ length: 300 }, (_, i) => i % 3);
  const logits = Float32Array.from({ length: 900 }, (_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 5 : -5));
  expect(bestShifts(logits, labels, 3)).toEqual([0, 0, 0]);
  expect(bestShifts(new Float32Array(0), new Uint8Array(0), 4)).toEqual([0, 0, 0, 0]);
});
