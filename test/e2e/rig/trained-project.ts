/** A project with two models that were trained for seconds, made without the window: bright discs on a dark, noisy ground. */
import { join } from 'node:path';
import { importImages } from '../../../src-main/core/import.js';
import { createProject } from '../../../src-main/core/projects.js';
import { trainProject } from '../../../src-main/core/training.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { listImages, setSplit } from '../../../src-main/store/images.js';
import { saveMask } from '../../../src-main/store/masks.js';
import { writePng } from '../../core/temporary-project.js';

export interface TrainedProject {
  /** `…/Discs.brushfield`. */
  project: string;
  /** Where the pictures lie. */
  images: string;
  /** Names of the runs, oldest first: they differ in steps and learning rate. */
  runs: string[];
}

const SETTINGS = {
  ...{ size: 32, batch: 2, threads: 1, device: 'cpu', reestimate: 4, stepsPerEpoch: 5 },
  ...{ seed: 7 },
};

/** Pictures that are labelled: the first trains, the second is held out. `wide` covers four tiles. */
const PICTURES = [
  { name: 'a.png', width: 64, height: 64, labelled: true },
  { name: 'b.png', width: 64, height: 64, labelled: true },
  { name: 'c.png', width: 64, height: 64, labelled: true },
  { name: 'plain.png', width: 96, height: 80, labelled: false },
  { name: 'wide.png', width: 600, height: 560, labelled: false },
] as const;

/** Classes `ground` (1) and `disc` (2), five pictures, two runs. */
export async function trainedProject(home: string): Promise<TrainedProject> {
  const images = join(home, 'pictures');
  const folder = join(home, 'Discs.brushfield');
  const labels = new Map<string, Uint8Array>();
  for (const [n, { name, width, height }] of PICTURES.entries()) {
    const random = randomFor(17, n);
    const discs = Array.from({ length: Math.ceil((width * height) / 6000) }, () => ({
      x: random.uniform(10, width - 10),
      y: random.uniform(10, height - 10),
      radius: random.uniform(8, 16),
    }));
    const inside = (x: number, y: number) =>
      discs.some((disc) => Math.hypot(x - disc.x, y - disc.y) < disc.radius);
    writePng(join(images, name), (x, y) => (inside(x, y) ? 170 : 70) + random.integer(40), { width, height });
    const drawn = Uint8Array.from({ length: width * height }, (_, i) =>
      inside(i % width, Math.floor(i / width)) ? 2 : 1,
    );
    labels.set(name, drawn);
  }
  const project = createProject(folder, { classes: ['ground', 'disc'] });
  try {
    await importImages(project, { paths: [images] });
    for (const { id, name, width, height } of listImages(project.store)) {
      if (PICTURES.some((picture) => picture.name === name && picture.labelled))
        saveMask(
          project.store,
          id,
          { width, height, data: labels.get(name)! },
          { title: 'Brush', author: 'person' },
        );
      setSplit(project.store, [id], name === 'b.png' ? 'val' : 'train');
    }
    const first = await trainProject(project, { set: { ...SETTINGS, steps: 40 } });
    const second = await trainProject(project, { set: { ...SETTINGS, steps: 20, lr: 0.002 } });
    return { project: folder, images, runs: [first.run, second.run] };
  } finally {
    project.close();
  }
}
