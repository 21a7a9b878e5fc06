/** Kills a painting process at random moments and looks at what is left. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { randomFor } from '../../src-main/shared/random.js';
import { addClass } from '../../src-main/store/classes.js';
import { history } from '../../src-main/store/edits.js';
import { addImage } from '../../src-main/store/images.js';
import { labelCounts, loadMask } from '../../src-main/store/masks.js';
import { openStore } from '../../src-main/store/open.js';
import { actAt, CLASSES, HEIGHT, PaintingModel, WIDTH } from './scripted-painting.js';
import { someImage, temporaryFolder } from './temporary-store.js';

/**
 * After each kill: the project opens, its integrity is unbroken, every step that was acknowledged is there and at most
 * the one after it, with the history that belongs to it.
 */
export async function survivesKills(rounds: number, seed: number): Promise<void> {
  const folder = temporaryFolder();
  const made = openStore(folder, { create: true });
  for (let n = 1; n <= CLASSES; n++) addClass(made, `class ${n}`);
  addImage(made, someImage('a.png', { width: WIDTH, height: HEIGHT }));
  made.close();
  const random = randomFor(seed, rounds);
  const model = new PaintingModel();
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    const steps = 3 + random.integer(40);
    const acknowledged = await paintAndKill(folder, next, { steps, delayMs: random.uniform(0, 8) });
    for (; next < acknowledged; next++) model.take(actAt(next));
    const store = openStore(folder);
    expect(store.sql('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(store.sql('pragma foreign_key_check').all()).toEqual([]);
    const stored = loadMask(store, 1)?.data ?? new Uint8Array(WIDTH * HEIGHT);
    const { undoCount, redoCount } = history(store, 1);
    const isModel = () =>
      Buffer.compare(stored, model.now.data) === 0 &&
      undoCount === model.past.length &&
      redoCount === model.future.length;
    // The step in progress may have been saved without anybody being told.
    if (!isModel()) model.take(actAt(next++));
    expect({ round, next, isModel: isModel() }).toEqual({ round, next, isModel: true });
    const counted = labelCounts(store).get(1);
    if (counted)
      counted.forEach((pixels, value) =>
        expect(stored.filter((pixel) => pixel === value).length).toBe(pixels),
      );
    store.close();
  }
}

/** @returns how many steps were acknowledged in all, those before `first` included. */
function paintAndKill(
  folder: string,
  first: number,
  { steps, delayMs }: { steps: number; delayMs: number },
): Promise<number> {
  const here = import.meta.dirname;
  const child = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--import',
      join(here, 'typescript-sources.mjs'),
      join(here, 'painting-child.ts'),
      folder,
      String(first),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let acknowledged = first;
  createInterface({ input: child.stdout }).on('line', (line) => {
    acknowledged = Number(line) + 1;
    if (acknowledged === first + steps) setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (_code, signal) =>
      signal === 'SIGKILL' ? settle(acknowledged) : fail(new Error('The painting process ended by itself.')),
    );
  });
}
