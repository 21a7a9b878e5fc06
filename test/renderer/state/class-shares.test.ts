import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LabelTiles } from '../../../src-renderer/editor/label-tiles.js';
import { ClassShares } from '../../../src-renderer/state/class-shares.svelte.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('shares are counted over all tiles, and anew after a change', async () => {
  const tiles = new LabelTiles({ width: 1000, height: 600 });
  let changed = () => {};
  const image = {
    tiles,
    listen(listener: { labelsChanged(): void }) {
      changed = () => listener.labelsChanged();
      return () => undefined;
    },
  };
  const paint = (index: number, value: number, pixels: number) => {
    tiles.writable(index).fill(value, 0, pixels);
    tiles.finish(index)();
  };
  paint(0, 2, 6000);
  paint(3, 2, 3000);
  paint(1, 1, 600);
  const shares = new ClassShares(image);
  expect(shares.shares).toBeNull();
  await vi.runAllTimersAsync();
  expect(shares.shares!.slice(0, 4)).toEqual([0, 0.001, 0.015, 0]);
  paint(3, 3, 3000);
  changed();
  await vi.runAllTimersAsync();
  expect(shares.shares!.slice(0, 4)).toEqual([0, 0.001, 0.01, 0.005]);
  shares.dispose();
});
