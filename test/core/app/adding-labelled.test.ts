import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePng } from '../temporary-project.js';
import { temporaryApp, withPictures } from './windows.js';

test.each([
  ['JPEGImages', 'SegmentationClass', false],
  ['images', 'labels', false],
  ['images', 'masks', true],
])(
  'of a folder with %s and %s only the images are added, and the labels are named',
  async (images, labels, own) => {
    const app = temporaryApp();
    const { window } = await withPictures(app, 1);
    const folder = join(app.folder, 'given');
    for (const name of [images, labels]) {
      mkdirSync(join(folder, name), { recursive: true });
      writePng(join(folder, name, 'cell.png'), (x) => x % 2);
    }
    const added = await window.api.addImages({ paths: [folder] });
    expect(added.ids).toHaveLength(1);
    expect(added.labelPaths).toEqual([own ? join(folder, labels) : folder]);
    const preview = await window.api.previewLabelImport({ paths: added.labelPaths });
    expect(preview.pairs.map(({ image }) => image)).toEqual(['cell.png']);
  },
);
