/** What the commands say about pictures that look alike on both sides of a split. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { randomFor } from '../../src-main/shared/random.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { succeed } from './tiny-project.js';

const folder = suiteFolder();
const project = join(folder, 'spots.brushfield');

/** Ten soft spots drawn from a seed. */
function writeSpots(path: string, seed: number, gain = 1): void {
  const random = randomFor(seed);
  const spots = Array.from({ length: 10 }, () => [random.next(), random.next(), random.next()] as const);
  const at = (x: number, y: number) =>
    spots.reduce((sum, [cx, cy, a]) => sum + 90 * a * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.02), 20);
  const data = Uint8Array.from(
    { length: 64 * 64 },
    (_, i) => gain * at((i % 64) / 64, Math.floor(i / 64) / 64),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodeGreyPng({ width: 64, height: 64, data }));
}

beforeAll(async () => {
  for (const seed of [1, 2, 3, 4]) writeSpots(join(folder, 'images', `${seed}.png`), seed);
  writeSpots(join(folder, 'brighter', 'one.png'), 1, 1.3);
  await succeed('new', project);
  await succeed('import', project, join(folder, 'images'), '--split', 'train');
  await succeed('import', project, join(folder, 'brighter'), '--split', 'val');
});

const LEAK =
  'Warning: Images that look nearly the same lie on both sides of the split (1.png, one.png), so scores will be too ' +
  'good; "brushfield split" keeps them together.\n';

describe('pictures that look alike', () => {
  it('are told by info without being looked at again, in words and as JSON', async () => {
    const { stderr, stdout, code } = await brushfield(['info', project, '--json']);
    expect({ stderr, code }).toEqual({ stderr: LEAK, code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ leaks: [{ kind: 'alike', images: ['1.png', 'one.png'] }] });
  });

  it('are put on one side by split, and then info is silent', async () => {
    const { stderr, code } = await brushfield(['split', project, '--val', '0.4']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect((await brushfield(['info', project])).stderr).toBe('');
  });

  it('cannot be divided where there are no others, and the way out is named', async () => {
    const alike = join(folder, 'alike.brushfield');
    await succeed('new', alike);
    await succeed('import', alike, join(folder, 'images', '1.png'), join(folder, 'brighter'));
    const refused = await brushfield(['split', alike]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^All 2 images look nearly the same .*--no-keep-duplicates-together.*\.\n$/,
    );
    const divided = await brushfield(['split', alike, '--val', '0.5', '--no-keep-duplicates-together']);
    expect({ code: divided.code, leaks: divided.stderr }).toEqual({
      code: 0,
      leaks: expect.stringContaining('look nearly'),
    });
  });
});
