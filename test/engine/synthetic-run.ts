/** Run folders as the core freezes them, with pictures of our own: bright discs on noise, and labels that know them. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { RUN_FILES } from '../../src-main/shared/engine-api.js';
import type { LabelMap, PixelType, Split } from '../../src-main/shared/model.js';
import { randomFor } from '../../src-main/shared/random.js';
import { resolveSettings } from '../../src-main/shared/settings-values.js';
import { SNAPSHOT_FILE, type Snapshot, type SnapshotImage } from '../../src-main/shared/snapshot.js';

/** A picture whose file is given, or 8-bit grey to be written as PNG; labels 0 = void, 1 = background, 2 = disc. */
export interface Picture extends LabelMap {
  split: Split;
  pixels: Uint8Array | { file: Uint8Array; ending: string; type: PixelType };
}

export const CLASSES = [
  { value: 1, name: 'background', color: '#0072b2' },
  { value: 2, name: 'disc', color: '#e69f00' },
];

/** A folder that is gone when the file's tests are done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Three bright discs on a noisy ground, all pixels labelled. */
export function discs(split: Split, seed: number, width = 64, height = width): Picture {
  const random = randomFor(seed, 77);
  const centres = Array.from({ length: 3 }, () => ({
    x: random.uniform(0, width),
    y: random.uniform(0, height),
    radius: random.uniform(0.08, 0.2) * Math.min(width, height),
  }));
  const data = new Uint8Array(width * height);
  const pixels = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const inside = centres.some((disc) => Math.hypot(x - disc.x, y - disc.y) < disc.radius);
      data[i] = inside ? 2 : 1;
      pixels[i] = Math.min(255, Math.max(0, (inside ? 140 : 90) + 15 * random.normal()));
    }
  return { split, width, height, data, pixels };
}

/** The labels of a picture, all but those that `keep` says taken away. */
export const sparsely = (picture: Picture, keep: (x: number, y: number) => boolean): Picture => ({
  ...picture,
  data: picture.data.map((label, i) => (keep(i % picture.width, Math.floor(i / picture.width)) ? label : 0)),
});

/** Writes images, masks and snapshot.json. */
export async function writeSnapshot(folder: string, pictures: readonly Picture[]): Promise<Snapshot> {
  await mkdir(join(folder, 'masks'), { recursive: true });
  const images: SnapshotImage[] = [];
  for (const [index, { split, width, height, data, pixels }] of pictures.entries()) {
    const id = index + 1;
    const { file, ending, type } =
      pixels instanceof Uint8Array
        ? { file: encodeGreyPng({ width, height, data: pixels }), ending: 'png', type: 'uint8' as const }
        : pixels;
    const path = join(folder, `image${id}.${ending}`);
    const mask = `masks/${id}.png`;
    await writeFile(path, file);
    await writeFile(join(folder, mask), encodeGreyPng({ width, height, data }));
    const pixelsByValue = [0, 0, 0];
    for (const label of data) pixelsByValue[label]!++;
    images.push({
      id,
      name: `image ${id}`,
      path,
      page: 0,
      sha256: createHash('sha256').update(file).digest('hex'),
      width,
      height,
      channels: 1,
      type,
      pixelSizeUm: null,
      split,
      mask,
      pixelsByValue,
    });
  }
  const snapshot: Snapshot = { version: 1, classes: CLASSES, images };
  await writeFile(join(folder, SNAPSHOT_FILE), JSON.stringify(snapshot));
  return snapshot;
}

/** A run's folder, ready to train. */
export async function writeRun(
  folder: string,
  pictures: readonly Picture[],
  settings: Record<string, string | number | boolean>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeSnapshot(join(folder, RUN_FILES.snapshot), pictures);
  await writeFile(join(folder, RUN_FILES.settings), JSON.stringify(resolveSettings(settings)));
  return folder;
}
