import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFor } from '../../../src-main/shared/random.js';
import { unpackIds } from '../../../src-main/shared/packed-ids.js';
import { writePng } from '../temporary-project.js';
import { temporaryApp } from './windows.js';

/** Soft spots drawn from a seed; coordinates 0 … 1. */
function spots(seed: number) {
  const random = randomFor(seed);
  const all = Array.from({ length: 10 }, () => [random.next(), random.next(), random.next()] as const);
  return (x: number, y: number) =>
    all.reduce((sum, [cx, cy, a]) => sum + 90 * a * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.02), 20);
}

test('the window splits so that pictures that look nearly the same stay on one side, unless told otherwise', async () => {
  const app = temporaryApp();
  const { api } = app.openWindow();
  await api.createProject({ folder: join(app.folder, 'split'), classes: ['a'] });
  const pictures = join(app.folder, 'pictures');
  // Eight pictures, each twice: as it is and smaller.
  for (let n = 0; n < 8; n++)
    for (const side of [96, 64]) {
      const at = spots(n + 1);
      const draw = (x: number, y: number) => at(x / side, y / side);
      writePng(join(pictures, `${n}-${side}.png`), draw, { width: side, height: side });
    }
  await api.addImages({ paths: [pictures] });
  const ids = unpackIds(await api.imageIds({ filter: {}, order: 'name' }));
  const apart = async (together: boolean) => {
    let count = 0;
    for (const seed of [1, 2, 3, 4]) {
      await api.splitImages({ val: 0.3, test: 0.2, seed, together });
      const rows = await api.imageRows({ ids });
      const sideOf = (name: string) => rows.find((row) => row.name === name)!.split;
      for (let n = 0; n < 8; n++) if (sideOf(`${n}-96.png`) !== sideOf(`${n}-64.png`)) count++;
    }
    return count;
  };
  expect(await apart(false)).toBeGreaterThan(0);
  expect(await apart(true)).toBe(0);
});
