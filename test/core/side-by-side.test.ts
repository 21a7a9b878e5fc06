import { expect, test } from 'vitest';
import { sideBySide } from '../../src-main/core/side-by-side.js';

test('results come in the items’ order, whichever is ready first, and no more than asked for are under way', async () => {
  const waiting: (() => void)[] = [];
  let [begun, most] = [0, 0];
  const results = sideBySide([0, 1, 2, 3, 4, 5, 6], 3, async (n) => {
    most = Math.max(most, ++begun - finished.length);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return n * 10;
  });
  const finished: number[] = [];
  // The last that was begun is ready first.
  const timer = setInterval(() => waiting.pop()?.(), 1);
  for await (const result of results) finished.push(result);
  clearInterval(timer);
  expect(finished).toEqual([0, 10, 20, 30, 40, 50, 60]);
  expect(most).toBe(3);
});

test('nothing gives nothing', async () => {
  for await (const result of sideBySide([], 2, async () => Promise.resolve(1))) expect(result).toBeNull();
});
