/** Projects to measure the window with: real image files, label maps of ten classes, lists of any length. */
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LabelMap } from '../../shared/model.js';
import { randomFor } from '../../shared/random.js';
import { addImage, type NewImage } from '../../store/images.js';
import { saveMask } from '../../store/masks.js';
import { relativeTo, sha256OfFile } from '../images.js';
import { createProject, type Project } from '../projects.js';
import { writeMadeUpTiff, type MadeUpTiff } from './paint-tiff.js';
import { addImages } from './store-project.js';

export const TEN_CLASSES = Array.from({ length: 10 }, (_, n) => `class ${n + 1}`);

export interface MadeUpPicture extends MadeUpTiff {
  name: string;
  /** Whether it gets a label map beforehand. */
  labelled?: boolean;
}

/** A project in `folder` whose images are files beside it. @returns the project's folder. */
export async function makeProject(
  folder: string,
  pictures: readonly MadeUpPicture[],
  onPicture: (name: string) => Promise<void>,
): Promise<string> {
  await mkdir(join(folder, 'images'), { recursive: true });
  const project = createProject(join(folder, 'window.brushfield'), { classes: TEN_CLASSES });
  try {
    for (const picture of pictures) {
      await onPicture(picture.name);
      const id = addImage(project.store, await pictureFile(project, join(folder, 'images'), picture));
      if (picture.labelled) saveMask(project.store, id, tenClasses(picture.sidePx, picture.seed));
    }
    return project.folder;
  } finally {
    project.close();
  }
}

/** A project of `rows` images, the first `real` of them with files behind them. @returns its folder. */
export async function makeLongProject(
  folder: string,
  { rows, real }: { rows: number; real: number },
): Promise<string> {
  await mkdir(join(folder, 'images'), { recursive: true });
  const project = createProject(join(folder, 'long.brushfield'), { classes: TEN_CLASSES });
  try {
    const files: NewImage[] = [];
    for (let n = 0; n < Math.min(real, rows); n++)
      files.push(
        await pictureFile(project, join(folder, 'images'), {
          name: `real ${String(n).padStart(3, '0')}.tif`,
          sidePx: 256,
          bits: 8,
          seed: n,
        }),
      );
    project.store.transaction(() => files.forEach((file) => addImage(project.store, file)));
    addImages(project.store, files.length, rows - files.length, 2048);
    return project.folder;
  } finally {
    project.close();
  }
}

async function pictureFile(
  project: Project,
  folder: string,
  { name, ...tiff }: MadeUpPicture,
): Promise<NewImage> {
  const path = join(folder, name);
  await writeMadeUpTiff(path, tiff);
  const { size, mtimeMs } = await stat(path);
  return {
    name: basename(path),
    relativePath: relativeTo(project.folder, path),
    absolutePath: path,
    page: 0,
    sha256: await sha256OfFile(path),
    sizeBytes: size,
    modifiedMs: mtimeMs,
    width: tiff.sidePx,
    height: tiff.sidePx,
    channels: 1,
    alpha: false,
    type: tiff.bits === 8 ? 'uint8' : 'uint16',
    pixelSizeUm: 0.325,
    group: '',
    split: null,
    addedAt: '2026-11-22T20:00:00.000Z',
  };
}

/** Discs of ten classes on the first of them, one for every 64² px, and a quarter that nobody has labelled. */
function tenClasses(sidePx: number, seed: number): LabelMap {
  const random = randomFor(seed, sidePx);
  const data = new Uint8Array(sidePx * sidePx).fill(1);
  for (let n = 0; n < (sidePx / 64) ** 2; n++) {
    const [cx, cy, radius] = [random.integer(sidePx), random.integer(sidePx), 12 + random.integer(24)];
    for (let y = Math.max(0, cy - radius); y <= Math.min(sidePx - 1, cy + radius); y++) {
      const half = Math.floor(Math.sqrt(radius * radius - (y - cy) ** 2));
      const row = y * sidePx;
      data.fill(2 + (n % 9), row + Math.max(0, cx - half), row + Math.min(sidePx, cx + half + 1));
    }
  }
  data.fill(0, data.length - (data.length >> 2));
  return { width: sidePx, height: sidePx, data };
}
