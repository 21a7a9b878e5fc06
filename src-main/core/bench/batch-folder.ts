/** The pictures and the model of `brushfield bench batch`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeRgbPng } from '../../pixels/png.js';
import { randomFor } from '../../shared/random.js';
import type { NetworkName } from '../../shared/settings.js';
import { listImages, setSplit } from '../../store/images.js';
import { saveMask } from '../../store/masks.js';
import { importImages } from '../import.js';
import { resolveModel, type ResolvedModel } from '../models.js';
import { createProject } from '../projects.js';
import { trainProject } from '../training.js';

/** Of colour pictures and their labels. */
const CLASSES = ['ground', 'cell'];
/** Pictures to train on. */
const TRAINED_ON = 2;
const TRAINED_SIDE_PX = 256;
/** Enough for weights that are not those of the beginning; what is measured does not depend on them. */
const STEPS = 20;

/** Discs on an uneven, noisy ground, 8-bit RGB. `labels`: 1 ground, 2 disc, [side · side]. */
function pictureOf(sidePx: number, seed: number): { data: Uint8Array; labels: Uint8Array } {
  const random = randomFor(seed, sidePx);
  const labels = new Uint8Array(sidePx * sidePx).fill(1);
  for (let n = 0; n < (sidePx / 64) ** 2; n++) {
    const [cx, cy, radius] = [random.integer(sidePx), random.integer(sidePx), 10 + random.integer(16)];
    for (let y = Math.max(0, cy - radius); y <= Math.min(sidePx - 1, cy + radius); y++) {
      const half = Math.floor(Math.sqrt(radius * radius - (y - cy) ** 2));
      labels.fill(2, y * sidePx + Math.max(0, cx - half), y * sidePx + Math.min(sidePx, cx + half + 1));
    }
  }
  const data = new Uint8Array(sidePx * sidePx * 3);
  for (let i = 0; i < labels.length; i++) {
    const uneven = 30 * Math.sin((i % sidePx) / 90) * Math.cos(i / sidePx / 70);
    const bright = (labels[i] === 2 ? 150 : 70) + uneven + random.integer(24);
    for (let c = 0; c < 3; c++) data[3 * i + c] = bright - 12 * c;
  }
  return { data, labels };
}

/** Writes PNG files into `folder`, which is made. @returns their paths. */
export async function writeBatchPictures(
  folder: string,
  { count, sidePx, seed }: { count: number; sidePx: number; seed: number },
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (let n = 0; n < count; n++) {
    const { data } = pictureOf(sidePx, seed * 1000 + n);
    const path = join(folder, `picture ${String(n).padStart(3, '0')}.png`);
    await writeFile(path, encodeRgbPng({ width: sidePx, height: sidePx, data }));
    paths.push(path);
  }
  return paths;
}

/** A model of two classes that maps bytes to −1 … 1 and takes images at their own size. @param folder is made */
export async function trainBatchModel(
  folder: string,
  network: NetworkName,
  { seed, signal }: { seed: number; signal: AbortSignal | undefined },
): Promise<ResolvedModel> {
  const images = join(folder, 'images');
  const given = { sidePx: TRAINED_SIDE_PX, seed: seed + 1 };
  const paths = await writeBatchPictures(images, { ...given, count: TRAINED_ON });
  const project = createProject(join(folder, 'bench.brushfield'), { classes: CLASSES });
  const call = signal ? { signal } : {};
  try {
    await importImages(project, { paths }, call);
    const added = listImages(project.store);
    for (const [n, { id }] of added.entries()) {
      const { labels: data } = pictureOf(TRAINED_SIDE_PX, given.seed * 1000 + n);
      saveMask(project.store, id, { width: TRAINED_SIDE_PX, height: TRAINED_SIDE_PX, data });
    }
    setSplit(
      project.store,
      added.map(({ id }) => id),
      'train',
    );
    const set = {
      ...{ network, seed, steps: STEPS, size: 128, batch: 2, reestimate: 4 },
      ...{ channels: 'rgb', intensity: 'minus-one-to-one', scaleMode: 'native' },
    };
    const { folder: run } = await trainProject(project, { set, weights: 'none' }, call);
    return await resolveModel(run);
  } finally {
    project.close();
  }
}
