import { describe, expect, test } from 'vitest';
import { addImage, removeImage } from '../../src-main/store/images.js';
import { hasLabels, labelCounts, loadMask, saveMask } from '../../src-main/store/masks.js';
import { someImage, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

const pattern = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => (i % 37 === 0 ? 2 : i % 5 === 0 ? 1 : 0)),
});

describe('a label map', () => {
  test('comes back as it was saved', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    const map = pattern(600, 520);
    expect(saveMask(store, id, map)).toBe(4);
    expect(loadMask(store, id)).toEqual(map);
  });

  test('is null for an image nobody labelled', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    expect(loadMask(store, id)).toBeNull();
    expect(hasLabels(labelCounts(store).get(id))).toBe(false);
  });

  test('is counted by label value without being decoded', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    const map = pattern(600, 520);
    saveMask(store, id, map);
    const counted = [0, 1, 2].map((value) => map.data.filter((pixel) => pixel === value).length);
    expect(labelCounts(store)).toEqual(new Map([[id, counted]]));
    expect(hasLabels(counted)).toBe(true);
  });

  test('is written only where it changed', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    const map = pattern(600, 520);
    saveMask(store, id, map);
    expect(saveMask(store, id, map)).toBe(0);
    map.data[519 * 600 + 599] = 9;
    expect(saveMask(store, id, map)).toBe(1);
    const versions = store.sql('select ty, tx, version from tile order by ty, tx').all();
    expect(versions).toEqual([
      { ty: 0, tx: 0, version: 1 },
      { ty: 0, tx: 1, version: 1 },
      { ty: 1, tx: 0, version: 1 },
      { ty: 1, tx: 1, version: 2 },
    ]);
  });

  test('takes no tile where it is void, also after it was erased', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    saveMask(store, id, pattern(600, 520));
    saveMask(store, id, { width: 600, height: 520, data: new Uint8Array(600 * 520) });
    expect(store.sql('select count(*) as tiles from tile').get()).toEqual({ tiles: 0 });
    expect(loadMask(store, id)?.data.every((value) => value === 0)).toBe(true);
    expect(hasLabels(labelCounts(store).get(id))).toBe(false);
  });

  test('of another size than the image is refused', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    expect(() => saveMask(store, id, pattern(520, 600))).toThrow(withCode('bad-labels'));
    expect(loadMask(store, id)).toBeNull();
  });

  test.each([
    ['garbage', `x'00112233'`],
    ['nothing', `x''`],
    ['a tile of another size', `(select bytes from tile where ty = 1 and tx = 1)`],
  ])('whose tile holds %s is reported as damage', (_, bytes) => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    saveMask(store, id, pattern(600, 520));
    store.sql(`update tile set bytes = ${bytes} where ty = 0 and tx = 0`).run();
    expect(() => loadMask(store, id)).toThrow(withCode('bad-project'));
  });

  test('with a tile outside the image is reported as damage', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    saveMask(store, id, pattern(600, 520));
    store.sql('update tile set tx = 7 where tx = 1 and ty = 0').run();
    expect(() => loadMask(store, id)).toThrow(withCode('bad-project'));
  });

  test('goes with its image, and its id is never given again', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    saveMask(store, id, pattern(600, 520));
    removeImage(store, id);
    expect(store.sql('select count(*) as tiles from tile').get()).toEqual({ tiles: 0 });
    expect(addImage(store, someImage('b.png'))).toBeGreaterThan(id);
  });
});
