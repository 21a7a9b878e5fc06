/** Sets up the folder that a training works in: a new run's, whole or not at all, or a run's that goes on. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES } from '../shared/engine-api.js';
import { AppError } from '../shared/errors.js';
import type { Split } from '../shared/model.js';
import { networkShapeOf } from '../shared/network-shape.js';
import { LIVE, SETTINGS, type SettingName, type Settings } from '../shared/settings.js';
import { parseSetting, resolveSettings } from '../shared/settings-values.js';
import { SNAPSHOT_FILE, type Snapshot } from '../shared/snapshot.js';
import { setSplit } from '../store/images.js';
import { createRun, listRuns, runByName, updateRun, type RunRow } from '../store/runs.js';
import { diskError, writeFileAtomic, writeJsonAtomic } from '../disk/atomic-file.js';
import {
  initialSource,
  locateRun,
  readInitialWeights,
  readRunWeights,
  recordSource,
  type InitialWeights,
} from './initial-weights.js';
import { readModelFile } from './passport.js';
import type { Project } from './projects.js';
import { writeSnapshot } from './snapshots.js';
import { alikeImages } from './leak-guard.js';
import { assignValidation } from './splits.js';

/** Test images are read by an evaluation only. */
const SEEN_SPLITS: readonly Split[] = ['train', 'val'];

type Given = Record<string, string | number | boolean>;

export interface NewRunPlan {
  settings: Settings;
  initial: InitialWeights | null;
  /** Label values to be told apart; null: all. */
  classes: readonly number[] | null;
}

export interface PreparedRun {
  run: RunRow;
  /** Absolute. */
  folder: string;
  snapshot: Snapshot;
  resume: boolean;
  /** Where its initial weights come from; null for random ones and for a resumed run. */
  source: string | null;
  /** What the person should know about it. */
  notes: string[];
}

/** Settings and weights of a new run, checked; nothing is changed. */
export async function planNewRun(
  project: Project,
  {
    set,
    weights,
    from,
    classes = null,
  }: { set: Given; weights?: string; from?: string; classes?: readonly number[] | null },
): Promise<NewRunPlan> {
  if (from !== undefined && weights !== undefined)
    throw new AppError('usage', 'A training starts either --from a run or with --weights; give one of them.');
  if (from === undefined) {
    const settings = resolveSettings(set);
    if (settings.network === LIVE && weights !== undefined && weights !== 'none')
      throw new AppError('usage', 'The network "live" learns from the labels alone; leave out --weights.');
    return { settings, classes, initial: await readInitialWeights(weights ?? 'none', settings.network) };
  }
  const { network, settings: own } = await readModelFile(locateRun(project, from).folder);
  const settings = resolveSettings({ ...networkShapeOf({ ...own, network }), ...set });
  if ((network === LIVE) !== (settings.network === LIVE))
    throw new AppError(
      'usage',
      `The weights of ${from} (${network}) do not fit ${settings.network}; leave out --from.`,
    );
  // Learns anew, from the labels there are now.
  if (network === LIVE) return { settings, classes, initial: null };
  return { settings, classes, initial: await readRunWeights(project, from) };
}

/** Holds out images where none are, freezes a snapshot, and records the run. On a failure nothing of it stays. */
export async function createTrainingRun(
  project: Project,
  { settings, initial, classes }: NewRunPlan,
): Promise<PreparedRun> {
  const { validation: share, seed, paintedOnly } = settings;
  const held =
    share > 0
      ? assignValidation(project, {
          share,
          seed,
          alike: alikeImages(project),
          learned: { classes, paintedOnly },
        })
      : null;
  const staging = join(project.folder, 'models', `.starting-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(staging, { recursive: true });
    const snapshot = await writeSnapshot(project, join(staging, RUN_FILES.snapshot), {
      splits: SEEN_SPLITS,
      classes,
      paintedOnly,
    });
    await writeJsonAtomic(join(staging, RUN_FILES.settings), settings);
    if (initial) {
      await writeFileAtomic(join(staging, RUN_FILES.initial), initial.bytes);
      await recordSource(staging, initial.source);
    }
    const run = createRun(project.store, { network: settings.network, settings, now: new Date() });
    const folder = join(project.folder, run.folder);
    await rename(staging, folder);
    return {
      run,
      folder,
      snapshot,
      resume: false,
      source: initial?.source ?? null,
      notes: notesOn(snapshot, held),
    };
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (held)
      setSplit(
        project.store,
        held.images.map(({ id }) => id),
        null,
      );
    throw diskError(error, staging);
  }
}

function notesOn(snapshot: Snapshot, held: ReturnType<typeof assignValidation>): string[] {
  if (held) {
    const names = held.images.map(({ name }) => name);
    const shown =
      names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
    const which = {
      group: shown,
      stack: `the end of the stack (${shown}), whose neighbours are trained on`,
      alike: `${shown}, which look nearly the same as images that are trained on`,
    }[held.by];
    return [`No image was held out, so now these are: ${which}. A split of the images changes that.`];
  }
  return snapshot.images.some(({ split }) => split === 'val')
    ? []
    : ['No image is held out, so no score can be given while it trains.'];
}

/** A new budget replaces the old one as a whole; these may also change, since they do not change what is learned. */
const BUDGET: readonly SettingName[] = ['minutes', 'epochs', 'steps'];
const CHANGEABLE: readonly SettingName[] = [...BUDGET, 'patience', 'workers', 'threads', 'device'];

/** A run to go on with, by name or `last`, and its settings with a new budget; nothing is changed. */
export function planResume(project: Project, name: string, set: Given): { run: RunRow; settings: Settings } {
  const run = name === 'last' ? lastRun(project) : runByName(project.store, name);
  if (!canGoOn(join(project.folder, run.folder)))
    throw new AppError(
      'bad-model',
      `The run ${run.name} lacks the files to go on from; start a new one with "brushfield train".`,
    );
  const given = Object.fromEntries(
    Object.entries(set).map(([key, value]) => [
      key,
      Object.hasOwn(SETTINGS, key) ? parseSetting(key as SettingName, value) : value,
    ]),
  );
  const fixed = Object.keys(given).find(
    (key) => !CHANGEABLE.includes(key as SettingName) && run.settings[key] !== given[key],
  );
  if (fixed !== undefined) {
    // An unknown name gets the sentence that suggests the nearest one.
    resolveSettings({ [fixed]: given[fixed]! });
    throw new AppError(
      'usage',
      `${fixed} cannot change when a run is resumed (only ${CHANGEABLE.join(', ')} can); start a new one --from ${run.name}.`,
    );
  }
  const newBudget = BUDGET.some((key) => Object.hasOwn(given, key));
  const cleared = newBudget ? Object.fromEntries(BUDGET.map((key) => [key, 0])) : {};
  return {
    run,
    settings: resolveSettings({ ...networkShapeOf(run.settings), ...run.settings, ...cleared, ...given }),
  };
}

/** Whether all is there to train a run on: a checkpoint, or what it takes to begin it anew. @param folder of the run */
export const canGoOn = (folder: string): boolean =>
  existsSync(join(folder, RUN_FILES.last)) || existsSync(join(folder, RUN_FILES.snapshot, SNAPSHOT_FILE));

const BEGINS_ANEW = 'It had no checkpoint yet, so it begins anew, with the same labels and settings.';

/** Goes on from the run's checkpoint, or from its beginning when it has none. */
export async function reopenTrainingRun(
  project: Project,
  run: RunRow,
  settings: Settings,
): Promise<PreparedRun> {
  const folder = join(project.folder, run.folder);
  const snapshot = JSON.parse(
    await readFile(join(folder, RUN_FILES.snapshot, SNAPSHOT_FILE), 'utf8'),
  ) as Snapshot;
  await writeJsonAtomic(join(folder, RUN_FILES.settings), settings);
  const updated = updateRun(project.store, run.id, { settings });
  const resume = existsSync(join(folder, RUN_FILES.last));
  const source = await initialSource(folder);
  return { run: updated, folder, snapshot, resume, source, notes: resume ? [] : [BEGINS_ANEW] };
}

function lastRun(project: Project): RunRow {
  const run = listRuns(project.store).at(-1);
  if (!run) throw new AppError('not-found', `${project.name} has no run to resume yet.`);
  return run;
}
