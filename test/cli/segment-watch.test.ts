/** A folder that is watched by the real command: files that grow, change, come while it computes, and a kill. */
import {
  copyFileSync,
  existsSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, contentsOf, type Finished } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder, 6);
  await succeed('train', tiny.project, ...QUICK, '--steps', '40', '--quiet');
});

const args = (input: string, output: string, ...more: string[]) => [
  ...['segment', tiny.project, '--input', input, '--output', output, '--measure'],
  ...['--threads', '1', '--device', 'cpu', ...more],
];
const disc = (n: number) => join(tiny.images, `disc${n}.png`);
const WATCH = ['--watch', '--settle', '0.3'];

/** The command while it runs. */
class Watch {
  printed = '';
  readonly finished: Promise<Finished>;
  private child!: ChildProcess;

  constructor(
    private readonly output: string,
    given: readonly string[],
  ) {
    this.finished = brushfield(given, {
      onStart: (child) => (this.child = child),
      onOutput: (_, printed) => (this.printed = printed),
    });
  }

  async until(what: () => boolean): Promise<void> {
    for (const since = Date.now(); !what(); await setTimeout(50))
      if (Date.now() - since > 90_000) throw new Error(`did not come; printed:\n${this.printed}`);
  }

  /** All that is there is done, so many files since the start. */
  idle(done: number): Promise<void> {
    return this.until(() => this.printed.includes(`${done} file${done === 1 ? '' : 's'} done; waiting`));
  }

  mask(name: string): string {
    return join(this.output, `${name}_mask.png`);
  }

  kill(signal: 'SIGINT' | 'SIGKILL'): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }
}

const manifestOf = (output: string) =>
  JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;

/** Without the manifest, whose timings differ, and what a kill left half-written, which goes after an hour. */
const resultsOf = (output: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(contentsOf(output)).filter(
      ([name]) => name !== 'manifest.json' && !/^\.brushfield-.*\.tmp$/.test(name),
    ),
  );

it('segments what comes once it is whole, and ends with what one run makes of the folder', async () => {
  const input = temporaryFolder();
  // Results within the watched folder are not taken for images.
  const output = join(input, 'out');
  const watch = new Watch(output, args(input, output, '--recursive', ...WATCH));
  await watch.idle(0);
  copyFileSync(disc(0), join(input, 'b.png'));
  await watch.idle(1);
  // The tables and the manifest are there while it waits.
  expect(readFileSync(join(output, 'measurements.csv'), 'utf8')).toMatch(/\nb\.png,/);
  expect(manifestOf(output).files.map(({ input: name, state }) => `${name} ${state}`)).toEqual([
    'b.png done',
  ]);

  // One that is written slowly, in pieces that come faster than it settles.
  const bytes = readFileSync(disc(1));
  const file = openSync(join(input, 'a.png'), 'w');
  for (let n = 0; n < 10; n++) {
    writeSync(
      file,
      bytes.subarray(Math.floor((n * bytes.length) / 10), Math.floor(((n + 1) * bytes.length) / 10)),
    );
    await setTimeout(60);
  }
  closeSync(file);
  writeFileSync(join(input, 'broken.png'), 'no picture');
  await watch.idle(3);
  expect(watch.printed).not.toMatch(/a\.png was not segmented/);
  expect(watch.printed).toMatch(/broken\.png was not segmented/);

  // What was broken is replaced, what was done changes, and a name is taken already.
  copyFileSync(disc(2), join(input, 'broken.png'));
  copyFileSync(disc(3), join(input, 'b.png'));
  copyFileSync(disc(4), join(input, 'a.bmp'));
  await watch.until(() => existsSync(watch.mask('broken')) && existsSync(watch.mask('a_bmp')));
  await watch.idle(6);
  const { code, stdout } = await watch.kill('SIGINT');
  expect(code).toBe(0);
  expect(stdout).toMatch(/4 files segmented/);
  expect(manifestOf(output).files.map(({ name }) => name)).toEqual(['a_bmp', 'a', 'b', 'broken']);

  rmSync(join(input, 'a.bmp'));
  const once = join(temporaryFolder(), 'once');
  await succeed(...args(input, once));
  const watched = resultsOf(output);
  const undisturbed = resultsOf(once);
  for (const name of ['a_mask.png', 'b_mask.png', 'broken_mask.png'])
    expect(watched[name]).toBe(undisturbed[name]);
  const rows = (path: string) =>
    readFileSync(join(path, 'measurements.csv'), 'utf8')
      .split('\r\n')
      .filter((line) => !line.startsWith('a.bmp'));
  expect(rows(output)).toEqual(rows(once));
});

it('goes on after a kill -9 with --resume, and takes only what is left', async () => {
  const input = temporaryFolder();
  const output = join(temporaryFolder(), 'out');
  for (const n of [0, 1]) copyFileSync(disc(n), join(input, `${n}.png`));
  const first = new Watch(output, args(input, output, ...WATCH));
  await first.idle(2);
  copyFileSync(disc(2), join(input, '2.png'));
  await first.until(() => existsSync(first.mask('2')));
  await first.kill('SIGKILL');
  const before = readFileSync(first.mask('0'));
  copyFileSync(disc(3), join(input, '3.png'));
  const second = new Watch(output, args(input, output, '--resume', ...WATCH));
  await second.until(() => existsSync(second.mask('3')));
  // The mask of 2 may have come before the manifest said so.
  await second.until(() => /[12] files? done; waiting/.test(second.printed));
  expect((await second.kill('SIGINT')).code).toBe(0);
  expect(readFileSync(first.mask('0')).equals(before)).toBe(true);
  const once = join(temporaryFolder(), 'once');
  await succeed(...args(input, once));
  expect(resultsOf(output)).toEqual(resultsOf(once));
});

it('ends with a sentence when the folder for the results goes away, and goes on when it is back', async () => {
  const input = temporaryFolder();
  const output = join(temporaryFolder(), 'out');
  copyFileSync(disc(0), join(input, '0.png'));
  const watch = new Watch(output, args(input, output, ...WATCH));
  await watch.idle(1);
  renameSync(output, `${output}-away`);
  writeFileSync(output, 'no folder');
  copyFileSync(disc(1), join(input, '1.png'));
  const { code, stderr } = await watch.finished;
  expect(code).toBe(1);
  expect(stderr).toMatch(/could not be written in/);
  rmSync(output);
  renameSync(`${output}-away`, output);
  await succeed(...args(input, output, '--resume'));
  const once = join(temporaryFolder(), 'once');
  await succeed(...args(input, once));
  expect(resultsOf(output)).toEqual(resultsOf(once));
});

it('does not replace what another program wrote, and refuses what cannot be watched', async () => {
  const input = temporaryFolder();
  const output = temporaryFolder();
  const watch = new Watch(output, args(input, output, ...WATCH));
  await watch.idle(0);
  writeFileSync(join(output, 'x_mask.png'), 'mine');
  copyFileSync(disc(0), join(input, 'x.png'));
  await watch.idle(1);
  // Nor do two write into one folder at a time.
  const second = await brushfield(args(input, output, '--resume'));
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(/Process \d+ writes results into /);
  const { code, stderr } = await watch.kill('SIGINT');
  expect(stderr).toMatch(/x_mask\.png is there already/);
  expect(code).toBe(1);
  expect(readFileSync(join(output, 'x_mask.png'), 'utf8')).toBe('mine');
  for (const [more, words] of [
    [[disc(0)], /Only a folder can be watched/],
    [[input, '--shard', '1/2'], /part of a folder cannot be watched/],
  ] as const) {
    const [from, ...options] = more;
    const refused = await brushfield(args(from, join(temporaryFolder(), 'out'), '--watch', ...options));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(words);
  }
  const alone = await brushfield(args(input, join(temporaryFolder(), 'out'), '--settle', '3'));
  expect(alone.code).toBe(2);
  expect(alone.stderr).toMatch(/add --watch/);
});
