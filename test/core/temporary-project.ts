/** A real project in a temporary folder, with image files beside it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createProject, type Project } from '../../src-main/core/projects.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { temporaryFolder } from '../store/temporary-store.js';

export interface TemporaryProject {
  project: Project;
  /** The folder that the project lies in. */
  folder: string;
}

export function temporaryProject(classes: string[] = []): TemporaryProject {
  const folder = temporaryFolder();
  const project = createProject(join(folder, 'cells.brushfield'), { classes });
  onTestFinished(() => project.close());
  return { project, folder };
}

/** A grey PNG of `width` × `height` with pixels from a function; folders are made as needed. @returns its path. */
export function writePng(
  path: string,
  pixel: (x: number, y: number) => number,
  { width = 20, height = 10 } = {},
): string {
  const data = Uint8Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width)));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodeGreyPng({ width, height, data }));
  return path;
}

/** `count` different pictures 0.png … and their labels with the values 1 (left half) and 2. */
export function writePictures(folder: string, count: number): { images: string; labels: string } {
  for (let n = 0; n < count; n++) {
    writePng(join(folder, 'images', `${n}.png`), (x, y) => (x * 7 + y * 3 + n * 11) % 256);
    writePng(join(folder, 'labels', `${n}.png`), (x) => (x < 10 ? 1 : 2));
  }
  return { images: join(folder, 'images'), labels: join(folder, 'labels') };
}
