/** A project that is moved, removed or closed to writing while it trains: a sentence, the run marked, nothing made anew. */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isRoot } from '../store/child-process.js';
import { brushfieldUnder, type Finished } from './built-cli.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, succeed, tinyProject } from './tiny-project.js';

const folder = suiteFolder();
/** Root may write everything, unless this is taken from it. */
const WITH_PERMISSIONS = isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
const inNewFolder = (name: string) => {
  const made = join(folder, name);
  mkdirSync(made);
  return made;
};

/** Far more than is ever trained. */
const train = (project: string) => ['train', project, ...QUICK, '--steps', '100000', '--json'];
const lastLine = ({ stderr }: Finished) => stderr.trimEnd().split('\n').at(-1);
const runsOf = async (project: string) =>
  (JSON.parse(await succeed('info', project, '--json')) as { runs: { state: string }[] }).runs.map(
    ({ state }) => state,
  );

/** Trains the project and does something to it after the first epoch. */
async function meddling(
  project: string,
  meddle: () => void,
  prefix: readonly string[] = [],
): Promise<Finished> {
  let done = false;
  return brushfieldUnder(prefix, train(project), {
    onOutput: (_, printed) => {
      if (done || !printed.includes('"kind":"epoch"')) return;
      done = true;
      meddle();
    },
  });
}

it('moved, ends the training with where it was, and goes on from its last checkpoint where it is', async () => {
  const { project } = await tinyProject(inNewFolder('moved'));
  const moved = join(folder, 'elsewhere.brushfield');
  const finished = await meddling(project, () => renameSync(project, moved));
  expect(lastLine(finished)).toMatch(
    /could not be written: the folder .*discs\.brushfield\/models\/.* is no longer there; was it, or its project, moved, renamed or removed\?$/,
  );
  expect(finished.code).toBe(1);
  // Nothing was made anew under the old name.
  expect(existsSync(project)).toBe(false);
  expect(await runsOf(moved)).toEqual(['failed']);
  const run = readdirSync(join(moved, 'models'))[0]!;
  expect(readdirSync(join(moved, 'models', run)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  await succeed('train', moved, '--resume', 'last', '--steps', '1', '--json');
  expect(await runsOf(moved)).toEqual(['finished']);
});

it('removed, ends the training with a sentence, and stays removed', async () => {
  const { project } = await tinyProject(inNewFolder('removed'));
  const finished = await meddling(project, () => rmSync(project, { recursive: true, force: true }));
  expect(lastLine(finished)).toMatch(
    /is no longer there; was it, or its project, moved, renamed or removed\?$/,
  );
  expect(finished.code).toBe(1);
  expect(existsSync(project)).toBe(false);
});

it('with models that may not be written to, refuses to train, and records no run', async () => {
  const { project } = await tinyProject(inNewFolder('closed'));
  const models = join(project, 'models');
  mkdirSync(models, { recursive: true });
  chmodSync(models, 0o555);
  const finished = await brushfieldUnder(WITH_PERMISSIONS, train(project));
  expect(lastLine(finished)).toMatch(/could not be written in .*models: you may not write there; .*\.$/);
  expect(finished.code).toBe(1);
  expect(readdirSync(models)).toEqual([]);
  expect(await runsOf(project)).toEqual([]);
});

it('whose run may not be written to any more, ends the training and keeps what it had', async () => {
  const { project } = await tinyProject(inNewFolder('closing'));
  const runFolder = () => join(project, 'models', readdirSync(join(project, 'models'))[0]!);
  const finished = await meddling(project, () => chmodSync(runFolder(), 0o555), WITH_PERMISSIONS);
  expect(lastLine(finished)).toMatch(/could not be written in .*models\/.*: you may not write there; .*\.$/);
  expect(finished.code).toBe(1);
  expect(await runsOf(project)).toEqual(['failed']);
  chmodSync(runFolder(), 0o755);
  await succeed('train', project, '--resume', 'last', '--steps', '1', '--json');
  expect(await runsOf(project)).toEqual(['finished']);
});
