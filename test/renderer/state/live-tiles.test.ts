import { expect, test } from 'vitest';
import { wantedTiles } from '../../../src-renderer/state/live-tiles.js';

const at = (tiles: readonly { x: number; y: number }[]) => tiles.map(({ x, y }) => `${x},${y}`);

test('tiles in view come first, from its middle outwards, then the others, and not more than asked for', () => {
  const image = { width: 1600, height: 600 };
  const visible = { x: 1000, y: 0, width: 500, height: 500 };
  expect(at(wantedTiles({ ...image, visible }, 64))).toEqual([
    ...['1024,0', '512,0'],
    ...['1024,512', '1536,0', '512,512', '1536,512', '0,0', '0,512'],
  ]);
  expect(at(wantedTiles({ ...image, visible }, 3))).toEqual(['1024,0', '512,0', '1024,512']);
  expect(at(wantedTiles({ width: 3, height: 9, visible: null }, 64))).toEqual(['0,0']);
});
