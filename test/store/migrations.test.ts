import { expect, test } from 'vitest';
import { addClass, listClasses } from '../../src-main/store/classes.js';
import { history, undo } from '../../src-main/store/edits.js';
import { imageIds, imagePage } from '../../src-main/store/image-list.js';
import { addImage, listImages } from '../../src-main/store/images.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { loadMask, saveMask } from '../../src-main/store/masks.js';
import { MIGRATIONS } from '../../src-main/store/migrations.js';
import { openStore } from '../../src-main/store/open.js';
import { someImage, temporaryFolder } from './temporary-store.js';

test('a project of the first schema keeps images, labels and predictions, and gives no id twice', () => {
  const folder = temporaryFolder();
  const old = openStore(folder, { create: true, steps: MIGRATIONS.slice(0, 1) });
  addClass(old, 'cell');
  const insert = old.sql(
    `insert into image (id, name, relative_path, absolute_path, page, sha256, size_bytes, modified_ms, width, height,
       channels, alpha, type, pixel_size_um, group_name, split, added_at)
     values (@id, @name, @relativePath, @absolutePath, @page, @sha256, @sizeBytes, @modifiedMs, @width, @height,
       @channels, 0, @type, @pixelSizeUm, @group, @split, @addedAt)`,
  );
  const images = ['Leaf 1.tif', 'leaf 2.tif', 'gone.tif'].map((name, i) => ({
    id: i + 1,
    ...someImage(name, { width: 8, height: 4 }),
  }));
  for (const { alpha: _, ...image } of images) insert.run(image);
  old.sql('delete from image where id = 3').run();
  old.sql(`insert into layer values (1, 1, 'semantic', 'uint8', 4, '[16,16]')`).run();
  const half = Uint8Array.from({ length: 32 }, (_, i) => i % 2);
  old.sql('insert into tile values (1, 0, 0, 4, ?)').run(packTile(half));
  old.sql(`insert into run values (1, 'r', 'finished', 'models/r', '{}', 'now', null, null, null)`).run();
  old.sql(`insert into prediction values (2, 1, 'x', x'00', null, 'now')`).run();
  old.close();

  const store = openStore(folder);
  expect(store.sql('pragma foreign_key_check').all()).toEqual([]);
  expect(store.sql('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(listImages(store)).toEqual(images.slice(0, 2));
  expect(listClasses(store)).toHaveLength(1);
  expect(imagePage(store, [1, 2]).map(({ status }) => status)).toEqual(['partly', 'predicted']);
  expect(imageIds(store, { filter: { classValue: 1 } })).toEqual([1]);
  expect(imageIds(store, { filter: { search: 'LEAF' }, order: 'name' })).toEqual([1, 2]);
  expect(loadMask(store, 1)?.data).toEqual(half);
  expect(addImage(store, someImage('new.tif'))).toBe(4);
  saveMask(store, 1, { width: 8, height: 4, data: new Uint8Array(32) });
  expect(undo(store, 1)?.labelledPixels).toBe(16);
  expect(history(store, 1)).toMatchObject({ undo: null, redoCount: 1 });
  store.sql('delete from image where id = 1').run();
  expect(store.sql('select count(*) as n from tile').get()).toEqual({ n: 0 });
  store.close();
});
