import { describe, expect, test } from 'vitest';
import { MAX_CLASSES } from '../../src-main/shared/model.js';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { addImage, imageById, listImages, setImageFile, setSplit } from '../../src-main/store/images.js';
import { someImage, temporaryStore } from './temporary-store.js';

const withCode = (code: string) => expect.objectContaining({ name: 'AppError', code }) as Error;

describe('images', () => {
  test('come back as they were added, in that order', () => {
    const store = temporaryStore();
    const images = [
      someImage('b.tif', { type: 'uint16', pixelSizeUm: 0.65, page: 3, split: 'val' }),
      someImage('a.png', { alpha: true, channels: 4 }),
    ];
    const ids = images.map((image) => addImage(store, image));
    expect(listImages(store)).toEqual(images.map((image, i) => ({ id: ids[i], ...image })));
  });

  test('of the same file and page are not added twice', () => {
    const store = temporaryStore();
    addImage(store, someImage('a.png'));
    expect(() => addImage(store, { ...someImage('a.png'), name: 'b.png' })).toThrow(/UNIQUE/);
  });

  test('move between splits and files', () => {
    const store = temporaryStore();
    const id = addImage(store, someImage('a.png'));
    setSplit(store, [id], 'test');
    const file = { relativePath: 'x', absolutePath: '/x', sizeBytes: 5, modifiedMs: 0.5 };
    setImageFile(store, id, file);
    expect(imageById(store, id)).toMatchObject({ split: 'test', ...file });
  });

  test('that do not exist are an error', () => {
    expect(() => imageById(temporaryStore(), 7)).toThrow(withCode('not-found'));
  });
});

describe('classes', () => {
  test('get the next label value and a colour of their own', () => {
    const store = temporaryStore();
    addClass(store, 'membrane');
    addClass(store, 'cell');
    expect(listClasses(store)).toEqual([
      { value: 1, name: 'membrane', color: '#e69f00' },
      { value: 2, name: 'cell', color: '#56b4e9' },
    ]);
    expect(() => addClass(store, 'cell')).toThrow(withCode('exists'));
  });

  test('end at the largest label value', () => {
    const store = temporaryStore();
    for (let n = 1; n <= MAX_CLASSES; n++) addClass(store, `class ${n}`);
    expect(() => addClass(store, 'one more')).toThrow(withCode('usage'));
  });
});
