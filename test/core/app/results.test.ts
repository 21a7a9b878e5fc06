/** Labels measured by a window, over a real service: pages, the way back to an object, tables as files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ResultQuery } from '../../../src-main/shared/app-api-results.js';
import { flatTile, temporaryApp, withPictures } from './windows.js';

const query: ResultQuery = { table: 'objects', sort: null, filters: [], pixelSizeUm: 0.5 };

test('labels are measured, looked at and saved with what the columns mean', async () => {
  const app = temporaryApp();
  const { window, ids } = await withPictures(app);
  const { api } = window;
  await expect(api.resultsPage({ query, first: 0, count: 10 })).rejects.toMatchObject({ code: 'usage' });
  await expect(api.measureResults({ source: { kind: 'project' } })).rejects.toThrow('No image has labels');
  const edit = { title: 'Brush', author: 'person' as const, baseVersion: 0 };
  await api.saveEdit({ ...edit, imageId: ids[1]!, tiles: [flatTile(2)] });
  const info = await api.measureResults({ source: { kind: 'project' } });
  expect(info).toMatchObject({ classes: ['b'], left: [], withoutPixelSize: 1 });
  expect([info.tables.objects.rows, info.tables.images.rows]).toEqual([1, 1]);

  const { total, rows } = await api.resultsPage({ query, first: 0, count: 10 });
  expect(total).toBe(1);
  const names = info.tables.objects.columns.map(({ name }) => name);
  const cells = Object.fromEntries(names.map((name, i) => [name, rows[0]!.cells[i]]));
  expect(cells).toMatchObject({ class: 'b', area: 200, area_um2: 50, 'bbox-2': 10, 'bbox-3': 20 });
  expect(cells['intensity_mean-0']).toBeGreaterThan(0);
  expect(await api.resultPlace({ table: 'objects', row: 0 })).toMatchObject({
    imageId: ids[1],
    rect: { x: 0, y: 0, width: 20, height: 10 },
  });

  const given = {
    query,
    columns: ['image', 'area_um2'],
    folder: app.folder,
    name: 'cells',
    overwrite: false,
  };
  const { path, dictionary } = await api.exportResults(given);
  expect(path).toBe(join(app.folder, 'cells.csv'));
  expect(readFileSync(path, 'utf8')).toBe('image,area_um2\r\n1.png,50\r\n');
  expect(readFileSync(dictionary, 'utf8')).toContain('area_um2,µm²,');
  await expect(api.exportResults(given)).rejects.toMatchObject({ code: 'exists' });
  await expect(api.exportResults({ ...given, name: '../x' })).rejects.toMatchObject({ code: 'usage' });

  const stop = new AbortController();
  stop.abort();
  await expect(
    api.measureResults({ source: { kind: 'project' } }, { signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'stopped' });
  expect((await api.resultsPage({ query, first: 0, count: 1 })).total).toBe(1);
});
