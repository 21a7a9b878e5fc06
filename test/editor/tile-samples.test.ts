/** Reduced tiles that are kept are those that the labels give at this moment. */
import { expect, test } from 'vitest';
import { LabelTiles } from '../../src-renderer/editor/label-tiles.js';
import { MaskEditor } from '../../src-renderer/editor/mask-editor.js';
import { SampleCache } from '../../src-renderer/editor/tile-samples.js';
import { randomFor } from '../../src-main/shared/random.js';

const SIZE = { width: 1100, height: 700 };

test('a look in passing shows the labels of now, whatever was painted, undone and looked at before', () => {
  const random = randomFor(5);
  const editor = new MaskEditor(new LabelTiles({ ...SIZE, budgetBytes: 512 ** 2 }));
  const done: { ty: number; tx: number; bytes: Uint8Array | null }[][] = [];
  for (let round = 0; round < 60; round++) {
    const undone = random.chance(0.4) ? done.pop() : undefined;
    if (undone) editor.replace(undone);
    else {
      editor.begin('Brush');
      const rect = { x: random.integer(1000), y: random.integer(600), width: 100, height: 100 };
      editor.paintMask(
        { value: random.integer(4), protectAllBut: null },
        rect,
        new Uint8Array(10_000).fill(1),
      );
      const tiles = editor.commit()?.tiles ?? [];
      done.push(tiles.map(({ ty, tx, before }) => ({ ty, tx, bytes: before })));
      if (random.chance(0.7)) for (const { after } of tiles) after();
    }
    const step = [4, 8, 16][random.integer(3)]!;
    const fresh = new LabelTiles({ ...SIZE, tiles: editor.tiles.storedTiles() });
    for (const index of fresh.indexesIn({ x: 0, y: 0, ...SIZE })) {
      const expected = fresh.glance(index, step);
      const seen = editor.tiles.glance(index, step);
      expect(seen === null).toBe(expected === null);
      // A decoded tile is given whole.
      if (!seen || !expected || seen.step === 1) continue;
      expect(Buffer.compare(seen.values, expected.values)).toBe(0);
    }
  }
});

test('what is kept stays within its budget, the one not used for longest let go first', () => {
  const cache = new SampleCache(100);
  const [first, second, third] = [1, 2, 3].map((value) => Uint8Array.of(value));
  const samples = () => ({ step: 8, values: new Uint8Array(40) });
  cache.keep(first!, samples());
  cache.keep(second!, samples());
  expect(cache.get(first!, 8)).toHaveLength(40);
  cache.keep(third!, samples());
  expect([first, second, third].map((stored) => cache.get(stored!, 8) !== null)).toEqual([true, false, true]);
  expect(cache.get(first!, 16)).toBeNull();
  cache.keep(first!, { step: 16, values: new Uint8Array(20) });
  expect(cache.get(first!, 16)).toHaveLength(20);
  expect(cache.heldBytes).toBe(60);
});
