/** The scripts in examples/ under a real Slurm of one node. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brushfield } from '../cli/built-cli.js';
import { runResults } from '../cli/run-results.js';
import { suiteFolder } from '../cli/suite-folder.js';
import { QUICK, succeed, tinyProject, writeDisc } from '../cli/tiny-project.js';
import { missingPrograms, startSlurm, type SlurmNode } from './slurm-node.js';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = suiteFolder();
const [images, whole, results] = ['images of a plate', 'whole', 'in parts'].map((name) => join(folder, name));
const cluster = mkdtempSync(join(tmpdir(), 'slurm-'));
let slurm: SlurmNode | null = null;
let project: string;

beforeAll(async () => {
  const missing = missingPrograms();
  if (missing.length) {
    process.stderr.write(`SKIPPED for want of ${missing.join(', ')} (Debian: apt install slurm-wlm).\n`);
    return;
  }
  ({ project } = await tinyProject(folder));
  await succeed('train', project, ...QUICK, '--steps', '30', '--quiet');
  for (let n = 0; n < 12; n++) writeDisc({ images: images!, labels: join(folder, 'truth') }, n);
  writeFileSync(join(images!, 'broken.png'), 'no picture');
  mkdirSync(join(folder, 'work'));
  slurm = await startSlurm(cluster);
});

afterAll(async () => {
  await slurm?.stop();
  rmSync(cluster, { recursive: true, force: true });
});

async function submit(): Promise<void> {
  const program = join(folder, 'brushfield');
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'out', 'main', 'cli.js')}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const options = { cwd: join(folder, 'work'), env: { ...slurm!.env, BRUSHFIELD: program } };
  const run = promisify(execFile);
  const script = join(ROOT, 'examples', 'slurm', 'submit.sh');
  const { stdout } = await run(script, [project, images!, results!, '4', '--cpus-per-task=1'], options);
  expect(stdout).toMatch(/^Parts: job \d+, merge: job \d+\n$/);
  for (;;) {
    const { stdout: jobs } = await run('squeue', ['-h', '-t', 'PENDING,RUNNING,COMPLETING'], options);
    if (!jobs.trim()) return;
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

it('a job array of four and the merge after it give the bytes of one run, also when submitted again', async ({
  skip,
}) => {
  if (!slurm) return skip();
  const one = ['segment', project, '--input', images!, '--output', whole!, '--measure', '--recursive'];
  const { code } = await brushfield([...one, '--threads', '1', '--device', 'cpu']);
  expect(code).toBe(3);
  await submit();
  expect(runResults(results!)).toEqual(runResults(whole!));
  rmSync(join(results!, 'disc7_mask.png'));
  await submit();
  expect(runResults(results!)).toEqual(runResults(whole!));
});
