/** The folder for the results of `segment`: wanted by two commands at once, and gone in the middle. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, contentsOf } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
const FILES = 40;
const input = join(folder, 'plate');
const whole = join(folder, 'whole');
let tiny: TinyProject;

const args = (output: string, ...options: string[]) => [
  ...['segment', tiny.project, '--input', input, '--output', output, '--recursive', '--measure'],
  ...['--threads', '1', '--device', 'cpu', ...options],
];

/** Without the manifest, which has times in it. */
const resultsOf = (output: string) =>
  Object.fromEntries(Object.entries(contentsOf(output)).filter(([name]) => name !== 'manifest.json'));

beforeAll(async () => {
  tiny = await tinyProject(folder, 4);
  await succeed('train', tiny.project, ...QUICK, '--steps', '10', '--quiet');
  mkdirSync(join(input, 'below'), { recursive: true });
  for (let n = 0; n < FILES; n++)
    copyFileSync(join(tiny.images, `disc${n % 4}.png`), join(input, n % 2 ? '.' : 'below', `i${n + 10}.png`));
  await succeed(...args(whole));
});

it('of two commands that begin at once one writes, the other says why it does not', async () => {
  const output = join(temporaryFolder(), 'out');
  const both = await Promise.all([brushfield(args(output)), brushfield(args(output))]);
  const [won, lost] = both.toSorted((a, b) => a.code! - b.code!);
  expect([won!.code, lost!.code]).toEqual([0, 1]);
  // The second sentence: where the other one had finished before this one looked.
  expect(lost!.stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /Process \d+ writes results into .*; wait|holds the results of an earlier run; add/,
    ),
  ]);
  expect(resultsOf(output)).toEqual(resultsOf(whole));
  const { files } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  expect(files.filter(({ state }) => state === 'done')).toHaveLength(FILES);
});

it('a folder that is deleted in the middle ends the run with a sentence, and is not made anew', async () => {
  const output = join(temporaryFolder(), 'out');
  let deleted = false;
  const { code, stderr } = await brushfield(args(output), {
    onOutput: (_, printed) => {
      if (deleted || !printed.includes(`of ${FILES} files`)) return;
      deleted = true;
      rmSync(output, { recursive: true, maxRetries: 9, retryDelay: 20 });
    },
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /could not be written in .*: the folder is no longer there, or not the same; .*\.$/m,
  );
  expect(existsSync(output)).toBe(false);
  expect(readdirSync(dirname(output))).toEqual([]);
  await succeed(...args(output, '--resume'));
  expect(resultsOf(output)).toEqual(resultsOf(whole));
});

it('an empty folder in its place, as where a disk was taken out, is left empty', async () => {
  const output = temporaryFolder();
  let deleted = false;
  const { code, stderr } = await brushfield(args(output), {
    onOutput: (_, printed) => {
      if (deleted || !printed.includes(`of ${FILES} files`)) return;
      deleted = true;
      for (const name of ['.manifest.json.lock', ...readdirSync(output)])
        rmSync(join(output, name), { recursive: true, force: true, maxRetries: 9, retryDelay: 20 });
    },
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/the folder is no longer there, or not the same;/);
  expect(existsSync(join(output, 'manifest.json'))).toBe(false);
});
