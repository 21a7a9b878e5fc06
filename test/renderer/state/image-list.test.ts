import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppService, type AppService } from '../../../src-main/core/app/service.js';
import { packageRoot } from '../../../src-main/disk/package-root.js';
import type { AppApi } from '../../../src-main/shared/app-api.js';
import { ImageList } from '../../../src-renderer/state/image-list.svelte.js';

let folder: string;
let service: AppService;
let api: AppApi;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brushfield-list-'));
  service = createAppService({ host: 'web', userFolder: folder, documentsFolder: folder });
  ({ api } = service.createSession());
  await api.createProject({ folder: join(folder, 'p'), classes: ['a'] });
  await api.addImages({ paths: [join(packageRoot(), 'resources', 'sample', 'images')] });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

const list = () => {
  const problems: unknown[] = [];
  return {
    problems,
    images: new ImageList({ api, onProblem: (e) => problems.push(e) }),
  };
};

test('rows arrive when they are needed, and only then', async () => {
  const { images, problems } = list();
  await images.reload();
  const [first] = images.ids;
  expect(images.row(first!)).toBeUndefined();
  images.need(0, 3);
  await expect.poll(() => images.row(first!)?.name).toMatch(/\.(png|tif)$/);
  expect(problems).toEqual([]);
});

test('of two searches in a row the later one stands, whatever order they are answered in', async () => {
  const { images } = list();
  await Promise.all([images.show({ search: '01' }), images.show({ search: '02' })]);
  images.need(0, 10);
  await expect
    .poll(() => images.ids.map((id) => images.row(id)?.name ?? ''))
    .toEqual(images.ids.map(() => expect.stringContaining('02') as string));
  expect(images.ids.length).toBeGreaterThan(0);
  expect(images.filtered).toBe(true);
});

test('stepping stays within the list and keeps the rows in their order', async () => {
  const { images } = list();
  await images.reload();
  images.step(1);
  expect(images.currentId).toBe(images.ids[0]);
  images.step(-1);
  expect(images.currentId).toBe(images.ids[0]);
  images.step(2, 'range');
  expect(images.chosenIds()).toEqual(images.ids.slice(0, 3));
  images.step(10_000);
  expect(images.currentId).toBe(images.ids.at(-1));
});

test('a search that finds nothing takes the image away only until it is shown again', async () => {
  const { images } = list();
  await images.reload();
  const [, second] = images.ids;
  images.choose(second!);
  await images.show({ search: 'nothing is called so' });
  expect(images.currentId).toBeNull();
  await images.changed(null);
  expect(images.currentId).toBeNull();
  await images.show({});
  expect(images.currentId).toBe(second);
  expect(images.chosenIds()).toEqual([second]);
});

test('a change of split takes a row out of the filter it stood in', async () => {
  const { images } = list();
  await images.show({ split: 'undecided' });
  const [id] = images.ids;
  images.choose(id!);
  await api.setSplit({ ids: [id!], split: 'val' });
  await images.changed([id!]);
  expect(images.ids).not.toContain(id);
  expect(images.currentId).toBe(images.ids[0]);
});
