/** A small project that a network learns in seconds: bright discs on a dark, noisy ground. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { randomFor } from '../../src-main/shared/random.js';
import { brushfield } from './built-cli.js';

export interface TinyProject {
  project: string;
  images: string;
  labels: string;
}

export const SIDE_PX = 64;

/** Settings with which `train` takes a few seconds and gives the same numbers twice. */
export const QUICK = [
  ...['--size', '32', '--batch', '2', '--threads', '1', '--device', 'cpu'],
  ...['--set', 'reestimate=4', '--set', 'stepsPerEpoch=5'],
];

/** Makes `count` images with labels (0 ground, 255 disc) in `folder` and imports them; the last one is held out. */
export async function tinyProject(folder: string, count = 4): Promise<TinyProject> {
  const tiny = {
    project: join(folder, 'discs.brushfield'),
    images: join(folder, 'images'),
    labels: join(folder, 'labels'),
  };
  for (let n = 0; n < count; n++) writeDisc(tiny, n);
  const last = `disc${count - 1}.png`;
  const files = Array.from({ length: count - 1 }, (_, n) => join(tiny.images, `disc${n}.png`));
  await succeed('new', tiny.project, '--classes', 'ground,disc');
  const labels = ['--labels', tiny.labels, '--map', '0=ground,255=disc'];
  if (files.length) await succeed('import', tiny.project, ...files, ...labels, '--split', 'train');
  await succeed('import', tiny.project, join(tiny.images, last), ...labels, '--split', 'val');
  return tiny;
}

export function writeDisc({ images, labels }: Pick<TinyProject, 'images' | 'labels'>, n: number): void {
  const random = randomFor(17, n);
  const [cx, cy, radius] = [random.uniform(20, 44), random.uniform(20, 44), random.uniform(10, 16)];
  const inside = (i: number) => Math.hypot((i % SIDE_PX) - cx, Math.floor(i / SIDE_PX) - cy) < radius;
  const image = Uint8Array.from(
    { length: SIDE_PX ** 2 },
    (_, i) => (inside(i) ? 170 : 70) + random.integer(40),
  );
  const label = Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) => (inside(i) ? 255 : 0));
  for (const [folder, data] of [
    [images, image],
    [labels, label],
  ] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `disc${n}.png`), encodeGreyPng({ width: SIDE_PX, height: SIDE_PX, data }));
  }
}

/** Runs a command that must succeed; gives what it printed. */
export async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await brushfield(args);
  expect(`${code}\n${code ? stderr : ''}`).toBe('0\n');
  return stdout;
}
