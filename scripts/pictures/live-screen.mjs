// @ts-check
/** The screen of suggestions after a dozen strokes on one image of the sample. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { checkout } from '../setup/places.mjs';
import { command, settled } from './served-window.mjs';

const NAME = 'train-01.png';
const STROKES_A_CLASS = 6;
const LENGTH_PX = 24;

/**
 * A project with one image of the sample, of whose labels a few strokes are left.
 * @param {string} home
 */
export async function strokesSample(home) {
  const project = join(home, 'Nuclei.brushfield');
  const sample = join(checkout, 'resources', 'sample');
  const [images, labels] = [join(home, 'set', 'images'), join(home, 'set', 'labels')];
  await mkdir(images, { recursive: true });
  await mkdir(labels);
  await copyFile(join(sample, 'images', NAME), join(images, NAME));
  const { data, info } = await sharp(join(sample, 'labels', NAME))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: /** @type {const} */ (1) };
  await sharp(strokesOf(data, info), { raw }).png().toFile(join(labels, NAME));
  await command('new', project, '--classes', 'background,nucleus');
  await command('import', project, join(home, 'set'));
  return { project };
}

/**
 * Short level strokes inside one class, spread over the picture's height.
 * @param {Buffer} truth @param {{ width: number, height: number }} size
 */
function strokesOf(truth, { width, height }) {
  const painted = Buffer.alloc(truth.length);
  // Greys of the classes' colours; background covers most.
  const values = [...new Set(truth)].filter(Boolean);
  const count = (/** @type {number} */ value) => truth.reduce((sum, one) => sum + Number(one === value), 0);
  values.sort((a, b) => count(b) - count(a));
  for (const [index, value] of values.entries()) {
    for (let n = 0; n < STROKES_A_CLASS; n++) {
      const from = Math.floor(((n + 0.5) * height) / STROKES_A_CLASS);
      const start = startOfStroke(truth, { width, height, value, from, across: n % 2 });
      if (start === null) continue;
      for (let row = -1; row <= 1; row++)
        painted.fill(1 + index, start + row * width, start + row * width + LENGTH_PX);
    }
  }
  return painted;
}

/**
 * @param {Buffer} truth
 * @param {{ width: number, height: number, value: number, from: number, across: number }} where
 */
function startOfStroke(truth, { width, height, value, from, across }) {
  for (let y = Math.max(1, from); y < height - 1; y++)
    for (let x = Math.floor((across * width) / 3); x + LENGTH_PX < width; x++) {
      const start = y * width + x;
      const rows = [start - width, start, start + width];
      if (rows.every((at) => truth.subarray(at, at + LENGTH_PX).every((one) => one === value))) return start;
    }
  return null;
}

/** @param {import('playwright-core').Page} page @param {(name: string) => Promise<unknown>} take */
export async function walkLiveScreen(page, take) {
  await page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option').first().click();
  await page
    .getByRole('region', { name: 'Live suggestions' })
    .getByText(/^Learned from /)
    .waitFor();
  await settled(page);
  await take('live');
}
