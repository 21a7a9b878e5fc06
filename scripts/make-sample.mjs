/**
 * Makes the sample pictures: fluorescence nuclei with exact masks, the same bytes from the same seed on every machine.
 * Usage: node scripts/make-sample.mjs [FOLDER]   (resources/sample by default)
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultColor, rgbOf } from '../src-main/shared/palette.ts';
import { randomFor } from '../src-main/shared/random.ts';
import { greyPng, greyTiff, labelPng } from './make-sample/files.mjs';
import { takePicture } from './make-sample/microscope.mjs';
import { forPixelsOf, placeNuclei } from './make-sample/nuclei.mjs';

const SEED = 2026;
const PIXEL_SIZE_UM = 0.65;
const BACKGROUND = 1;
const NUCLEUS = 2;
const PALETTE = [[0, 0, 0], rgbOf(defaultColor(BACKGROUND)), rgbOf(defaultColor(NUCLEUS))];

/** How many pictures of each part, and which of them (from 0) are 16-bit TIFF. */
export const PARTS = {
  train: { count: 12, deep: [3, 7, 11] },
  test: { count: 4, deep: [2] },
  unseen: { count: 6, deep: [1, 4] },
};

/** One picture and its exact mask. */
export function makePicture(key) {
  const random = randomFor(SEED, ...key);
  const size = { width: 256 + 32 * random.integer(3), height: 256 + 32 * random.integer(2) };
  const area = (size.width * size.height) / (256 * 256);
  const radius = random.uniform(9, 12.5);
  const nuclei = placeNuclei(random, {
    ...size,
    colonies: Math.round(area * random.uniform(5, 8)),
    perColony: 5 + random.integer(4),
    radius,
  });
  const outOfFocus = placeNuclei(random, {
    ...size,
    colonies: Math.round(area * random.uniform(3, 5)),
    perColony: 3,
    radius: radius * 1.5,
  });
  const optics = {
    lightRatio: random.uniform(4.5, 7),
    background: random.uniform(0.3, 0.42),
    haze: random.uniform(0.35, 0.6),
    blurSigma: random.uniform(0.9, 1.9),
    photons: random.uniform(60, 160),
    debris: Math.round(area * random.uniform(12, 30)),
  };
  const levels = takePicture(random, { nuclei, outOfFocus, size, optics });
  const labels = new Uint8Array(size.width * size.height).fill(BACKGROUND);
  for (const nucleus of nuclei) forPixelsOf(nucleus, size, (i) => (labels[i] = NUCLEUS));
  return { ...size, levels, labels };
}

/** Writes the whole sample; returns the files' paths, relative to `folder`. */
export async function makeSample(folder) {
  const written = [];
  const write = async (path, bytes) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
    written.push(path);
  };
  for (const [part, { count, deep }] of Object.entries(PARTS)) {
    const names = [];
    for (let i = 0; i < count; i++) {
      const { width, height, levels, labels } = makePicture([Object.keys(PARTS).indexOf(part), i]);
      const name = `${part}-${String(i + 1).padStart(2, '0')}`;
      const unseen = part === 'unseen';
      const pictures = unseen ? 'unseen' : 'images';
      if (deep.includes(i)) {
        // A 12-bit camera in a 16-bit file.
        const data = Uint16Array.from(levels, (level) => Math.round(level * 4095));
        await write(`${pictures}/${name}.tif`, greyTiff(width, height, data, PIXEL_SIZE_UM));
      } else {
        const data = Uint8Array.from(levels, (level) => Math.round(level * 255));
        await write(`${pictures}/${name}.png`, greyPng(width, height, data));
      }
      await write(`${unseen ? 'truth' : 'labels'}/${name}.png`, labelPng(width, height, labels, PALETTE));
      names.push(name);
    }
    if (part !== 'unseen') await write(`splits/${part}.txt`, `${names.join('\n')}\n`);
  }
  return written;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../resources/sample'));
  const written = await makeSample(folder);
  console.log(`${written.length} files in ${folder}`);
}
