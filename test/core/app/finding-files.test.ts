import { mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findImageFiles } from '../../../src-main/core/app/finding-files.js';
import { createDecoderPool } from '../../../src-main/core/decoding.js';
import { sha256OfFile } from '../../../src-main/core/images.js';
import { importImages } from '../../../src-main/core/import.js';
import type { Project } from '../../../src-main/core/projects.js';
import { listImages } from '../../../src-main/store/images.js';
import { temporaryFolder } from '../../store/temporary-store.js';
import { temporaryProject, writePng } from '../temporary-project.js';

/** Four pictures of one size in bytes and of one time, so that neither tells them apart. */
async function project() {
  const { project, folder } = temporaryProject();
  const images = join(folder, 'images');
  for (const n of [1, 2, 3, 4]) {
    const path = writePng(join(images, `${n}.png`), (x) => (x === 0 ? n : 0), { width: 8, height: 1 });
    utimesSync(path, 1_700_000_000, 1_700_000_000);
  }
  await importImages(project, { paths: [images] });
  const pool = createDecoderPool();
  onTestFinished(() => pool.close());
  return { project, folder, images, find: (below: string) => findImageFiles(project, pool, below) };
}

/** Names of images whose recorded place has the recorded content. */
async function placed(project: Project): Promise<string[]> {
  const names: string[] = [];
  for (const { name, absolutePath, sha256 } of listImages(project.store))
    if ((await sha256OfFile(absolutePath).catch(() => null)) === sha256) names.push(name);
  return names;
}

test('files that swapped their names are told apart by their content', async () => {
  const { project: swapped, images, find } = await project();
  renameSync(join(images, '1.png'), join(images, 'between'));
  renameSync(join(images, '2.png'), join(images, '1.png'));
  renameSync(join(images, 'between'), join(images, '2.png'));
  expect(await find(images)).toEqual({ found: 2, missing: 0 });
  expect(await placed(swapped)).toEqual(['1.png', '2.png', '3.png', '4.png']);
  expect(listImages(swapped.store)[0]?.absolutePath).toBe(join(images, '2.png'));
});

test('a file of the same name, size and time with other content is lost, and found where its content is', async () => {
  const { project: other, images, find } = await project();
  const elsewhere = join(temporaryFolder(), 'far', 'away');
  mkdirSync(elsewhere, { recursive: true });
  renameSync(join(images, '3.png'), join(elsewhere, 'three.png'));
  writePng(join(images, '3.png'), (x) => (x === 0 ? 9 : 0), { width: 8, height: 1 });
  utimesSync(join(images, '3.png'), 1_700_000_000, 1_700_000_000);
  expect(await find(images)).toEqual({ found: 0, missing: 1 });
  expect(await find(join(elsewhere, '..'))).toEqual({ found: 1, missing: 0 });
  expect(await placed(other)).toEqual(['1.png', '2.png', '3.png', '4.png']);
  expect(listImages(other.store)[2]?.absolutePath).toBe(join(elsewhere, 'three.png'));
});

test('a file of the size of a lost image is not taken for it', async () => {
  const { images, find, folder } = await project();
  renameSync(join(images, '4.png'), join(folder, 'gone'));
  const size = 4 + statSync(join(folder, 'gone')).size;
  writeFileSync(join(folder, 'gone'), Buffer.alloc(size));
  writeFileSync(join(images, 'other.png'), Buffer.alloc(size - 4));
  expect(await find(images)).toEqual({ found: 0, missing: 1 });
});
