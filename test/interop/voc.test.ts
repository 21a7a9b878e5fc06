import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findVocFolder, readSplits } from '../../src-main/interop/voc.js';
import { temporaryFolder } from '../store/temporary-store.js';

function vocFolder(images: string, labels: string, lists: Record<string, string> = {}): string {
  const folder = temporaryFolder();
  for (const name of [images, labels]) mkdirSync(join(folder, name));
  for (const [path, text] of Object.entries(lists)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('a VOC folder', () => {
  test.each([
    ['JPEGImages', 'SegmentationClass'],
    ['Images', 'Labels'],
    ['images', 'labels'],
  ])('is known by %s and %s', async (images, labels) => {
    const folder = vocFolder(images, labels);
    expect(await findVocFolder(folder)).toEqual({
      images: join(folder, images),
      labels: join(folder, labels),
      lists: [],
    });
  });

  test('is none without labels', async () => {
    expect(await findVocFolder(vocFolder('images', 'other'))).toBeNull();
    expect(await findVocFolder('/nowhere')).toBeNull();
  });

  test('has lists with line ends of any system', async () => {
    const folder = vocFolder('JPEGImages', 'SegmentationClass', {
      'ImageSets/Segmentation/train.txt': '\uFEFF0\r\n1\r\n\r\n10\r\n',
      'ImageSets/Segmentation/val.txt': '2\n3',
      'ImageSets/Segmentation/trainval.txt': '0\n1\n2\n3\n10\n',
    });
    expect((await findVocFolder(folder))?.lists.map(({ split, names }) => [split, names])).toEqual([
      ['train', ['0', '1', '10']],
      ['val', ['2', '3']],
    ]);
  });

  test('has lists in splits/ that go before those of ImageSets', async () => {
    const folder = vocFolder('images', 'labels', {
      'ImageSets/Segmentation/train.txt': '0\n1',
      'splits/train.txt': '0',
      'splits/test.txt': '1',
    });
    expect((await findVocFolder(folder))?.lists.map(({ split, names }) => [split, names])).toEqual([
      ['train', ['0']],
      ['test', ['1']],
    ]);
  });
});

describe('lists of names', () => {
  const list = (split: 'train' | 'val' | 'test', ...names: string[]) => ({
    split,
    file: `${split}.txt`,
    names,
  });
  const images = ['a', 'b', 'c d', 'e.1'].map((stem) => `/x/${stem}.png`);

  test('name images with or without ending and folder, and may hold a label path after it', () => {
    const { splitOf, notes } = readSplits(
      [list('train', 'a.png', 'images/b.png labels/b.png', 'c d', 'e.1')],
      images,
    );
    expect(images.map(splitOf)).toEqual(['train', 'train', 'train', 'train']);
    expect(notes).toEqual([]);
  });

  test('that repeat train as val leave it to train, and test images stay test images', () => {
    const lists = [list('train', 'a', 'b'), list('val', 'a', 'b'), list('test', 'b')];
    const { splitOf, notes } = readSplits(lists, images);
    expect(images.map(splitOf)).toEqual(['train', 'test', null, null]);
    expect(notes).toHaveLength(1);
  });

  test('with names of no image say how many', () => {
    expect(readSplits([list('train', 'a', 'z', 'y')], images).notes[0]).toContain('2');
  });
});
