/** What goes wrong around import, train and segment: one sentence, the right exit code, and nothing half done. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { openProject } from '../../src-main/core/projects.js';
import { decodeLabelImage } from '../../src-main/pixels/decode.js';
import { encodeGreyPng } from '../../src-main/pixels/png.js';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { tamper } from '../core/damaged-project.js';
import { encodeFloatTiff } from '../engine/float-tiff.js';
import { isRoot } from '../store/child-process.js';
import { brushfield, brushfieldAs, brushfieldUnder, contentsOf, type Finished } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, SIDE_PX, succeed, tinyProject, writeDisc, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
const CPU = ['--threads', '1', '--device', 'cpu'];
const MAP = ['--map', '0=ground,255=disc'];
let tiny: TinyProject;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  tiny = await tinyProject(folder);
  await succeed('train', tiny.project, ...QUICK, '--steps', '10', '--quiet');
});

/** `CODE LAST LINE OF STDERR`. */
const outcome = ({ code, stderr }: Finished) => `${code} ${stderr.trimEnd().split('\n').at(-1)}`;

/** No file may grow beyond this. */
const filesUpTo = (kilobytes: number) => ['bash', '-c', `ulimit -f ${kilobytes}; exec "$@"`, 'limited'];

const inNewFolder = (name: string) => {
  const made = join(folder, name);
  mkdirSync(made);
  return made;
};

const segmentArgs = (input: string, output: string, ...options: string[]) => [
  ...['segment', tiny.project, '--input', input, '--output', output],
  ...[...CPU, ...options],
];

async function expectWhole(folderOfProject: string): Promise<void> {
  const project = openProject(folderOfProject);
  expect((await checkIntegrity(project.store)).problems).toEqual([]);
  project.close();
}

/** Files that have a name of their own: not what a write left behind under a temporary one. */
const named = (where: string) => readdirSync(where).filter((name) => !name.startsWith('.'));

describe('a limit on the size of files', () => {
  it('ends an import that it meets, and the project is as it was', async () => {
    const here = inNewFolder('import-limit');
    const more = { images: join(here, 'images'), labels: join(here, 'labels') };
    for (let n = 0; n < 200; n++) writeDisc(more, n);
    const project = join(here, 'discs.brushfield');
    await succeed('new', project, '--classes', 'ground,disc');
    const args = ['import', project, more.images, '--labels', more.labels, ...MAP];
    const size = Math.ceil(readFileSync(join(project, 'project.sqlite')).length / 1024);
    const limited = await brushfieldUnder(filesUpTo(size + 40), args);
    expect(outcome(limited)).toMatch(/^1 .*(larger than|full|limit|space).*\.$/);
    await expectWhole(project);
    expect(JSON.parse(await succeed('info', project, '--json'))).toMatchObject({ images: { total: 0 } });
    await succeed(...args);
  });

  it('ends a training whose checkpoint it meets, which can be gone on with later', async () => {
    // The weights fit, the checkpoint with its moments does not.
    const train = ['train', tiny.project, ...QUICK, '--steps', '20'];
    const limited = await brushfieldUnder(filesUpTo(6000), train);
    expect(outcome(limited)).toMatch(
      /^1 "last\.safetensors" could not be written .* larger than is allowed here\.$/,
    );
    await expectWhole(tiny.project);
    const runs = named(join(tiny.project, 'models'));
    expect(named(join(tiny.project, 'models', runs.sort().at(-1)!))).not.toContain('last.safetensors');
    expect((await brushfield(train)).code).toBe(0);
  });

  it('ends a segmentation whose output it meets, and no half output has a name', async () => {
    const output = join(folder, 'limited-masks');
    const args = segmentArgs(tiny.images, output, '--probabilities');
    const limited = await brushfieldUnder(filesUpTo(24), args);
    expect(outcome(limited)).toMatch(
      /^1 "disc0_probabilities\.npy" could not be written .* larger than is allowed here\.$/,
    );
    expect(named(output).filter((name) => name.endsWith('.npy'))).toEqual([]);
    expect((await brushfield([...args, '--resume'])).code).toBe(0);
    expect(named(output).filter((name) => name.endsWith('.npy'))).toHaveLength(4);
  });
});

it('a disk that fills up ends import, training and segmentation with a sentence, and space lets them go on', async ({
  skip,
}) => {
  const disk = inNewFolder('disk');
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]).status !== 0) {
    process.stderr.write('Skipped: nothing may be mounted here, so no full disk was tried.\n');
    return skip();
  }
  try {
    const project = join(disk, 'discs.brushfield');
    await succeed('new', project, '--classes', 'ground,disc');
    const ballast = join(disk, 'ballast');
    const leave = (kilobytes: number) => {
      rmSync(ballast, { force: true });
      const free = Number(
        /(\d+)\s+\d+%/.exec(spawnSync('df', ['-k', disk], { encoding: 'utf8' }).stdout)![1],
      );
      writeFileSync(ballast, new Uint8Array(Math.max(0, free - kilobytes) * 1024));
    };
    const imports = ['import', project, tiny.images, '--labels', tiny.labels, ...MAP];
    leave(60);
    expect(outcome(await brushfield(imports))).toMatch(/^1 .*full.*\.$/);
    leave(1000);
    await expectWhole(project);
    await succeed(...imports);
    const train = ['train', project, ...QUICK, '--steps', '5'];
    leave(3000);
    expect(outcome(await brushfield(train))).toMatch(/^1 .*the disk is full; free some space.*\.$/);
    const output = join(disk, 'masks');
    const segment = segmentArgs(tiny.images, output, '--probabilities');
    leave(30);
    expect(outcome(await brushfield(segment))).toMatch(/^1 .*the disk is full; free some space.*\.$/);
    leave(1000);
    await expectWhole(project);
    expect((await brushfield([...segment, '--resume'])).code).toBe(0);
  } finally {
    spawnSync('umount', [disk]);
  }
});

it('an output folder that may not be written to is named before anything is computed', async () => {
  const output = inNewFolder('closed');
  chmodSync(output, 0o555);
  chmodSync(tiny.project, 0o755);
  const scratch = join(folder, 'scratch');
  const env = { HOME: scratch, XDG_DATA_HOME: scratch, XDG_STATE_HOME: scratch };
  const args = segmentArgs(tiny.images, output);
  const finished = await brushfieldAs(isRoot ? 65534 : null, args, { env, writable: scratch });
  expect(outcome(finished)).toMatch(
    /^1 "manifest\.json" could not be written .* you may not write there; .*\.$/,
  );
  expect(readdirSync(output)).toEqual([]);
});

it('an image that goes while others are segmented fails alone', async () => {
  const input = inNewFolder('going');
  for (let n = 0; n < 30; n++)
    copyFileSync(join(tiny.images, `disc${n % 4}.png`), join(input, `i${n + 10}.png`));
  const output = join(folder, 'gone-masks');
  const { code, stderr } = await brushfield(segmentArgs(input, output), {
    onOutput: (_, printed) => {
      if (printed.includes('of 30 files')) rmSync(join(input, 'i39.png'), { force: true });
    },
  });
  expect(code).toBe(3);
  expect(stderr).toMatch(/i39\.png was not segmented: .*\./);
  const { files } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  expect(files.filter(({ state }) => state === 'done')).toHaveLength(29);
});

describe('odd images', () => {
  it('of NaN are refused by name, those of one value and tiny ones are segmented', async () => {
    const input = inNewFolder('odd');
    writeFileSync(join(input, 'nan.tif'), encodeFloatTiff(20, 10, new Float32Array(200).fill(NaN)));
    const flat = (width: number, height: number, value: number) =>
      encodeGreyPng({ width, height, data: new Uint8Array(width * height).fill(value) });
    writeFileSync(join(input, 'flat.png'), flat(50, 40, 7));
    writeFileSync(join(input, 'black.png'), flat(50, 40, 0));
    writeFileSync(join(input, 'pixel.png'), flat(1, 1, 200));
    writeFileSync(join(input, 'line.png'), flat(33, 1, 200));
    const output = join(folder, 'odd-masks');
    const { code, stderr } = await brushfield(segmentArgs(input, output));
    expect(code).toBe(3);
    expect(stderr).toMatch(/nan\.tif was not segmented: .*no finite numbers \(NaN or infinity.*\./);
    for (const [name, width, height] of [
      ['flat', 50, 40],
      ['black', 50, 40],
      ['pixel', 1, 1],
      ['line', 33, 1],
    ] as const)
      expect(await decodeLabelImage(join(output, `${name}_mask.png`))).toMatchObject({ width, height });
  });

  it('of one value, or smaller than the crop, are trained on; one of NaN is named', async () => {
    const here = inNewFolder('odd-training');
    const project = join(here, 'odd.brushfield');
    const [images, labels] = [inNewFolder('odd-training/images'), inNewFolder('odd-training/labels')];
    const size = { width: 10, height: 7 };
    const halves = Uint8Array.from({ length: 70 }, (_, i) => (i % 10 < 5 ? 0 : 255));
    for (const name of ['flat', 'small', 'nan'])
      writeFileSync(join(labels, `${name}.png`), encodeGreyPng({ ...size, data: halves }));
    writeFileSync(join(images, 'flat.png'), encodeGreyPng({ ...size, data: new Uint8Array(70).fill(9) }));
    writeFileSync(join(images, 'small.png'), encodeGreyPng({ ...size, data: halves }));
    await succeed('new', project, '--classes', 'ground,disc');
    const imports = ['import', project, images, '--labels', labels, ...MAP, '--split', 'train'];
    await succeed(...imports);
    const train = ['train', project, ...QUICK, '--steps', '5', '--set', 'validation=0'];
    expect(outcome(await brushfield(train))).toMatch(/^0 /);
    writeFileSync(join(images, 'nan.tif'), encodeFloatTiff(10, 7, new Float32Array(70).fill(NaN)));
    await succeed(...imports);
    expect(outcome(await brushfield(train))).toMatch(
      /^1 The image nan\.tif has pixels that are no finite numbers .*\.$/,
    );
  });
});

describe('odd labels', () => {
  const withLabels = async (name: string, labels: Uint8Array) => {
    const here = inNewFolder(name);
    const project = join(here, 'p.brushfield');
    const into = { images: join(here, 'images'), labels: join(here, 'labels') };
    for (const n of [0, 1]) writeDisc(into, n);
    writeFileSync(join(into.labels, 'disc1.png'), labels);
    await succeed('new', project, '--classes', 'ground,disc');
    const imported = (...map: string[]) =>
      brushfield(['import', project, into.images, '--labels', into.labels, ...map]);
    return { project, imported, labels: into.labels };
  };
  const mask = (side: number, value: number) =>
    encodeGreyPng({ width: side, height: side, data: new Uint8Array(side * side).fill(value) });

  it('of another size are left out with the reason, and the rest is imported', async () => {
    const { imported } = await withLabels('size', mask(32, 255));
    expect(outcome(await imported(...MAP))).toMatch(
      /^3 Warning: disc1\.png: its labels were left out: .* 32 × 32 px and .* 64 × 64\.$/,
    );
  });

  it('of values without a class import nothing', async () => {
    const { imported, project } = await withLabels('values', mask(SIDE_PX, 77));
    expect(outcome(await imported(...MAP))).toMatch(/^1 .*77.*nothing was imported\.$/);
    expect(JSON.parse(await succeed('info', project, '--json'))).toMatchObject({ images: { total: 0 } });
  });

  it('without a labelled pixel cannot be trained on', async () => {
    const { imported, project, labels } = await withLabels('void', mask(SIDE_PX, 0));
    writeFileSync(join(labels, 'disc0.png'), mask(SIDE_PX, 0));
    expect((await imported('--map', '0=void,1=ground,2=disc')).code).toBe(0);
    expect(outcome(await brushfield(['train', project, ...QUICK]))).toMatch(
      /^1 No pixel of the 2 images is labelled.*\.$/,
    );
  });
});

describe('times that lie ahead', () => {
  it('of a clock that was set back confuse neither resuming nor the choice of the best run', async () => {
    const here = inNewFolder('clock');
    const other = await tinyProject(here);
    await succeed('train', other.project, ...QUICK, '--steps', '5', '--quiet');
    const ahead = new Date('2091-01-01T00:00:00Z');
    tamper(
      other.project,
      `update run set created_at = '${ahead.toISOString()}', ended_at = '${ahead.toISOString()}'`,
    );
    for (const name of readdirSync(other.images)) utimesSync(join(other.images, name), ahead, ahead);
    expect(outcome(await brushfield(['train', other.project, ...QUICK, '--steps', '5']))).toMatch(/^0 /);
    const last = JSON.parse(
      (await succeed('train', other.project, '--resume', 'last', '--steps', '10', '--json'))
        .trimEnd()
        .split('\n')
        .at(-1)!,
    ) as { run: string };
    const names = readdirSync(join(other.project, 'models')).sort();
    expect(last.run).toBe(names.at(-1));
    const output = join(here, 'masks');
    const args = ['segment', other.project, '--input', other.images, '--output', output, ...CPU];
    expect((await brushfield(args)).code).toBe(0);
    expect((await brushfield([...args, '--resume', '--json'])).stdout).toMatch(/"skipped":4/);
  });
});

it('a project of a newer version is refused by every command, untouched', async () => {
  const here = inNewFolder('newer');
  const other = await tinyProject(here, 1);
  tamper(other.project, 'pragma user_version = 999');
  const before = contentsOf(other.project);
  for (const args of [
    ['info', other.project],
    ['import', other.project, other.images],
    ['train', other.project, ...QUICK],
    ['segment', other.project, '--input', other.images, '--output', join(here, 'out')],
  ])
    expect(outcome(await brushfield(args))).toMatch(/^1 .*newer version.*\.$/);
  expect(contentsOf(other.project)).toEqual(before);
});
