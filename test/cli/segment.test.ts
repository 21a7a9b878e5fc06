/** Segmenting folders by the command line: names, broken files, resume, and the same bytes every time. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { encodeGrey16Png } from '../../src-main/pixels/png.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, contentsOf } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, SIDE_PX, succeed, tinyProject, type TinyProject } from './tiny-project.js';
import { twoPageTiff } from './two-page-tiff.js';

const folder = suiteFolder();
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder, 6);
  await succeed('train', tiny.project, ...QUICK, '--steps', '40', '--quiet');
});

const segment = (input: string, output: string, ...options: string[]) =>
  brushfield([
    'segment',
    tiny.project,
    '--input',
    input,
    '--output',
    output,
    '--threads',
    '1',
    '--device',
    'cpu',
    ...options,
  ]);

const manifestOf = (output: string) =>
  JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;

/** Contents without the manifest, whose timings differ. */
function masksOf(output: string): Record<string, string> {
  // A kill between writing and renaming leaves a temporary file, which goes when it is an hour old.
  const other = /^(manifest\.json|\.brushfield-.*\.tmp)$/;
  return Object.fromEntries(Object.entries(contentsOf(output)).filter(([name]) => !other.test(name)));
}

describe('segment', () => {
  it('writes masks whose values are classes, close to the truth', async () => {
    const output = join(temporaryFolder(), 'out');
    const { code, stdout } = await segment(tiny.images, output);
    expect(code).toBe(0);
    expect(stdout).toMatch(/6 files segmented/);
    const mask = await decodeLabelImage(join(output, 'disc5_mask.png'));
    const truth = await decodeLabelImage(join(tiny.labels, 'disc5.png'));
    const right = mask.data.filter((value, i) => value === (truth.data[i] ? 2 : 1)).length;
    expect(mask.kind).toBe('index');
    expect(right / SIDE_PX ** 2).toBeGreaterThan(0.9);
  });

  it('keeps folders, gives equal names distinct ones, and writes overlays and probabilities', async () => {
    const input = temporaryFolder();
    mkdirSync(join(input, 'deep', 'er'), { recursive: true });
    for (const name of ['a.png', 'a.bmp.png', 'A.PNG.png', 'deep/er/b.png'])
      copyFileSync(join(tiny.images, 'disc0.png'), join(input, name));
    copyFileSync(join(tiny.images, 'disc1.png'), join(input, 'a.tif'));
    const output = join(temporaryFolder(), 'out');
    const { code } = await segment(input, output, '--recursive', '--overlay', '--probabilities');
    expect(code).toBe(0);
    expect(Object.keys(masksOf(output)).filter((name) => name.endsWith('_mask.png'))).toEqual([
      'A.PNG_mask.png',
      'a.bmp_mask.png',
      'a_png_mask.png',
      'a_tif_mask.png',
      'deep/er/b_mask.png',
    ]);
    expect(existsSync(join(output, 'deep/er/b_overlay.png'))).toBe(true);
    const npy = readFileSync(join(output, 'deep/er/b_probabilities.npy'));
    expect(npy.toString('latin1', 10, 80)).toMatch(/'<f4'.*\(64, 64, 2\)/);
    expect(manifestOf(output).files.map(({ state }) => state)).toEqual(Array(5).fill('done'));
  });

  it('names broken files with the reason, does the rest, and exits with 3', async () => {
    const input = temporaryFolder();
    copyFileSync(join(tiny.images, 'disc0.png'), join(input, 'good.png'));
    writeFileSync(join(input, 'cut.png'), readFileSync(join(tiny.images, 'disc1.png')).subarray(0, 900));
    writeFileSync(join(input, 'empty.tif'), '');
    writeFileSync(join(input, 'text.jpg'), 'no picture');
    const output = join(temporaryFolder(), 'out');
    const { code, stderr, stdout } = await segment(input, output, '--json');
    expect(code).toBe(3);
    for (const name of ['cut.png', 'empty.tif', 'text.jpg'])
      expect(stderr).toMatch(new RegExp(`${name} was not segmented: .*\\.`));
    expect(JSON.parse(stdout)).toMatchObject({ done: 1, failed: [{}, {}, {}] });
    expect(Object.keys(masksOf(output))).toEqual(['good_mask.png']);
    expect(manifestOf(output).files.map(({ input: name, state }) => `${name} ${state}`)).toEqual([
      'cut.png failed',
      'empty.tif failed',
      'good.png done',
      'text.jpg failed',
    ]);
  });

  it('killed in the middle and resumed, does only the rest and gives the same bytes', async () => {
    const input = temporaryFolder();
    for (let n = 0; n < 40; n++)
      copyFileSync(join(tiny.images, `disc${n % 6}.png`), join(input, `i${n}.png`));
    const whole = join(temporaryFolder(), 'whole');
    await segment(input, whole);

    const output = join(temporaryFolder(), 'cut');
    const killed = await brushfield(
      ['segment', tiny.project, '--input', input, '--output', output, '--threads', '1', '--device', 'cpu'],
      { onOutput: (child, printed) => void (printed.includes('of 40 files') && child.kill('SIGKILL')) },
    );
    expect(killed.signal).toBe('SIGKILL');
    expect(Object.keys(masksOf(output)).length).toBeLessThan(40);

    const refused = await segment(input, output);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/earlier run; add --resume/);

    const { code } = await segment(input, output, '--resume');
    expect(code).toBe(0);
    expect(masksOf(output)).toEqual(masksOf(whole));
    const again = await segment(input, output, '--resume', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ done: 0, skipped: 40 });
  });

  it('with --resume, does again what changed or was removed, and nothing else', async () => {
    const input = temporaryFolder();
    for (let n = 0; n < 3; n++) copyFileSync(join(tiny.images, `disc${n}.png`), join(input, `i${n}.png`));
    const output = join(temporaryFolder(), 'out');
    await segment(input, output);
    copyFileSync(join(tiny.images, 'disc4.png'), join(input, 'i0.png'));
    rmSync(join(output, 'i1_mask.png'));
    const { stdout } = await segment(input, output, '--resume', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ done: 2, skipped: 1 });
    const other = await segment(input, output, '--resume', '--overlay', '--json');
    expect(JSON.parse(other.stdout)).toMatchObject({ done: 3, skipped: 0 });
  });

  it('gives each page of a stack a mask of its own, and the whole stack one entry', async () => {
    const input = temporaryFolder();
    writeFileSync(join(input, 'stack.tif'), twoPageTiff(SIDE_PX));
    const output = join(temporaryFolder(), 'out');
    const { code } = await segment(join(input, 'stack.tif'), output);
    expect(code).toBe(0);
    const names = ['stack_p001_mask.png', 'stack_p002_mask.png'];
    expect(Object.keys(masksOf(output))).toEqual(names);
    expect(manifestOf(output).files).toMatchObject([{ input: 'stack.tif', state: 'done', outputs: names }]);
  });

  it('does not write results among the images', async () => {
    const before = contentsOf(tiny.images);
    const { code, stderr } = await segment(tiny.images, `${tiny.images}/`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/need a folder of their own/);
    expect(contentsOf(tiny.images)).toEqual(before);
  });

  it('does not touch a file of somebody else that has the name of an output', async () => {
    const output = temporaryFolder();
    writeFileSync(join(output, 'disc0_mask.png'), 'precious');
    const before = contentsOf(output);
    const { code, stderr } = await segment(tiny.images, output);
    expect(code).toBe(1);
    expect(stderr).toMatch(/disc0_mask\.png is there already.*--overwrite/);
    expect(contentsOf(output)).toEqual(before);
    expect((await segment(tiny.images, output, '--overwrite')).code).toBe(0);
    expect(contentsOf(output)['disc0_mask.png']).not.toBe(before['disc0_mask.png']);
  });

  it('warns of images unlike the training images, on stderr and in the manifest', async () => {
    const input = temporaryFolder();
    const data = Uint16Array.from({ length: SIDE_PX ** 2 }, (_, i) => i * 7);
    for (const name of ['deep.png', 'deep2.png'])
      writeFileSync(join(input, name), encodeGrey16Png({ width: SIDE_PX, height: SIDE_PX, data }));
    const output = join(temporaryFolder(), 'out');
    const { code, stderr } = await segment(input, output);
    expect(code).toBe(0);
    expect(stderr).toMatch(/deep\.png \(and 1 more\) is not like the training images: its pixels are uint16/);
    expect(manifestOf(output).files[1]!.warnings).toHaveLength(1);
  });

  it('reads a list of files and keeps chosen classes', async () => {
    const output = join(temporaryFolder(), 'out');
    const list = join(temporaryFolder(), 'list.txt');
    const missing = join(tiny.images, 'gone.png');
    writeFileSync(list, `# two files\n${join(tiny.images, 'disc1.png')}\n${missing}\n`);
    const { code, stderr } = await segment(list, output, '--classes', 'disc');
    expect(code).toBe(3);
    expect(stderr).toMatch(/gone\.png was not segmented: .*does not exist/);
    const { data } = await decodeLabelImage(join(output, 'disc1_mask.png'));
    expect([...new Set(data)].sort()).toEqual([0, 2]);
    const unknown = await segment(list, join(output, 'other'), '--classes', 'cell');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/no class "cell"; its classes are ground, disc/);
  });

  it('finishes the current image after Ctrl+C, and exits with 130', async () => {
    const input = temporaryFolder();
    for (let n = 0; n < 60; n++)
      copyFileSync(join(tiny.images, `disc${n % 6}.png`), join(input, `i${n}.png`));
    const output = join(temporaryFolder(), 'out');
    let asked = false;
    const { code, stdout } = await brushfield(
      [
        'segment',
        tiny.project,
        '--input',
        input,
        '--output',
        output,
        '--threads',
        '1',
        '--device',
        'cpu',
        '--json',
      ],
      {
        onOutput: (child, printed) => {
          if (asked || !printed.includes('of 60 files')) return;
          asked = true;
          child.kill('SIGINT');
        },
      },
    );
    expect(code).toBe(130);
    const { done } = JSON.parse(stdout) as { done: number };
    expect(done).toBeLessThan(60);
    const states = manifestOf(output).files.map(({ state }) => state);
    expect(states.filter((state) => state === 'done')).toHaveLength(done);
    expect(Object.keys(masksOf(output))).toHaveLength(done);
  });
});
