/** A made-up project of any size: rows of images behind which no files stand, and label maps. */
import type { LabelMap } from '../../shared/model.js';
import { randomFor } from '../../shared/random.js';
import { addImage, type NewImage } from '../../store/images.js';
import { encodeMask, saveEncodedMask, type EncodedMask } from '../../store/masks.js';
import type { Store } from '../../store/open.js';

export const CLASSES = ['background', 'cell', 'nucleus', 'debris'] as const;
const ROWS_A_TRANSACTION = 1000;
/** Label maps that differ; the others repeat them, since SQLite does not care. */
const PATTERNS = 12;

/** The n-th image: names as plate readers give them, contents that come in no order. */
export function madeUpImage(n: number, sidePx: number): NewImage {
  const plate = `plate${String(n % 96).padStart(2, '0')}`;
  const name = `${plate}/well ${n} site ${n % 9}.tif`;
  const random = randomFor(n, 5);
  const sha256 = Array.from({ length: 7 }, () =>
    random
      .integer(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return {
    name,
    relativePath: `../images/${name}`,
    absolutePath: `/data/images/${name}`,
    page: 0,
    sha256: sha256 + n.toString(16).padStart(8, '0'),
    sizeBytes: 2 * sidePx * sidePx,
    modifiedMs: 1_700_000_000_000 + n,
    width: sidePx,
    height: sidePx,
    channels: 1,
    alpha: false,
    type: 'uint16',
    pixelSizeUm: 0.325,
    group: plate,
    split: (['train', 'train', 'val', 'test', null] as const)[n % 5]!,
    addedAt: '2026-11-22T20:00:00.000Z',
  };
}

/** Adds rows of images, a thousand a transaction. @param first Number of the first. */
export function addImages(store: Store, first: number, rows: number, sidePx: number): void {
  for (let start = 0; start < rows; start += ROWS_A_TRANSACTION)
    store.transaction(() => {
      const end = Math.min(rows, start + ROWS_A_TRANSACTION);
      for (let n = start; n < end; n++) addImage(store, madeUpImage(first + n, sidePx));
    });
}

/** Cells with nuclei and debris on background, some of it left void. */
export function madeUpMask(sidePx: number, seed: number): LabelMap {
  const random = randomFor(seed, sidePx);
  const data = new Uint8Array(sidePx * sidePx).fill(1);
  const disc = (cx: number, cy: number, radius: number, value: number) => {
    for (let y = Math.max(0, cy - radius); y <= Math.min(sidePx - 1, cy + radius); y++) {
      const half = Math.floor(Math.sqrt(radius * radius - (y - cy) ** 2));
      data.fill(value, y * sidePx + Math.max(0, cx - half), y * sidePx + Math.min(sidePx, cx + half + 1));
    }
  };
  const cells = Math.round((sidePx / 64) ** 2);
  for (let n = 0; n < cells; n++) {
    const [x, y, radius] = [random.integer(sidePx), random.integer(sidePx), 12 + random.integer(24)];
    disc(x, y, radius, 2);
    disc(x + random.integer(7) - 3, y + random.integer(7) - 3, radius >> 1, 3);
    if (random.chance(0.2)) disc(random.integer(sidePx), random.integer(sidePx), 3, 4);
  }
  // A quarter that nobody has labelled.
  data.fill(0, data.length - (data.length >> 2));
  return { width: sidePx, height: sidePx, data };
}

export const madeUpMasks = (sidePx: number, masks: number, seed: number): EncodedMask[] =>
  Array.from({ length: Math.min(PATTERNS, masks) }, (_, n) => encodeMask(madeUpMask(sidePx, seed + n)));

/** Labels every image of `ids`. @returns milliseconds each. */
export function addMasks(store: Store, ids: readonly number[], patterns: readonly EncodedMask[]): number[] {
  return ids.map((id, n) => {
    const started = performance.now();
    saveEncodedMask(store, id, patterns[n % patterns.length]!);
    return performance.now() - started;
  });
}
