/** Five hundred strokes over fifty images: what a suggestion costs, in time and memory, stops growing. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomFor } from '../../src-main/shared/random.js';
import { packTile } from '../../src-main/store/tile-runs.js';
import { temporaryApp } from '../core/app/windows.js';
import { writePng } from '../core/temporary-project.js';

const IMAGES = 50;
const STROKES = 500;
const SIDE_PX = 512;
/** Of strokes that are looked at together. */
const PART = 50;

const inCell = (x: number, y: number) => Math.hypot((x % 64) - 32, (y % 64) - 32) < 18;

/** Resident memory of the engine, MB. */
function engineMb(): number {
  const pid = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'engine\\.js'], { encoding: 'utf8' })
    .trim()
    .split('\n')[0]!;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

test(
  'time and memory of suggestions stay bounded over 500 strokes on 50 images',
  { timeout: 1_800_000 },
  async () => {
    const app = temporaryApp();
    const { api } = app.openWindow();
    await api.createProject({ folder: join(app.folder, 'many.brushfield'), classes: ['ground', 'cell'] });
    const paths = Array.from({ length: IMAGES }, (_, n) => {
      const random = randomFor(n, 6);
      const pixel = (x: number, y: number) => (inCell(x, y) ? 150 : 70) + random.integer(60);
      const size = { width: SIDE_PX, height: SIDE_PX };
      return writePng(join(app.folder, 'images', `cells${n}.png`), pixel, size);
    });
    const { ids } = await api.addImages({ paths });
    const labels = ids.map(() => new Uint8Array(SIDE_PX ** 2));
    const versions = ids.map(() => 0);
    const parts: { fitMs: number; engineMb: number; pixels: number }[] = [];
    let fits: number[] = [];
    for (let stroke = 0; stroke < STROKES; stroke++) {
      const image = stroke % IMAGES;
      const random = randomFor(stroke, 7);
      const [left, top] = [random.integer(SIDE_PX - 60), random.integer(SIDE_PX)];
      for (let x = left; x < left + 60; x++) labels[image]![top * SIDE_PX + x] = inCell(x, top) ? 2 : 1;
      const imageId = ids[image]!;
      const { version } = await api.saveEdit({
        ...{ imageId, title: 'Brush', author: 'person', baseVersion: versions[image]! },
        tiles: [{ ty: 0, tx: 0, bytes: packTile(labels[image]!) }],
      });
      versions[image] = version;
      const state = await api.liveSuggest({ imageId, tiles: [{ x: 0, y: 0 }] });
      expect(state).toMatchObject({ leftOut: [], images: Math.min(stroke + 1, IMAGES) });
      fits.push(state.fitMs);
      if (fits.length < PART) continue;
      const pixels = state.perClass.reduce((sum, one) => sum + one.pixels, 0);
      parts.push({ fitMs: fits.toSorted((a, b) => a - b)[PART / 2]!, engineMb: engineMb(), pixels });
      fits = [];
    }
    // For whoever reads the log: times are told and not judged.
    process.stderr.write(
      parts
        .map((one) => `${one.fitMs.toFixed(0)} ms, ${one.engineMb.toFixed(0)} MB, ${one.pixels} px\n`)
        .join(''),
    );
    const [middle, last] = [parts[parts.length / 2 - 1]!, parts.at(-1)!];
    expect(last.pixels).toBeLessThanOrEqual(20_000);
    expect(last.engineMb).toBeLessThan(1.15 * middle.engineMb);
    expect(last.engineMb).toBeLessThan(3000);
  },
);
