import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAppService, type AppService } from '../../../src-main/core/app/service.js';
import { makeLongProject } from '../../../src-main/core/bench/paint-project.js';
import type { AppApi } from '../../../src-main/shared/app-api.js';
import { ImageList } from '../../../src-renderer/state/image-list.svelte.js';

const ROWS = 5000;
let folder: string;
let service: AppService;
let api: AppApi;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'brushfield-needs-'));
  service = createAppService({ host: 'web', userFolder: folder, documentsFolder: folder });
  ({ api } = service.createSession());
  await api.openProject({ folder: await makeLongProject(folder, { rows: ROWS, real: 1 }) });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A list over the real core, and how many rows it has asked for. */
function counted() {
  const asked: number[] = [];
  const images = new ImageList({
    api: {
      ...api,
      imageIds: (query) => api.imageIds(query),
      imageRows: ({ ids }) => {
        asked.push(...ids);
        return api.imageRows({ ids });
      },
    },
    onProblem: (error) => expect.unreachable(String(error)),
  });
  return { images, asked };
}

test('a list that is dragged past its rows asks for those where it comes to rest', async () => {
  const { images, asked } = counted();
  await images.reload();
  for (let first = 0; first <= 4000; first += 50) images.need(first, first + 30);
  await expect.poll(() => images.row(images.ids[4029]!)?.id).toBe(images.ids[4029]);
  expect(images.row(images.ids[4000]!)).toBeDefined();
  expect(asked.length).toBeLessThan(1000);
});

test('once the list is there, a thumb dragged past all rows never meets one without its name', async () => {
  const { images, asked } = counted();
  await images.reload();
  await images.loadOutlines();
  // No answer can come in between: whatever the window shows is in its memory.
  for (let first = 0; first + 30 <= ROWS; first += 97) {
    images.need(first, first + 30);
    for (const id of images.ids.slice(first, first + 30)) expect(images.outline(id)?.name).toBeTruthy();
  }
  expect(asked.length).toBeLessThan(500);
  const rows = await api.imageRows({ ids: images.ids.slice(-500) });
  for (const { id, name, status, split } of rows)
    expect(images.outline(id)).toMatchObject({ id, name, status, split });
});

test('names and marks follow what changes out of sight, in few rows and in many', async () => {
  const { images } = counted();
  await images.reload();
  await images.loadOutlines();
  const few = images.ids.slice(3000, 3003);
  await api.setSplit({ ids: few, split: 'test' });
  await images.changed(few);
  for (const id of few) expect(images.outline(id)?.split).toBe('test');
  const many = images.ids.slice(2000, 2900);
  const splits = () => many.map((id) => images.outline(id)?.split ?? null);
  const before = splits();
  await api.setSplit({ ids: many, split: 'val' });
  await images.changed(many);
  await expect.poll(() => splits().every((split) => split === 'val')).toBe(true);
  await api.undoProject({});
  await images.changed(null);
  await expect.poll(splits).toEqual(before);
  for (const id of few) expect(images.outline(id)?.split).toBe('test');
});

test('rows beside those in view come after them, each once', async () => {
  const { images, asked } = counted();
  await images.reload();
  images.need(1010, 1040);
  await expect.poll(() => images.row(images.ids[905]!)?.id).toBe(images.ids[905]);
  await expect.poll(() => images.row(images.ids[1150]!)?.id).toBe(images.ids[1150]);
  expect(asked.slice(0, 100)).toEqual(images.ids.slice(1000, 1100));
  images.need(1011, 1041);
  expect(new Set(asked).size).toBe(asked.length);
});
