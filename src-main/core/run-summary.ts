/** What is told of a run: where it stands, what it reached, and one line of its passport. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunDetail, RunSummary, SettingValue, TrainingPhase } from '../shared/app-api-training.js';
import { RUN_FILES, type TrainResult } from '../shared/engine-api.js';
import type { ClassInfo } from '../shared/model.js';
import { LEARNERS, LIVE, type LearnerName } from '../shared/settings.js';
import { defaultSettings } from '../shared/settings-values.js';
import { SNAPSHOT_FILE, type Snapshot } from '../shared/snapshot.js';
import { writeJsonAtomic } from '../disk/atomic-file.js';
import { listClasses } from '../store/classes.js';
import { epochsOf, metricsOf } from '../store/metrics.js';
import { bestRun, listRuns, runById, type RunRow } from '../store/runs.js';
import type { Project } from './projects.js';
import { isRunning } from './run-lock.js';
import { readThresholdScores } from './threshold-comparison.js';
import { canGoOn } from './training-run.js';

/** What a run's end leaves in its row; all of it may be missing. */
export interface RunResult extends Partial<TrainResult> {
  /** Of a run that failed. */
  error?: string;
  /** Why it ended, for people. */
  sentence?: string;
  /** What computed it. */
  device?: string;
}

/** What is known of a run beside its training; in its folder, so that it goes where the run goes. */
const ABOUT = 'about.json';

export interface AboutRun {
  /** A person wants to keep it. */
  kept?: boolean;
  /** Number of the run that it started from and is to be compared with. */
  from?: number;
}

const DEAD = 'Its program ended before the training did.';

export type PhaseOf = (run: number) => TrainingPhase | null;

/** Newest first. */
export async function summariesOf(project: Project, phaseOf: PhaseOf): Promise<RunSummary[]> {
  const current = bestRun(project.store)?.id ?? null;
  const rows = listRuns(project.store).toReversed();
  return Promise.all(rows.map((run) => summarise(project, run, { phaseOf, current })));
}

/** @throws AppError('not-found') */
export const summaryOf = (project: Project, id: number, phaseOf: PhaseOf): Promise<RunSummary> =>
  summarise(project, runById(project.store, id), { phaseOf, current: bestRun(project.store)?.id ?? null });

async function summarise(
  project: Project,
  run: RunRow,
  { phaseOf, current }: { phaseOf: PhaseOf; current: number | null },
): Promise<RunSummary> {
  const folder = join(project.folder, run.folder);
  const result = (run.result ?? {}) as RunResult;
  const [model, initial, about, threshold] = await Promise.all([
    readJson<{ classes?: ClassInfo[] }>(join(folder, RUN_FILES.model)),
    readJson<{ source?: string }>(join(folder, 'initial.json')),
    readJson<AboutRun>(join(folder, ABOUT)),
    readThresholdScores(folder),
  ]);
  const epochs = epochsOf(project.store, run.id);
  const scored = epochs.flatMap(({ val }) => val ?? []);
  const best = scored.length ? scored.reduce((a, b) => (b.loss < a.loss ? b : a)) : null;
  const network = String(run.settings['network']);
  // Its process is gone, and whoever trains next will settle it.
  const dead = run.state === 'running' && !isRunning(project.store, run);
  return {
    id: run.id,
    name: run.name,
    state: dead ? 'failed' : run.state,
    phase: phaseOf(run.id),
    network,
    settings: run.settings,
    classes: model?.classes ?? listClasses(project.store),
    createdAt: run.createdAt,
    endedAt: run.endedAt,
    sentence: dead ? DEAD : (result.sentence ?? result.error ?? null),
    bestScore: run.bestScore,
    scores: result.best?.val ?? best,
    threshold,
    trainedMinutes: result.trainedS === undefined ? null : result.trainedS / 60,
    steps: result.step ?? epochs.at(-1)?.step ?? null,
    device: result.device ?? null,
    startedFrom: initial?.source || null,
    usable: existsSync(join(folder, RUN_FILES.best)),
    // What takes a second is learned anew.
    resumable: network !== LIVE && canGoOn(folder),
    current: run.id === current,
    kept: about?.kept ?? false,
    passport: passportLine(run.settings),
  };
}

/** @throws AppError('not-found') */
export async function detailOf(project: Project, id: number, phaseOf: PhaseOf): Promise<RunDetail> {
  const summary = await summaryOf(project, id, phaseOf);
  const folder = join(project.folder, runById(project.store, id).folder);
  const snapshot = await readJson<Snapshot>(join(folder, RUN_FILES.snapshot, SNAPSHOT_FILE));
  const images = (snapshot?.images ?? []).map(
    ({ id: imageId, name, split, pixelsByValue, modelPixels = 0 }) => ({
      id: imageId,
      name,
      split,
      modelPixels,
      labelledPixels: pixelsByValue.reduce((sum, pixels, value) => (value ? sum + pixels : sum), 0),
    }),
  );
  return {
    ...summary,
    curve: curveOf(project, id),
    images,
    folder,
    changedSettings: changedSettings(summary.settings),
    passportText: await readFile(join(folder, RUN_FILES.passport), 'utf8').catch(() => null),
  };
}

/** As the store has it. */
export function curveOf(project: Project, id: number): RunDetail['curve'] {
  const { steps, epochs } = metricsOf(project.store, id);
  return {
    steps: steps.map(({ step, epoch, loss, learningRate }) => ({ step, epoch, loss, learningRate })),
    epochs: epochs.map(({ epoch, step, loss, learningRate, val, train }) => ({
      epoch,
      step,
      loss,
      learningRate,
      train,
      val,
    })),
  };
}

/** @throws AppError('not-found' | 'disk') */
export async function changeAbout(project: Project, id: number, change: AboutRun): Promise<void> {
  const about = await readAbout(project, id);
  const { folder } = runById(project.store, id);
  await writeJsonAtomic(join(project.folder, folder, ABOUT), { ...about, ...change });
}

export const readAbout = async (project: Project, id: number): Promise<AboutRun> =>
  (await readJson<AboutRun>(join(project.folder, runById(project.store, id).folder, ABOUT))) ?? {};

/** How it was made, so far as that differs from what its network does by itself. */
function changedSettings(settings: Record<string, SettingValue>): Record<string, SettingValue> {
  const network = String(settings['network']);
  if (!LEARNERS.includes(network as LearnerName)) return settings;
  const defaults: Record<string, SettingValue> = { ...defaultSettings(network as LearnerName) };
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => defaults[name] !== value));
}

function passportLine(settings: Record<string, SettingValue>): string {
  const { minutes, epochs, steps, ...others } = changedSettings(settings);
  const budget = [
    ...(minutes ? [`${minutes} min`] : []),
    ...(epochs ? [`${epochs} epochs`] : []),
    ...(steps ? [`${steps} steps`] : []),
  ];
  const changed = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  return [String(settings['network']), ...budget, ...changed].join(', ');
}

/** Null when it is missing or damaged: what can be told is told all the same. */
async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
