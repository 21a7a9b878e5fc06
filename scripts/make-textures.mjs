/**
 * Makes the synthetic set of `brushfield bench learn`: striped bodies that touch, and thin threads between them, on
 * mottled ground under uneven light; no brightness tells the classes apart. The same bytes from the same seed on every machine.
 * Usage: node scripts/make-textures.mjs FOLDER [SEED]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultColor, rgbOf } from '../src-main/shared/palette.ts';
import { randomFor } from '../src-main/shared/random.ts';
import { greyPng, labelPng } from './make-sample/files.mjs';
import { drawScene } from './make-textures/picture.mjs';
import { BODY, GROUND, placeBodies, placeThreads, THREAD } from './make-textures/scene.mjs';

const SEED = 4;
const PARTS = { train: 24, test: 12 };
/** As `bench learn` reads it. */
const CLASSES = `${GROUND}=ground,${BODY}=body,${THREAD}=thread\n`;
const PALETTE = [[0, 0, 0], ...[GROUND, BODY, THREAD].map((value) => rgbOf(defaultColor(value)))];

/** One picture, 8-bit levels, and its exact mask. @param {number[]} key of integers */
export function makePicture(key) {
  const random = randomFor(...key);
  const size = { width: 208 + 32 * random.integer(4), height: 208 + 32 * random.integer(3) };
  const bodies = placeBodies(random, size);
  const threads = placeThreads(random, size);
  return { ...size, ...drawScene(random, { bodies, threads, size }) };
}

/** Writes the whole set; returns the names of its pictures. @param {string} folder @param {number} seed */
export async function makeTextures(folder, seed = SEED) {
  for (const part of ['images', 'labels', 'splits']) await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, 'classes.txt'), CLASSES);
  const all = [];
  for (const [index, [part, count]] of Object.entries(PARTS).entries()) {
    const names = [];
    for (let i = 0; i < count; i++) {
      const { width, height, levels, labels } = makePicture([seed, index, i]);
      const name = `${part}-${String(i + 1).padStart(2, '0')}`;
      await writeFile(join(folder, 'images', `${name}.png`), greyPng(width, height, levels));
      await writeFile(join(folder, 'labels', `${name}.png`), labelPng(width, height, labels, PALETTE));
      names.push(name);
    }
    await writeFile(join(folder, 'splits', `${part}.txt`), `${names.join('\n')}\n`);
    all.push(...names);
  }
  return all;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder, seed = String(SEED)] = process.argv.slice(2);
  if (!folder || !/^\d{1,9}$/.test(seed))
    throw new Error('Usage: node scripts/make-textures.mjs FOLDER [SEED]');
  const names = await makeTextures(resolve(folder), Number(seed));
  console.log(`${names.length} pictures in ${resolve(folder)}`);
}
