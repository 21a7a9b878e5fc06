// @ts-check
/**
 * The picture in the README: sample images above, and below what a network made of them.
 * Usage: node scripts/make-readme-picture.mjs RESULTS     the `results` folder that `brushfield demo` names
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';

const root = resolve(import.meta.dirname, '..');
const results = resolve(process.argv[2] ?? '.');
const CELL = { width: 320, height: 284 };
const GAP = 8;
const COLUMNS = 3;

/** @param {ReturnType<typeof sharp>} picture */
const cell = (picture) =>
  picture
    .resize({ ...CELL, fit: 'cover', position: 'left top' })
    .toColourspace('srgb')
    .png()
    .toBuffer();

const names = (await readdir(join(root, 'resources/sample/unseen'))).filter((name) => name.endsWith('.png'));
const parts = [];
for (const [column, name] of names.slice(0, COLUMNS).entries()) {
  const pictures = [
    sharp(join(root, 'resources/sample/unseen', name)).normalise({ lower: 1, upper: 99 }),
    sharp(join(results, name.replace('.png', '_overlay.png'))),
  ];
  for (const [row, picture] of pictures.entries())
    parts.push({
      input: await cell(picture),
      left: column * (CELL.width + GAP),
      top: row * (CELL.height + GAP),
    });
}
const width = COLUMNS * CELL.width + (COLUMNS - 1) * GAP;
await sharp({ create: { width, height: 2 * CELL.height + GAP, channels: 3, background: '#808080' } })
  .composite(parts)
  .png({ palette: false, compressionLevel: 9 })
  .toFile(join(root, 'docs/images/demo.png'));
