/** Kills importing, training and segmenting commands or their engines at random moments and looks at what is left. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Manifest } from '../../src-main/core/manifest.js';
import { openProject } from '../../src-main/core/projects.js';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { randomFor, type Random } from '../../src-main/shared/random.js';
import { decodeSafetensors } from '../../src-main/shared/safetensors.js';
import { listImages } from '../../src-main/store/images.js';
import { checkIntegrity } from '../../src-main/store/integrity.js';
import { labelCounts } from '../../src-main/store/masks.js';
import { metricsOf } from '../../src-main/store/metrics.js';
import { listRuns } from '../../src-main/store/runs.js';
import { brushfield } from './built-cli.js';
import { QUICK, succeed, tinyProject, writeDisc, type TinyProject } from './tiny-project.js';

const ENTRY = resolve(import.meta.dirname, '../../out/main/cli.js');
const IMPORTED = 24;
const SEGMENTED = 24;
const CPU = ['--threads', '1', '--device', 'cpu'];

interface Workplace extends TinyProject {
  folder: string;
  /** Pictures that are segmented, and imported with their labels. */
  more: TinyProject;
  random: Random;
}

type Victim = 'core' | 'engine';

/** What is killed, in turn: importing has no engine. */
const KINDS = [
  { what: importAndKill, victim: 'core' },
  { what: trainAndKill, victim: 'core' },
  { what: segmentAndKill, victim: 'core' },
  { what: trainAndKill, victim: 'engine' },
  { what: segmentAndKill, victim: 'engine' },
] as const;

/**
 * After each kill: the project opens and is whole, what was told as done is done, what lies under a final name is
 * whole, and the work goes on to its end.
 */
export async function survivesCommandKills(folder: string, kills: number, seed: number): Promise<void> {
  const tiny = await tinyProject(folder);
  const more = { ...tiny, images: join(folder, 'more'), labels: join(folder, 'more-labels') };
  for (let n = 0; n < Math.max(IMPORTED, SEGMENTED); n++) writeDisc(more, n);
  await succeed('train', tiny.project, ...QUICK, '--steps', '5', '--quiet');
  const random = randomFor(seed, kills);
  for (let kill = 0; kill < kills; kill++) {
    const { what, victim } = KINDS[kill % KINDS.length]!;
    await what({ ...tiny, folder, more, random }, victim);
    await expectWholeProject(tiny.project);
  }
}

async function importAndKill({ folder, more, random }: Workplace): Promise<void> {
  const project = join(folder, 'imported.brushfield');
  rmSync(project, { recursive: true, force: true });
  await succeed('new', project, '--classes', 'ground,disc');
  const args = ['import', project, more.images, '--labels', more.labels, '--map', '0=ground,255=disc'];
  // Reading takes most of it, and the transaction comes at the end.
  const { lines } = await startAndKill(args, { victim: 'core', lines: 0, delayMs: random.uniform(150, 900) });
  const opened = openProject(project);
  const [images, labelled] = [listImages(opened.store).length, labelCounts(opened.store).size];
  opened.close();
  expect([0, IMPORTED]).toContain(images);
  expect(labelled).toBe(images);
  if (lines.length) expect(images).toBe(IMPORTED);
  await expectWholeProject(project);
  await succeed(...args);
  await expectWholeProject(project);
}

async function trainAndKill({ project, random }: Workplace, victim: Victim): Promise<void> {
  const before = runsOf(project).length;
  // Steps without a line are as likely as the moments around an epoch's end.
  const { lines } = await startAndKill(['train', project, ...QUICK, '--steps', '20'], {
    victim,
    lines: random.integer(4),
    delayMs: random.uniform(0, 400),
  });
  const told = epochsIn(lines);
  const run = runsOf(project)[before];
  if (!run) return expect(told).toEqual([]);
  const checkpoint = join(project, run.folder, 'last.safetensors');
  // An epoch is told before its checkpoint is written: the one before it is safe, and the last is repeated exactly.
  if (told.length > 1) expect(stepOf(checkpoint)).toBeGreaterThanOrEqual(told.at(-2)!.step);
  await expectWholeRun(join(project, run.folder));
  const resumed = await brushfield(['train', project, '--resume', 'last', '--steps', '20', '--json']);
  if (!existsSync(checkpoint)) {
    // Killed before its first: nothing was learned that could be lost, and it says so.
    expect(told.length).toBeLessThanOrEqual(1);
    expect(resumed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no checkpoint to go on from') as string,
    });
    return;
  }
  expect(`${resumed.code} ${resumed.code ? resumed.stderr : ''}`).toBe('0 ');
  const { losses, state } = runsOf(project)[before]!;
  expect(state).toBe('finished');
  expect(losses).toHaveLength(20 / 5);
  for (const { epoch, loss } of told) expect(losses[epoch - 1]).toBe(loss);
}

async function segmentAndKill({ folder, project, more, random }: Workplace, victim: Victim): Promise<void> {
  const output = join(folder, 'masks');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  const args = ['segment', project, '--input', more.images, '--output', output, ...CPU];
  const { progress, code } = await startAndKill(args, {
    victim,
    lines: random.integer(8),
    delayMs: random.uniform(0, 150),
  });
  const masks = () => readdirSync(output).filter((name) => name.endsWith('_mask.png'));
  const told = Math.max(0, ...progress.map((line) => Number(/^(\d+) of \d+ files/.exec(line)?.[1] ?? 0)));
  // An engine that was killed costs one image at most, which is told as failed and counted among those that are over.
  expect(masks().length).toBeGreaterThanOrEqual(told - (victim === 'engine' ? 1 : 0));
  if (victim === 'engine') expect([0, 1, 3]).toContain(code);
  for (const name of masks()) expect(await decodeImage(join(output, name))).toMatchObject({ width: 64 });
  const resumed = await brushfield([...args, '--resume', '--json']);
  expect(`${resumed.code} ${resumed.code ? resumed.stderr : ''}`).toBe('0 ');
  expect(masks()).toHaveLength(SEGMENTED);
  const { files } = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8')) as Manifest;
  expect(files.every(({ state }) => state === 'done')).toBe(true);
}

interface Killing {
  victim: Victim;
  /** Printed lines to wait for, and how long after them. */
  lines: number;
  delayMs: number;
}

/** Lines of JSON on stdout, lines for people on stderr, and the exit code: null when the core was killed. */
async function startAndKill(args: readonly string[], { victim, lines: wanted, delayMs }: Killing) {
  const child = spawn(process.execPath, [ENTRY, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [lines, progress]: [string[], string[]] = [[], []];
  let seen: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => (seen = resolve));
  const count = (list: string[]) => (line: string) => {
    list.push(line);
    if (lines.length + progress.length >= wanted) seen();
  };
  createInterface({ input: child.stdout }).on('line', count(lines));
  createInterface({ input: child.stderr }).on('line', count(progress));
  if (wanted === 0) seen();
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  await Promise.race([enough, closed]);
  await setTimeout(delayMs);
  if (victim === 'core') child.kill('SIGKILL');
  else for (const pid of childrenOf(child.pid!)) killIfThere(pid);
  return { code: await closed, lines, progress };
}

/** Its engine, once it has been started. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment before.
  }
}

interface ToldEpoch {
  epoch: number;
  step: number;
  loss: number;
}

/** A last line that was cut off by the kill was never told. */
const epochsIn = (lines: readonly string[]): ToldEpoch[] =>
  lines.flatMap((line) => {
    try {
      const event = JSON.parse(line) as ToldEpoch & { kind: string };
      return event.kind === 'epoch' ? [event] : [];
    } catch {
      return [];
    }
  });

const stepOf = (checkpoint: string): number => {
  const { metadata } = decodeSafetensors(readFileSync(checkpoint));
  return (JSON.parse(metadata['progress']!) as { step: number }).step;
};

function runsOf(folder: string) {
  const project = openProject(folder);
  try {
    return listRuns(project.store).map(({ id, folder: at, state }) => ({
      folder: at,
      state,
      losses: metricsOf(project.store, id).epochs.map(({ loss }) => loss),
    }));
  } finally {
    project.close();
  }
}

async function expectWholeProject(folder: string): Promise<void> {
  const project = openProject(folder);
  try {
    expect(project.store.access).toBe('write');
    expect((await checkIntegrity(project.store)).problems).toEqual([]);
  } finally {
    project.close();
  }
}

/** Whatever has its final name can be read to its end. */
async function expectWholeRun(folder: string): Promise<void> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (basename(name).startsWith('.')) continue;
    if (name.endsWith('.safetensors'))
      expect(decodeSafetensors(readFileSync(path)).tensors.size).toBeGreaterThan(0);
    if (name.endsWith('.json')) expect(JSON.parse(readFileSync(path, 'utf8'))).toBeTypeOf('object');
    if (name.endsWith('.png')) expect((await decodeImage(path)).width).toBe(64);
  }
}
