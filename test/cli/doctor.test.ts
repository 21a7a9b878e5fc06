/** A project that is damaged, write-protected or open elsewhere, as the command line meets it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src-main/core/projects.js';
import { backupStore } from '../../src-main/store/backup.js';
import { listBackups } from '../../src-main/store/backup-files.js';
import { listImages } from '../../src-main/store/images.js';
import { DATABASE_FILE } from '../../src-main/store/open.js';
import { cutOff, tamper } from '../core/damaged-project.js';
import { isRoot } from '../store/child-process.js';
import { brushfield, brushfieldAs, contentsOf, type Finished } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;

beforeAll(async () => {
  // Somebody else must be able to enter it.
  chmodSync(folder, 0o755);
  tiny = await tinyProject(folder);
  const project = openProject(tiny.project);
  await backupStore(project.store);
  project.close();
});

describe('doctor PROJECT', () => {
  it('says that a whole project is whole, with 0', async () => {
    const before = contentsOf(tiny.project);
    const { code, stdout } = await brushfield(['doctor', tiny.project]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/No problem found: 4 images, 4 label tiles, .* were read and agree\./);
    expect(stdout).toContain('1 backup, the newest of ');
    expect(contentsOf(tiny.project)).toEqual(before);
  });

  it('tells problems with 1, mends them with --repair and 0, and says it as JSON, too', async () => {
    tamper(tiny.project, `update layer set pixels_by_value = '[1]' where id = 2`);
    const found = await brushfield(['doctor', tiny.project]);
    expect(found.code).toBe(1);
    expect(found.stdout).toContain('The labelled pixels of disc1.png are counted wrongly.');
    expect(found.stdout).toContain(`Next: brushfield doctor ${tiny.project} --repair`);
    const mended = await brushfield(['doctor', tiny.project, '--repair', '--json']);
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.stdout)).toMatchObject({
      ok: true,
      left: [],
      mended: [expect.any(String), expect.any(String)].slice(0, 1),
    });
    expect((await brushfield(['doctor', tiny.project])).code).toBe(0);
  });

  it('is what every command names when the project is cut off, with the newest backup', async () => {
    const [backup] = listBackups(tiny.project);
    cutOff(tiny.project, 0.5);
    for (const command of [['info'], ['evaluate'], ['split']]) {
      const { code, stderr } = await brushfield([...command, tiny.project]);
      expect(code).toBe(1);
      expect(stderr).toContain(`"brushfield doctor ${tiny.project} --repair"`);
      expect(stderr).toContain(backup!.path);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
    const { code, stdout } = await brushfield(['doctor', tiny.project, '--repair']);
    expect(`${code} ${stdout}`).toMatch(/^0 /);
    expect(stdout).toMatch(/The file as it was is kept as .*project\.damaged-\d{8}-\d{6}.*\.sqlite\./);
    const project = openProject(tiny.project);
    expect(listImages(project.store)).toHaveLength(4);
    project.close();
  });

  it('--repair without a project is wrong use', async () => {
    const { code, stderr } = await brushfield(['doctor', '--repair']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('say which')]);
  });
});

describe('a project that is open elsewhere', () => {
  it('is read by commands that read, and refused in a sentence by those that write unless they take over', async () => {
    const project = openProject(tiny.project, { as: 'Brushfield' });
    expect((await brushfield(['info', tiny.project])).code).toBe(0);
    const refused = await brushfield(['split', tiny.project]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /open in Brushfield \(process \d+, since .*\); close it there, or run the command again with --take-over\./,
    );
    expect(project.store.access).toBe('write');
    expect((await brushfield(['split', tiny.project, '--take-over'])).code).toBe(0);
    expect(() => project.store.sql('update image set split = null').run()).toThrow('was taken over by');
    project.close();
    expect((await brushfield(['split', tiny.project])).code).toBe(0);
  });
});

describe('a project that cannot be written', () => {
  const WRITING = () => [
    ['import', tiny.project, tiny.images],
    ['split', tiny.project],
    ['train', tiny.project, ...QUICK],
  ];

  it('for lack of permission is read, and commands that write refuse before any work', async () => {
    await succeed('train', tiny.project, ...QUICK, '--steps', '5');
    const names = readdirSync(tiny.project, { recursive: true, encoding: 'utf8' });
    const setMode = (file: number, ofFolder: number) => {
      for (const path of ['.', ...names].map((name) => join(tiny.project, name)))
        chmodSync(path, statSync(path).isDirectory() ? ofFolder : file);
    };
    setMode(0o444, 0o555);
    const before = contentsOf(tiny.project);
    const scratch = join(folder, 'scratch');
    const env = { HOME: scratch, XDG_DATA_HOME: scratch, XDG_STATE_HOME: scratch };
    const asGuest = (args: string[]) => brushfieldAs(isRoot ? 65534 : null, args, { env, writable: scratch });
    for (const args of [
      ['info', tiny.project],
      ['doctor', tiny.project],
    ])
      expect(outcome(await asGuest(args))).toBe('0');
    for (const args of WRITING())
      expect(outcome(await asGuest(args))).toMatch(
        /^1 .* cannot be written, because the file project\.sqlite is write-protected; nothing was done\.$/,
      );
    expect(contentsOf(tiny.project)).toEqual(before);
    setMode(0o644, 0o755);
  });

  it('because its disk is read-only scores and segments all the same', async ({ skip }) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const mounted =
      spawnSync('mount', ['--bind', folder, disk]).status === 0 &&
      spawnSync('mount', ['-o', 'remount,bind,ro', disk]).status === 0;
    if (!mounted) {
      process.stderr.write('Skipped: nothing may be mounted here, so no read-only disk was tried.\n');
      return skip();
    }
    try {
      const project = join(disk, 'discs.brushfield');
      const cpu = ['--device', 'cpu', '--threads', '1'];
      const output = join(folder, 'results');
      for (const args of [
        ['info', project],
        ['evaluate', project, ...cpu],
        ['export', project, '--format', 'keras-h5', '--output', join(folder, 'model.h5')],
        ['segment', project, '--input', tiny.images, '--output', output, ...cpu],
      ])
        expect(outcome(await brushfield(args))).toBe('0');
      expect(readdirSync(output).length).toBeGreaterThan(4);
      for (const args of WRITING())
        expect(outcome(await brushfield([args[0]!, project, ...args.slice(2)]))).toMatch(
          /^1 .* cannot be written, because the disk is read-only; nothing was done\.$/,
        );
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

/** `0`, or the exit code with the sentence that was told. */
const outcome = ({ code, stderr }: Finished): string => (code === 0 ? '0' : `${code} ${stderr.trim()}`);

it('a project whose file is gone but whose backup is there is brought back', async () => {
  const file = join(tiny.project, DATABASE_FILE);
  chmodSync(file, 0o644);
  const whole = readFileSync(file);
  writeFileSync(file, '');
  expect((await brushfield(['info', tiny.project])).stderr).toContain('--repair');
  const { code } = await brushfield(['doctor', tiny.project, '--repair']);
  expect(code).toBe(0);
  rmSync(file);
  writeFileSync(`${file}.whole`, whole);
  renameSync(`${file}.whole`, file);
  expect((await brushfield(['doctor', tiny.project])).code).toBe(0);
});
