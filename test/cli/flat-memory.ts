/** Segments many images and looks at how much memory the command and its engine hold meanwhile. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { brushfieldUnder } from './built-cli.js';
import { memoryOfTree } from './process-memory.js';
import { succeed, tinyProject, QUICK } from './tiny-project.js';

export interface MemoryGrowth {
  /** Least-squares slope over the images after the first hundred, kB an image, of the core and of the engine. */
  coreKb: number;
  engineKb: number;
  mostMb: number;
}

/** @param count images, more than 100 */
export async function growthOverImages(folder: string, count: number): Promise<MemoryGrowth> {
  const { project, images } = await tinyProject(folder);
  await succeed('train', project, ...QUICK, '--steps', '5', '--quiet');
  const input = join(folder, 'many');
  mkdirSync(input);
  copyFileSync(join(images, 'disc0.png'), join(folder, 'one.png'));
  for (let n = 0; n < count; n++) linkSync(join(folder, 'one.png'), join(input, `i${n}.png`));
  const output = join(folder, 'masks');
  const points: { done: number; core: number; engine: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const { code } = await brushfieldUnder(
    [],
    ['segment', project, '--input', input, '--output', output, '--threads', '1', '--device', 'cpu'],
    {
      onStart: (child) => {
        timer = setInterval(() => {
          const [core, engine] = [...memoryOfTree(child.pid!).values()];
          if (core && engine) points.push({ done: masksIn(output), core, engine });
        }, 100);
      },
    },
  ).finally(() => clearInterval(timer));
  expect(code).toBe(0);
  expect(masksIn(output)).toBe(count);
  const settled = points.filter(({ done }) => done >= 100);
  return {
    coreKb: slope(settled.map(({ done, core }) => [done, core * 1024])),
    engineKb: slope(settled.map(({ done, engine }) => [done, engine * 1024])),
    mostMb: Math.max(...points.map(({ core, engine }) => core + engine)),
  };
}

const masksIn = (output: string): number =>
  existsSync(output) ? readdirSync(output).filter((name) => name.endsWith('_mask.png')).length : 0;

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  return mean(points.map(([x, y]) => (x - mx) * (y - my))) / mean(points.map(([x]) => (x - mx) ** 2));
}
