/** Images of a public data set and the programs of `brushfield bench live`, which read them from files. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import type { LiveBenchImage } from '../../engine/live-bench-server.js';
import { decodeImage } from '../../pixels/decode.js';
import { AppError } from '../../shared/errors.js';
import type { LabelMap, PixelImage } from '../../shared/model.js';
import { listImages } from '../../store/images.js';
import { loadMask } from '../../store/masks.js';
import { importImages } from '../import.js';
import { createProject } from '../projects.js';
import { LineServer } from './line-server.js';
import type { LivePoint, LiveProgram } from './live-points.js';
import { DATA_SETS } from './reference-cases.js';
import { testPython } from './test-python.js';

export interface BenchImage extends LiveBenchImage {
  split: string;
  truth: LabelMap;
}

/** @throws AppError('set-up') without the tests’ Python environment. */
export async function startServers(programs: readonly LiveProgram[]): Promise<Map<LiveProgram, LineServer>> {
  const servers = new Map<LiveProgram, LineServer>();
  const python = programs.includes('forest') ? await testPython() : '';
  for (const program of programs)
    servers.set(
      program,
      program === 'ours'
        ? new LineServer(process.execPath, [entryPath('live-bench-server')])
        : new LineServer(python, [join(packageRoot(), 'test', 'python', 'live_bench.py')]),
    );
  return servers;
}

/** Every image of a data set as a file of its samples, by the name. */
export async function readSet(
  data: LivePoint['data'],
  { folder, scratch, signal }: { folder: string; scratch: string; signal: AbortSignal | undefined },
): Promise<{ images: BenchImage[]; classes: number }> {
  const { folder: own, map } = DATA_SETS[data];
  const project = createProject(join(scratch, `${own}.brushfield`));
  try {
    await importImages(project, { paths: [join(folder, own)], map, format: 'voc' }, signal ? { signal } : {});
    const images: BenchImage[] = [];
    for (const image of listImages(project.store)) {
      const truth = loadMask(project.store, image.id);
      if (!truth || !image.split) continue;
      const {
        width,
        height,
        channels,
        data: samples,
      } = colorsOf(await decodeImage(image.absolutePath, image));
      const [pixels, labels] = ['pixels', 'labels'].map((what) =>
        join(scratch, `${own}-${image.id}.${what}`),
      );
      await writeFile(pixels!, samples);
      await writeFile(labels!, indicesOf(truth));
      images.push({ width, height, channels, pixels: pixels!, labels: labels!, split: image.split, truth });
    }
    return { images, classes: map.split(',').length };
  } finally {
    project.close();
  }
}

/** Without alpha, and one channel where all are the same. */
function colorsOf({ width, height, channels, alpha, data }: PixelImage) {
  const colors = channels - (alpha ? 1 : 0);
  const grey = data.every((value, at) => at % channels >= colors || value === data[at - (at % channels)]);
  const kept = grey ? 1 : colors;
  const samples = Uint8Array.from(
    { length: width * height * kept },
    (_, i) => data[Math.floor(i / kept) * channels + (i % kept)]!,
  );
  return { width, height, channels: kept, data: samples };
}

/** Class indices, 255 where unlabelled. */
export const indicesOf = ({ data }: LabelMap): Uint8Array => data.map((value) => (value ? value - 1 : 255));

/** @throws AppError('stopped') once it was asked for. */
export function stopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('stopped', 'Stopped; what was measured is kept.');
}
