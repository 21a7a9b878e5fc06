// @ts-check
/** For comparison: the Labels layer of napari with the same strokes, where a Python with napari is named. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { curve } from './bench-strokes.mjs';
import { tell } from './bench-window.mjs';
import { checkout } from './setup/places.mjs';
import { programOnPath } from './setup/test-desktop.mjs';

/** @param {import('./bench-paint.mjs').Plan} plan */
export async function measureNapari(plan) {
  const python = process.env['BRUSHFIELD_NAPARI_PYTHON'];
  if (!python)
    return tell({
      kind: 'note',
      text: 'napari: not measured; BRUSHFIELD_NAPARI_PYTHON names no Python that has it.',
    });
  const file = join(tmpdir(), `brushfield-napari-${process.pid}.json`);
  await writeFile(
    file,
    JSON.stringify({ ...plan, unit: curve({ x: 0, y: 0, width: 1, height: 1 }, plan.moves) }),
  );
  const command = [python, join(checkout, 'test', 'python', 'napari_bench.py'), file];
  const xvfb = programOnPath('xvfb-run');
  const all = xvfb ? [xvfb, '-a', '-s', '-screen 0 1600x1000x24', ...command] : command;
  try {
    const { stdout } = await promisify(execFile)(all[0] ?? python, all.slice(1), {
      timeout: 600_000,
      maxBuffer: 1 << 26,
      env: { ...process.env, LIBGL_ALWAYS_SOFTWARE: '1' },
    });
    for (const line of stdout.split('\n')) if (line.startsWith('{')) tell(JSON.parse(line));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    tell({ kind: 'note', text: `napari could not be measured: ${text.trim().split('\n').at(-1)}` });
  }
}
