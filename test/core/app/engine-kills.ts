/** Trainings started from a window whose engine is killed at random moments, gone on with, beside one that nobody disturbs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'vitest';
import { openProjectToRead } from '../../../src-main/core/projects.js';
import type { RunSummary } from '../../../src-main/shared/app-api-training.js';
import { decodeRuns } from '../../../src-main/shared/mask.js';
import { randomFor } from '../../../src-main/shared/random.js';
import { decodeSafetensors } from '../../../src-main/shared/safetensors.js';
import { packTile } from '../../../src-main/store/tile-runs.js';
import { metricsOf } from '../../../src-main/store/metrics.js';
import { runById } from '../../../src-main/store/runs.js';
import { choiceOf, discProject, QUICK, SIDE_PX, told, trainingEvents } from './training-windows.js';
import { temporaryApp } from './windows.js';

/** On one thread, for which equal bits are promised. */
const SETTINGS = { ...QUICK, steps: 20, stepsPerEpoch: 4 };
const STEPS = Array.from({ length: SETTINGS.steps }, (_, n) => n + 1);
/** Nobody trains on it: its labels change while others are frozen in a run's snapshot. */
const PAINTED = 4;

/**
 * Kills `rounds` engines at moments drawn from `seed`. After each: what was painted and acknowledged is there, every
 * epoch that was told is stored, the run says what happened and goes on to the very weights of an undisturbed run.
 */
export async function surviveEngineKills(rounds: number, seed: number): Promise<void> {
  const app = temporaryApp();
  const { window, folder, ids } = await discProject(app, PAINTED + 1, 1);
  await window.api.setSplit({ ids: [ids[PAINTED]!], split: 'test' });
  const undisturbed = await trained(folder, async () => {
    const run = await window.api.startTraining({ choice: choiceOf(SETTINGS) });
    await told(window, 'ended');
    return run;
  });
  expect(undisturbed.steps.map(({ step }) => step)).toEqual(STEPS);

  const random = randomFor(seed, rounds);
  for (let round = 0; round < rounds; round++) {
    const before = trainingEvents(window).length;
    const run = await window.api.startTraining({ choice: choiceOf(SETTINGS) });
    const { folder: runFolder } = await window.api.runDetail({ run: run.id });
    const pid = enginePid(runFolder);
    // As likely before the first step, inside an epoch, while it is scored, and while its files are written.
    const epochs = random.integer(4);
    if (epochs) await told(window, 'epoch', ({ point }) => point.epoch === epochs, before);
    await setTimeout(random.uniform(0, epochs ? 60 : 1500));
    const { maskVersion: version } = await window.api.openImage({ id: ids[PAINTED]! });
    const value = 1 + (version % 2);
    const painting = window.api.saveEdit({
      imageId: ids[PAINTED]!,
      title: 'Brush',
      author: 'person',
      baseVersion: version,
      tiles: [{ ty: 0, tx: 0, bytes: packTile(new Uint8Array(SIDE_PX ** 2).fill(value)) }],
    });
    const killed = killIfThere(pid);
    expect((await painting).version).toBe(version + 1);
    const { reason, sentence, run: dead } = await told(window, 'ended', () => true, before);

    const epochsTold = trainingEvents(window)
      .slice(before)
      .flatMap((event) => (event.kind === 'epoch' ? [event.point] : []));
    const stored = readRun(folder, run.id);
    expect(stored.epochs.map(({ kind: _, ...point }) => point)).toEqual(epochsTold);
    expect(stored.epochs).toEqual(undisturbed.epochs.slice(0, stored.epochs.length));
    const range = { ty0: 0, ty1: 0, tx0: 0, tx1: 0 };
    const labels = await window.api.loadTiles({ imageId: ids[PAINTED]!, level: 0, range });
    expect(new Set(decodeRuns(inflateRawSync(labels.tiles[0]!.bytes!), SIDE_PX ** 2))).toEqual(
      new Set([value]),
    );

    if (reason === 'failed') {
      expect(killed).toBe(true);
      expect(dead).toMatchObject({ state: 'failed', resumable: true, phase: null, sentence });
      expect(sentence).toMatch(
        /ended unexpectedly by signal SIGKILL.*(go on from its last checkpoint|begin anew)\.$/,
      );
      if (stored.epochs.length > 1) expect(existsSync(join(runFolder, 'last.safetensors'))).toBe(true);
      const count = trainingEvents(window).length;
      await window.api.resumeTraining({ run: run.id });
      expect((await told(window, 'ended', () => true, count)).reason).toBe('budget');
    } else expect(reason).toBe('budget');
    expect(await trained(folder, () => Promise.resolve(run))).toEqual(undisturbed);
  }
}

/** The stored curve and the weights, moments and averages of a run, once it has been trained to its end. */
async function trained(folder: string, train: () => Promise<RunSummary>) {
  const { id } = await train();
  const { steps, epochs, runFolder } = readRun(folder, id);
  const tensors = (name: string) =>
    [...decodeSafetensors(readFileSync(join(runFolder, name))).tensors].map(([key, { data }]) => [
      key,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]);
  return { steps, epochs, best: tensors('best.safetensors'), last: tensors('last.safetensors') };
}

function readRun(folder: string, id: number) {
  const project = openProjectToRead(folder);
  try {
    const { folder: runFolder, state } = runById(project.store, id);
    return { ...metricsOf(project.store, id), state, runFolder: join(folder, runFolder) };
  } finally {
    project.close();
  }
}

const enginePid = (runFolder: string): number =>
  Number(readFileSync(join(runFolder, 'training.pid'), 'utf8').split('\n')[1]);

/** @returns false when it had ended by itself. */
function killIfThere(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
