/** Images that are too large for memory, tried with small ones by a setting that calls them large. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { randomFor } from '../../src-main/shared/random.js';
import { encodeFloatTiff } from '../engine/float-tiff.js';
import { brushfield, brushfieldUnder, contentsOf } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';
import { twoPageTiff } from './two-page-tiff.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';

const folder = suiteFolder();
const input = join(folder, 'large');
/** About a thousand pixels are too many to be held. */
const IN_PARTS = { BRUSHFIELD_WHOLE_MEGAPIXELS: '0.001' };
const [WIDTH, HEIGHT] = [150, 230];
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder);
  await succeed('train', tiny.project, ...QUICK, '--steps', '30', '--quiet');
  mkdirSync(input);
  const random = randomFor(3);
  const values = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    Math.floor(100 + 60 * Math.sin((i % WIDTH) / 12) * Math.cos(i / WIDTH / 15) + random.uniform(0, 30)),
  );
  const data = Uint8Array.from(values);
  writeFileSync(join(input, 'grey.png'), encodeGreyPng({ width: WIDTH, height: HEIGHT, data }));
  writeFileSync(
    join(input, 'float.tif'),
    encodeFloatTiff(
      WIDTH,
      HEIGHT,
      values.map((v) => v / 7),
    ),
  );
  writeFileSync(join(input, 'stack.tif'), twoPageTiff(64));
});

const args = (output: string, ...options: string[]) => [
  ...['segment', tiny.project, '--input', input, '--output', output],
  ...['--threads', '1', '--device', 'cpu', '--tile', '48', ...options],
];

const pixelsOf = async (output: string) =>
  Object.fromEntries(
    await Promise.all(
      readdirSync(output)
        .filter((name) => name.endsWith('_mask.png'))
        .map(async (name) => [name, await decodeLabelImage(join(output, name))] as const),
    ),
  );

it.each([['all classes', []] as const, ['one class', ['--classes', 'disc']] as const])(
  'an image in parts has the labels of the whole one, with %s',
  async (what, options) => {
    const [whole, parts] = ['whole', 'parts'].map((name) => join(folder, `${name} ${what}`));
    expect((await brushfield(args(whole!, ...options))).code).toBe(0);
    expect((await brushfield(args(parts!, ...options), { env: IN_PARTS })).code).toBe(0);
    const expected = await pixelsOf(whole!);
    expect(Object.keys(expected)).toHaveLength(4);
    expect(new Set(expected['grey_mask.png']!.data).size).toBe(2);
    expect(await pixelsOf(parts!)).toEqual(expected);
    const again = await brushfield(args(parts!, '--resume', '--json', ...options), { env: IN_PARTS });
    expect(JSON.parse(again.stdout)).toMatchObject({ done: 0, skipped: 3 });
  },
);

it('an image in parts that is darker than the training images is named as the whole one is', async () => {
  const dark = join(folder, 'dark');
  mkdirSync(dark);
  // More pixels than are looked at, so that some are passed over.
  const [width, height] = [900, 700];
  const data = Uint8Array.from({ length: width * height }, (_, i) => 2 + (i % 3));
  writeFileSync(join(dark, 'dark.png'), encodeGreyPng({ width, height, data }));
  const warningsOf = async (name: string, env: Record<string, string>) => {
    const output = join(folder, name);
    const ran = await brushfield([...args(output), '--input', dark, '--tile', '256'], { env });
    expect(ran.code).toBe(0);
    const manifest = readFileSync(join(output, 'manifest.json'), 'utf8');
    return (JSON.parse(manifest) as { files: { warnings: string[] }[] }).files[0]!.warnings;
  };
  const whole = await warningsOf('dark whole', {});
  expect(whole.join()).toMatch(/it is darker than the training images, whose mean is/);
  expect(await warningsOf('dark parts', IN_PARTS)).toEqual(whole);
});

it('probabilities in parts are those of the whole image, to the last bit', async () => {
  const [whole, parts] = ['whole npy', 'parts npy'].map((name) => join(folder, name));
  expect((await brushfield(args(whole!, '--probabilities'))).code).toBe(0);
  expect((await brushfield(args(parts!, '--probabilities'), { env: IN_PARTS })).code).toBe(0);
  const [expected, found] = [contentsOf(whole!), contentsOf(parts!)];
  const tables = Object.keys(expected).filter((name) => name.endsWith('.npy'));
  expect(tables).toHaveLength(4);
  for (const name of tables) expect(`${name} ${found[name]}`).toBe(`${name} ${expected[name]}`);
});

it('an overlay that memory does not allow is refused by its limit before the image is read', async () => {
  const output = join(folder, 'overlay');
  // One megabyte: enough for the stack of 64² and not for 150 × 230.
  const little = { BRUSHFIELD_MEMORY_MB: '1' };
  const { code, stderr } = await brushfield(args(output, '--overlay'), { env: little });
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /grey\.png was not segmented: It is 150 × 230 px, which takes about 2 MB .* 1 MB may be used; without --overlay it is segmented in parts\./,
  );
  expect(readdirSync(output).sort()).toEqual([
    'manifest.json',
    ...['p001_mask', 'p001_overlay', 'p002_mask', 'p002_overlay'].map((name) => `stack_${name}.png`),
  ]);
  const without = await brushfield(args(output, '--overwrite'), { env: little });
  expect(without.code).toBe(0);
});

it('a mask in parts that the disk does not take has no name, and later the rest is done', async () => {
  const output = join(folder, 'limited');
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  // Noise has ragged labels: more than the kilobyte that is allowed.
  const random = randomFor(8);
  const data = Uint8Array.from({ length: 250 * 250 }, () => random.integer(256));
  writeFileSync(join(broken, 'noise.png'), encodeGreyPng({ width: 250, height: 250, data }));
  const run = [...args(output).slice(0, 3), broken, ...args(output).slice(4)];
  const limited = await brushfieldUnder(['bash', '-c', 'ulimit -f 1; exec "$@"', 'limited'], run, {
    env: IN_PARTS,
  });
  expect(limited.stderr).toMatch(/"noise_mask\.png" could not be written .* larger than is allowed here\.$/m);
  expect(limited.code).toBe(1);
  expect(Object.keys(contentsOf(output))).toEqual(['manifest.json']);
  expect((await brushfield([...run, '--resume'], { env: IN_PARTS })).code).toBe(0);
  expect(Object.keys(contentsOf(output)).sort()).toEqual(['manifest.json', 'noise_mask.png']);
});

it('stopped by Ctrl+C between two parts, an image stays to be done and has no mask', async () => {
  const large = join(folder, 'huge');
  mkdirSync(large);
  writeFileSync(
    join(large, 'huge.png'),
    encodeGreyPng({ width: 3000, height: 3000, data: new Uint8Array(3000 * 3000).fill(9) }),
  );
  const output = join(folder, 'stopped');
  const run = [...args(output).slice(0, 3), large, ...args(output).slice(4)];
  let asked: NodeJS.Timeout | undefined;
  const finished = await brushfield(run, {
    env: IN_PARTS,
    onStart: (child) => {
      // The manifest is there when the engine is, and the image takes far longer than this.
      asked = setInterval(() => {
        if (!contentsOrNone(output).includes('manifest.json')) return;
        clearInterval(asked);
        child.kill('SIGINT');
      }, 50);
    },
  });
  expect(finished.code).toBe(130);
  expect(Object.keys(contentsOf(output))).toEqual(['manifest.json']);
});

// Last, since a project's best run is what the others segment with.
it('a network that sees images shrunk into a square gives the same labels in parts', async () => {
  const set = ['--set', 'scaleMode=letterbox', '--network', 'unet-mini'];
  await succeed('train', tiny.project, ...QUICK, ...set, '--steps', '20', '--quiet');
  const run = readdirSync(join(tiny.project, 'models')).find((name) => name.endsWith('unet-mini'))!;
  const [whole, parts] = ['whole box', 'parts box'].map((name) => join(folder, name));
  const boxed = (output: string) => ['segment', `${tiny.project}:${run}`, ...args(output).slice(2)];
  expect((await brushfield(boxed(whole!))).code).toBe(0);
  expect((await brushfield(boxed(parts!), { env: IN_PARTS })).code).toBe(0);
  expect(await pixelsOf(parts!)).toEqual(await pixelsOf(whole!));
});

function contentsOrNone(output: string): string[] {
  try {
    return readdirSync(output);
  } catch {
    return [];
  }
}
