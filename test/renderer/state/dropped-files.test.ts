import { expect, test } from 'vitest';
import { labelNameFor, sortDropped } from '../../../src-renderer/state/dropped-files.js';

const dropped = (...paths: string[]) =>
  paths.map((path) => ({ path, file: new File([], path.replace(/^.*\//, '')) }));
const sorted = (...paths: string[]) => {
  const { files, labels } = sortDropped(dropped(...paths));
  return {
    files: files.map(({ name }) => name),
    labels: labels.map((source) => `${source.kind}: ${source.files.map(({ name }) => name).join()}`),
  };
};

test('of a folder with images and labels the images are told from the labels, whatever the case', () => {
  expect(
    sorted(
      '/voc/JPEGImages/a.jpg',
      '/voc/JPEGImages/deep/b.jpg',
      '/voc/SegmentationClass/a.png',
      '/voc/SegmentationObject/a.png',
      '/voc/ImageSets/Segmentation/train.txt',
      '/voc/readme.png',
    ),
  ).toEqual({ files: ['a.jpg', 'b.jpg'], labels: ['labels: a.png'] });
  expect(sorted('/given/Images/a.png', '/given/Masks/a.png', '/c.png', '/other/images/d.png')).toEqual({
    files: ['a.png', 'c.png', 'd.png'],
    labels: ['masks: a.png'],
  });
});

test('a folder with no such pair is images all over', () => {
  expect(sorted('/images/a.png', '/plain/labels/b.png', '/masks/x/c.png')).toEqual({
    files: ['a.png', 'b.png', 'c.png'],
    labels: [],
  });
});

test('labels follow their image when it was kept under another name, and no other', () => {
  const renamed = new Map([['cell', 'cell (2)']]);
  expect(labelNameFor('cell.png', renamed)).toBe('cell (2).png');
  expect(labelNameFor('cell_mask.tif', renamed)).toBe('cell (2)_mask.tif');
  expect(labelNameFor('cell2.png', renamed)).toBe('cell2.png');
});
