/** Trained models exported by the command, and used by the example in docs/onnx.md as it stands there. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { runPython } from '../python.js';
import { brushfield } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
const example = join(folder, 'segment.py');
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder);
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/onnx.md'), 'utf8');
  writeFileSync(example, /```python\n([^]+?)```/.exec(page)![1]!);
});

const DEVICE = ['--device', 'cpu', '--threads', '1'];

const TRAININGS = {
  'unet-quick': [...QUICK, '--steps', '60'],
  'unet-mini': [...QUICK, '--network', 'unet-mini', '--steps', '40', '--set', 'intensity=z-score'],
  live: ['--network', 'live', ...DEVICE],
};

describe.each(Object.entries(TRAININGS))('%s', (network, args) => {
  const path = join(folder, `${network}.onnx`);
  const exported = (...more: string[]) =>
    brushfield(['export', tiny.project, '--format', 'onnx', '--output', path, ...more]);

  it('is exported, and segments pictures with onnxruntime alone as `segment` does', async () => {
    await succeed('train', tiny.project, ...args, '--quiet');
    const { run } = JSON.parse((await exported('--json', '--overwrite')).stdout) as { run: string };
    const output = join(folder, `${network}-masks`);
    await succeed('segment', `${tiny.project}:${run}`, '--input', tiny.images, '--output', output, ...DEVICE);
    const masks = readdirSync(output, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('_mask.png'));
    expect(masks).toHaveLength(4);
    const values = new Set<number>();
    for (const mask of masks) {
      const theirs = join(folder, `${network}.png`);
      const image = join(tiny.images, mask.replace('_mask', ''));
      await runPython(example, [path, image, theirs]);
      const [a, b] = [await decodeLabelImage(join(output, mask)), await decodeLabelImage(theirs)];
      let equal = 0;
      a.data.forEach((value, i) => {
        values.add(value);
        equal += Number(value === b.data[i]);
      });
      // Pixels whose probabilities differ in the last digits may fall to the other side.
      expect(equal).toBeGreaterThanOrEqual(a.data.length - 2);
    }
    expect([...values].sort()).toEqual([1, 2]);
  });

  it('is not written over a file that is there unless asked', async () => {
    const before = readFileSync(path);
    const refused = await exported();
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/is there already/) as string });
    expect(readFileSync(path).equals(before)).toBe(true);
    const { code, stdout } = await exported('--overwrite');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Wrote .+ to .+\.onnx \(\d+\.\d MB\)\.$/m);
  });
});

it('is refused under another ending, and nothing is written', async () => {
  const output = join(folder, 'model.h5');
  const { code, stderr } = await brushfield(['export', tiny.project, '--format', 'onnx', '--output', output]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/NAME\.onnx/);
  expect(existsSync(output)).toBe(false);
});
