/** Training by the command line: what it prints, how it stops, and that it goes on exactly. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src-main/core/projects.js';
import type { Passport } from '../../src-main/core/passport.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns, type RunRow } from '../../src-main/store/runs.js';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, type Finished } from './built-cli.js';
import { projectContentsOf } from './project-contents.js';
import { suiteFolder } from './suite-folder.js';
import { QUICK, tinyProject, writeDisc, type TinyProject } from './tiny-project.js';

const folder = suiteFolder();
let tiny: TinyProject;

beforeAll(async () => {
  tiny = await tinyProject(folder);
});

const train = (...args: string[]) => brushfield(['train', tiny.project, ...QUICK, ...args]);

const linesOf = ({ stdout }: Finished) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** What the project knows about its runs, oldest first, with the loss of every step. */
function runs(): (RunRow & { losses: [number, number | null][]; epochs: number[] })[] {
  const project = openProject(tiny.project);
  try {
    return listRuns(project.store).map((run) => {
      const { steps, epochs } = metricsOf(project.store, run.id);
      return {
        ...run,
        losses: steps.map(({ step, loss }) => [step, loss]),
        epochs: epochs.map(({ epoch }) => epoch),
      };
    });
  } finally {
    project.close();
  }
}

const lastRun = () => runs().at(-1)!;

describe('train', () => {
  it('prints one line of JSON an epoch and then the result, and keeps curves and passport', async () => {
    const finished = await train('--steps', '10', '--json');
    expect(finished.code).toBe(0);
    const lines = linesOf(finished);
    expect(lines.map(({ kind }) => kind)).toEqual(['epoch', 'epoch', 'result']);
    expect(lines[2]).toMatchObject({ reason: 'budget', step: 10 });

    const run = lastRun();
    expect(run.state).toBe('finished');
    expect(run.losses.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const passport = JSON.parse(
      readFileSync(join(tiny.project, run.folder, 'passport.json'), 'utf8'),
    ) as Passport;
    expect(passport.images.map(({ split }) => split)).toEqual(['train', 'train', 'train', 'val']);
    const range = [expect.any(Number), expect.any(Number)];
    expect(passport.seen).toEqual({
      ...{ channels: [1], types: ['uint8'], pixelSizeUm: null },
      brightness: { mean: range, deviation: range },
    });
    expect(passport.curve.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(passport.scores?.classes.map(({ name }) => name)).toEqual(['ground', 'disc']);
    expect(passport.settings).toMatchObject({ size: 32, batch: 2, steps: 10 });
  });

  it('shows people a line an epoch on stderr and scores by class on stdout', async () => {
    const { code, stdout, stderr } = await train('--steps', '5');
    expect(code).toBe(0);
    expect(stderr).toMatch(/epoch {2} +step {2} +loss {2}held-out/);
    expect(stderr).not.toMatch(/\r|\x1b/);
    expect(stdout).toMatch(/Class +Dice +IoU/);
    expect(stdout).toMatch(/^disc +[01]\.\d{3}/m);
    expect(stdout).toMatch(/Next: brushfield segment/);
  });

  it('goes on operation by operation where the step cannot be one graph, and says so once', async () => {
    const preload = pathToFileURL(join(import.meta.dirname, '../refuse-in-graphs.mjs')).href;
    const refused = 'SparseSoftmaxCrossEntropyWithLogits';
    const env = { NODE_OPTIONS: `--import=${preload}`, BRUSHFIELD_TEST_REFUSED: refused };
    const { code, stderr } = await brushfield(['train', tiny.project, ...QUICK, '--steps', '10'], { env });
    expect(code).toBe(0);
    const said = stderr.split('\n').filter((line) => line.includes('cannot run as one graph'));
    expect(said).toEqual([
      `Each step takes longer than it could, for it cannot run as one graph: TensorFlow refuses ${refused} (Op type not registered '${refused}').`,
    ]);
    expect(lastRun().losses).toHaveLength(10);
    expect(lastRun().losses.every(([, loss]) => loss !== null && loss > 0 && loss < 5)).toBe(true);
  });

  it('starts from the weights of another run and says what was loaded', async () => {
    const { name } = lastRun();
    const { code, stderr } = await train('--steps', '5', '--from', name);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Pretrained weights: \d\d loaded, 0 skipped/);
    const passport = JSON.parse(
      readFileSync(join(tiny.project, lastRun().folder, 'passport.json'), 'utf8'),
    ) as Passport;
    expect(passport.pretrained?.source).toBe(name);
  });

  it('killed with its engine and resumed, it repeats the uninterrupted run step by step', async () => {
    await train('--steps', '30');
    const whole = lastRun();

    const killed = await brushfield(['train', tiny.project, ...QUICK, '--steps', '30'], {
      // After the second epoch's line, somewhere in the third.
      onOutput: (child, printed) => void (/^ +2 +10 /m.test(printed) && child.kill('SIGKILL')),
    });
    expect(killed.signal).toBe('SIGKILL');
    const cut = lastRun();
    expect(cut.state).toBe('running');

    const { code } = await brushfield(['train', tiny.project, '--resume', 'last', '--json']);
    expect(code).toBe(0);
    const resumed = lastRun();
    expect(resumed.name).toBe(cut.name);
    expect(resumed.state).toBe('finished');
    expect(resumed.losses).toEqual(whole.losses);
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.bestScore).toBe(whole.bestScore);
  });

  it('whose engine dies says how in one sentence, and is a failed run that can be resumed', async () => {
    let killed = false;
    const { code, stderr } = await brushfield(['train', tiny.project, ...QUICK, '--steps', '5000'], {
      onOutput: (_, printed) => {
        const folderOfRun = join(tiny.project, 'models', /Training (\S+)/.exec(printed)?.[1] ?? '-');
        // The first epoch's checkpoint is whole when the second one ends.
        if (killed || !/^ +2 +\d+ /m.test(printed)) return;
        killed = true;
        const [, engine] = readFileSync(join(folderOfRun, 'training.pid'), 'utf8').split('\n');
        process.kill(Number(engine), 'SIGKILL');
      },
    });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /engine ended unexpectedly by signal SIGKILL.*log is /,
    );
    expect(lastRun()).toMatchObject({ state: 'failed', result: { resumable: true } });
    const { name } = lastRun();
    const resumed = await brushfield(['train', tiny.project, '--resume', name, '--steps', '1']);
    expect(resumed.code).toBe(0);
  });

  it('resumed with a larger budget, a finished run goes on', async () => {
    await train('--steps', '10');
    const { name } = lastRun();
    const { code, stdout } = await brushfield([
      'train',
      tiny.project,
      '--resume',
      name,
      '--steps',
      '15',
      '--json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({ run: name, step: 15 });
    expect(lastRun().losses).toHaveLength(15);

    const refused = await brushfield(['train', tiny.project, '--resume', name, '--batch', '4']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/batch cannot change when a run is resumed/);
  });

  it('stops after Ctrl+C between two steps, keeps what it learned and exits with 130', async () => {
    let asked = false;
    const { code, stderr, stdout } = await brushfield(['train', tiny.project, ...QUICK, '--steps', '5000'], {
      onOutput: (child, printed) => {
        if (asked || !/^ +1 +\d+ /m.test(printed)) return;
        asked = true;
        child.kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/Stopping after the current step/);
    expect(stdout).toMatch(/--resume/);
    const run = lastRun();
    expect(run.state).toBe('stopped');
    for (const file of ['best.safetensors', 'last.safetensors', 'passport.json'])
      expect(existsSync(join(tiny.project, run.folder, file))).toBe(true);
  });

  it('an image that is not the one that was labelled is refused before anything changes', async () => {
    const other = await tinyProject(temporaryFolder(), 2);
    writeDisc({ images: other.images, labels: temporaryFolder() }, 7);
    renameSync(join(other.images, 'disc7.png'), join(other.images, 'disc0.png'));
    const before = projectContentsOf(other.project);
    const { code, stderr } = await brushfield(['train', other.project, ...QUICK, '--steps', '2']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/disc0\.png has changed since it was imported/);
    expect(projectContentsOf(other.project)).toEqual(before);
  });

  it('holds an image out where none is, and says so', async () => {
    const other = await tinyProject(temporaryFolder(), 3);
    await brushfield(['split', other.project, '--val', '0']);
    const { code, stderr } = await brushfield(['train', other.project, ...QUICK, '--steps', '2']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/No image was held out, so now these are: disc\d\.png/);
  });

  it('trains on a single image without scores, and says so', async () => {
    const folderOfOne = temporaryFolder();
    const one = await tinyProject(folderOfOne, 1);
    await brushfield(['split', one.project, '--val', '0']);
    const { code, stderr, stdout } = await brushfield(['train', one.project, ...QUICK, '--steps', '2']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/No image is held out, so no score can be given/);
    expect(stdout).not.toMatch(/Dice/);
    const output = join(folderOfOne, 'out');
    const segmented = await brushfield(['segment', one.project, '--input', one.images, '--output', output]);
    expect(segmented.code).toBe(0);
  });

  it('info lists the runs and marks the best', async () => {
    const { stdout } = await brushfield(['info', tiny.project]);
    expect(stdout.match(/unet-quick +finished/g)?.length).toBeGreaterThan(3);
    expect(stdout.match(/best$/gm)).toHaveLength(1);
  });
});
