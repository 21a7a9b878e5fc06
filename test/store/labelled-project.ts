/** A small project to try steps of its history on: three classes, three images of 600 × 520 px, filled or striped labels. */
import { expect } from 'vitest';
import { cutTile, tilesOf } from '../../src-main/shared/mask.js';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { saveTiles } from '../../src-main/store/edits.js';
import { addImage } from '../../src-main/store/images.js';
import { loadMask } from '../../src-main/store/masks.js';
import type { Store } from '../../src-main/store/open.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { someImage, temporaryStore } from './temporary-store.js';

export const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;
const SIZE = 600 * 520;

export const flat = (value: number) => ({ width: 600, height: 520, data: new Uint8Array(SIZE).fill(value) });
export const striped = (...values: number[]) => ({
  width: 600,
  height: 520,
  data: Uint8Array.from({ length: SIZE }, (_, i) => values[i % values.length]!),
});

export function project(names = ['a.png', 'b.png', 'c.png']) {
  const store = temporaryStore();
  for (const name of ['background', 'cell', 'nucleus']) addClass(store, name);
  return { store, ids: names.map((name) => addImage(store, someImage(name))) };
}

export const paintAll = (store: Store, imageId: number, value: number) =>
  saveTiles(store, {
    imageId,
    title: `Fill with ${value}`,
    author: 'person',
    tiles: tilesOf(600, 520).map((rect) => ({
      ty: rect.ty,
      tx: rect.tx,
      bytes: packTile(cutTile(flat(value), rect)),
    })),
  });

export const names = (store: Store) => listClasses(store).map(({ name }) => name);
export const pixels = (store: Store, id: number) => loadMask(store, id)?.data;
