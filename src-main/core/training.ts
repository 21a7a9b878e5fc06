/** Trains a project's network: a run from its first sentence to its passport. */
import { join } from 'node:path';
import {
  RUN_FILES,
  type DeviceChoice,
  type DeviceInfo,
  type TrainEvent,
  type TrainResult,
} from '../shared/engine-api.js';
import { AppError, messageOf } from '../shared/errors.js';
import type { Call } from '../shared/rpc.js';
import type { Settings } from '../shared/settings.js';
import { metricsOf } from '../store/metrics.js';
import { updateRun, type RunRow } from '../store/runs.js';
import { writeJsonThere } from '../disk/atomic-file.js';
import { startReadyEngine, type Engine, type EngineOptions } from './engine-process.js';
import { InitialReport } from './initial-weights.js';
import type { LearnedLabels } from './learned-labels.js';
import { makePassport, type Passport } from './passport.js';
import type { Project } from './projects.js';
import { findLeaks } from './leak-guard.js';
import { leakSentences } from './leak-sentences.js';
import { lockRun, settleDeadRuns } from './run-lock.js';
import { createRunRecorder, type RunRecorder } from './run-recorder.js';
import { stoppedByErrors } from './stopped-by-errors.js';
import { requireImageFiles, requireTrainable, untrainedClasses } from './training-checks.js';
import {
  canGoOn,
  createTrainingRun,
  planNewRun,
  planResume,
  reopenTrainingRun,
  type PreparedRun,
} from './training-run.js';
import { usableCores } from './usable-cores.js';

export interface TrainOptions {
  /** Settings by name, as text or typed; see shared/settings.ts. */
  set: Record<string, string | number | boolean>;
  /** `none`, `imagenet`, or a Keras `.h5` file. */
  weights?: string;
  /** Start from the best weights of this run. */
  from?: string;
  /** Go on with this run, or with the `last` one; only its budget may change. */
  resume?: string;
  /** Label values to be told apart; pixels of others count as unlabelled. Missing or null: all. */
  classes?: readonly number[] | null;
  /** Try a run again with other settings, from its checkpoint if it has one: see training-memory.ts. */
  again?: { run: RunRow; settings: Settings };
  /** Somebody works on this machine meanwhile: see `besidePeople`. */
  beside?: boolean;
}

/** The engine's events, and before them which run it is. */
export type TrainingEvent = TrainEvent | { kind: 'run'; run: string; folder: string; resumed: boolean };

export interface TrainOutcome {
  run: string;
  /** Absolute. */
  folder: string;
  result: TrainResult;
  passport: Passport;
}

/**
 * Trains and waits for the end. An abort stops between two batches and keeps the best weights.
 * @throws AppError('usage' | 'nothing-to-train' | 'set-up' | …) with the project left as it was, and
 *   AppError('training-failed') with the run recorded as failed; it can be resumed if it had a checkpoint.
 */
export async function trainProject(
  project: Project,
  options: TrainOptions,
  call: Call<TrainingEvent> = {},
): Promise<TrainOutcome> {
  settleDeadRuns(project.store);
  const prepare = await plan(project, options);
  // A machine that cannot compute says so before anything is recorded.
  const { device, threads } = prepare.settings;
  const engine = await startReadyEngine({
    device: device as DeviceChoice,
    ...(options.beside ? besidePeople(threads) : { threads }),
  });
  try {
    if (call.signal?.aborted) throw new AppError('stopped', 'Stopped before the training began.');
    return await runTraining(
      project,
      {
        ...(await prepare.open()),
        learned: { classes: options.classes ?? null, paintedOnly: prepare.settings.paintedOnly },
      },
      engine,
      call,
    );
  } finally {
    await engine.stop();
  }
}

/**
 * Computes behind what somebody works with, and leaves it a core where there are more than two. On two cores half of
 * the training would be a high price for what the priority already gives.
 */
export function besidePeople(threads: number): Pick<EngineOptions, 'threads' | 'background'> {
  const cores = usableCores();
  return { threads: threads || (cores > 2 ? cores - 1 : 0), background: true };
}

/** Everything that can be refused, refused; `open` then makes or reopens the run. */
async function plan(
  project: Project,
  options: TrainOptions,
): Promise<{ settings: Settings; open: () => Promise<PreparedRun> }> {
  if (options.resume !== undefined) {
    if (options.weights !== undefined || options.from !== undefined)
      throw new AppError(
        'usage',
        'A resumed run goes on with its own weights; leave out --weights and --from.',
      );
    const { run, settings } = planResume(project, options.resume, options.set);
    return { settings, open: () => reopenTrainingRun(project, run, settings) };
  }
  if (options.again) {
    const { run, settings } = options.again;
    return { settings, open: () => reopenTrainingRun(project, run, settings) };
  }
  const { set, weights, from, classes = null } = options;
  const planned = await planNewRun(project, {
    set,
    classes,
    ...(weights !== undefined && { weights }),
    ...(from !== undefined && { from }),
  });
  requireTrainable(project, { classes, paintedOnly: planned.settings.paintedOnly });
  await requireImageFiles(project);
  return { settings: planned.settings, open: () => createTrainingRun(project, planned) };
}

async function runTraining(
  project: Project,
  prepared: PreparedRun & { learned: LearnedLabels },
  engine: Engine,
  { signal, onEvent }: Call<TrainingEvent>,
): Promise<TrainOutcome> {
  const { run, folder, snapshot, resume } = prepared;
  const { store } = project;
  const unlock = await lockRun(folder, run.name, engine.pid);
  updateRun(store, run.id, { state: 'running', endedAt: null, result: null });
  onEvent?.({ kind: 'run', run: run.name, folder, resumed: resume });
  const notes = [
    ...prepared.notes,
    ...classNotes(project, prepared.learned),
    ...leakSentences(findLeaks(project)),
  ];
  for (const text of notes) onEvent?.({ kind: 'message', text });

  const recorder = createRunRecorder(store, run.id);
  const report = new InitialReport(folder, prepared.source);
  let device: DeviceInfo | null = null;
  const events = stoppedByErrors<TrainEvent>(signal, (event) => {
    if (event.kind === 'started') device = event.device;
    if (event.kind === 'weights') report.write(event);
    recorder.record(event);
    onEvent?.(event);
  });
  try {
    const result = await engine.api.train({ runFolder: folder, resume }, events.call);
    events.rethrow();
    recorder.flush();
    const passport = await makePassport({
      run: run.name,
      createdAt: run.createdAt,
      runFolder: folder,
      snapshot,
      device: device ?? (await engine.api.device({})),
      pretrained: await report.read(),
      result,
      epochs: metricsOf(store, run.id).epochs,
    });
    await writeJsonThere(join(folder, RUN_FILES.passport), passport);
    updateRun(store, run.id, {
      state: result.reason === 'stopped' ? 'stopped' : 'finished',
      endedAt: new Date().toISOString(),
      result,
      bestScore: result.best?.val.meanIoU ?? null,
    });
    return { run: run.name, folder, result, passport };
  } catch (error) {
    recordFailure(project, run.id, { recorder, folder, error });
    throw error;
  } finally {
    unlock();
  }
}

function recordFailure(
  { store }: Project,
  runId: number,
  { recorder, folder, error }: { recorder: RunRecorder; folder: string; error: unknown },
): void {
  const result = { error: messageOf(error), resumable: canGoOn(folder) };
  try {
    recorder.flush();
    updateRun(store, runId, { state: 'failed', endedAt: new Date().toISOString(), result });
  } catch {
    // The first error is the one to tell; a run that stays `running` is settled when the project is next looked at.
  }
}

const classNotes = (project: Project, learned: LearnedLabels): string[] => {
  const missing = untrainedClasses(project, learned);
  return missing.length
    ? [`No training image has labels of ${missing.join(', ')}: what is not labelled cannot be learned.`]
    : [];
};
