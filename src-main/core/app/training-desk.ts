/** The trainings of all open projects: at most one runs in a project; a project whose window is gone stays open for it. */
import { realpathSync } from 'node:fs';
import type {
  ComputeDevice,
  RunSummary,
  TrainingEvent,
  TrainingPhase,
  TrainingState,
} from '../../shared/app-api-training.js';
import { AppError } from '../../shared/errors.js';
import { runById } from '../../store/runs.js';
import { changeAbout, summaryOf } from '../run-summary.js';
import type { TrainOptions } from '../training.js';
import type { OpenProject } from './open-project.js';
import type { Session } from './session.js';
import type { SharedEngine } from './shared-engine.js';
import { compareAfterwards } from './training-comparison.js';
import { LiveTraining } from './training-live.js';

export interface DeskOptions {
  sessions: ReadonlyMap<string, Session>;
  engine: SharedEngine;
  /** Whether something else goes on with a project (by its key) that needs it open. */
  busyBesides: (key: string) => boolean;
}

export class TrainingDesk {
  /** By the project's key; the newest training of each, also while it is paused. */
  private readonly live = new Map<string, LiveTraining>();
  /** Open without a window, because something goes on with them. */
  private readonly parked = new Map<string, OpenProject>();
  private toldDevice = false;

  constructor(private readonly options: DeskOptions) {}

  /**
   * Resolves when the run is recorded.
   * @throws AppError('exists') when the project trains already, and as `trainProject`.
   */
  async start(
    open: OpenProject,
    train: TrainOptions,
    { from = null, signal }: { from?: number | null; signal?: AbortSignal | undefined } = {},
  ): Promise<RunSummary> {
    const { key, project } = open;
    if (this.live.get(key)?.busy)
      throw new AppError('exists', `${project.name} is being trained already; stop or pause that first.`);
    const training = new LiveTraining({
      project,
      tell: (run, event) => this.tell(key, run, event),
      summary: (run) => this.summary(open, run),
      afterwards: (run, signal) => compareAfterwards(project, run, { engine: this.options.engine, signal }),
      announce: (device) => this.announce(device),
    });
    this.live.set(key, training);
    try {
      const run = await training.begin(train, signal);
      if (from !== null) await changeAbout(project, run, { from });
      return await this.summary(open, run);
    } catch (error) {
      if (training.run === null) this.live.delete(key);
      throw error;
    } finally {
      void training.settled().then(() => this.ended(key, training));
    }
  }

  /** @throws AppError('not-found') when it does not train here. */
  async pause(open: OpenProject, run: number): Promise<RunSummary> {
    await this.requireLive(open, run).end('paused');
    return this.summary(open, run);
  }

  /** @throws AppError('not-found') */
  async stop(open: OpenProject, run: number): Promise<RunSummary> {
    await this.requireLive(open, run).end('ended');
    return this.summary(open, run);
  }

  async states({ key }: OpenProject): Promise<TrainingState[]> {
    const training = this.live.get(key);
    return training && training.run !== null && training.phase !== 'ended' ? [await training.state()] : [];
  }

  readonly phaseOf =
    ({ key }: OpenProject) =>
    (run: number): TrainingPhase | null => {
      const training = this.live.get(key);
      return training?.run === run && training.phase !== 'ended' ? training.phase : null;
    };

  summary(open: OpenProject, run: number): Promise<RunSummary> {
    return summaryOf(open.project, run, this.phaseOf(open));
  }

  /** Label values, then confidences, of the latest preview of a run. */
  preview({ key }: OpenProject, run: number): Uint8Array | null {
    const training = this.live.get(key);
    return training?.run === run ? training.previewPixels : null;
  }

  /** Takes over a project that its window leaves while something goes on with it. @returns false when the window has to close it. */
  park(open: OpenProject): boolean {
    if (!this.busy(open.key)) {
      if (open.project.store.access === 'write') this.live.delete(open.key);
      return false;
    }
    // One that only reads has no part in it.
    if (open.project.store.access !== 'write') return false;
    this.parked.set(open.key, open);
    return true;
  }

  /** Whether it goes on with a project that no window has open. @param key see OpenProject */
  keeps(key: string): boolean {
    return this.parked.has(key);
  }

  /** A parked project, for a window that opens it again. */
  unpark(folder: string): OpenProject | null {
    let key: string;
    try {
      key = realpathSync(folder);
    } catch {
      return null;
    }
    const open = this.parked.get(key) ?? null;
    this.parked.delete(key);
    return open;
  }

  /** Every training stops with its checkpoint. */
  async close(): Promise<void> {
    const parked = [...this.parked.values()];
    this.parked.clear();
    await Promise.all([...this.live.values()].map((training) => training.end('closing')));
    await Promise.all(parked.map((open) => open.close()));
  }

  private async ended(key: string, training: LiveTraining): Promise<void> {
    if (this.live.get(key) === training && training.phase === 'ended') this.live.delete(key);
    await this.closeIdle(key);
  }

  /** Closes a parked project with which nothing goes on any more. */
  async closeIdle(key: string): Promise<void> {
    const open = this.parked.get(key);
    if (!open || this.busy(key)) return;
    this.parked.delete(key);
    await open.close();
  }

  private busy(key: string): boolean {
    return (this.live.get(key)?.busy ?? false) || this.options.busyBesides(key);
  }

  private requireLive(open: OpenProject, run: number): LiveTraining {
    const training = this.live.get(open.key);
    if (training?.run === run) return training;
    const { name } = runById(open.project.store, run);
    throw new AppError('not-found', `${name} is not being trained in this window's project now.`);
  }

  /** Once in the life of the program: it does not change. */
  private announce(device: ComputeDevice): boolean {
    const news = !this.toldDevice && device.kind === 'cpu';
    this.toldDevice = true;
    return news;
  }

  private tell(key: string, run: number, event: TrainingEvent): void {
    for (const session of this.options.sessions.values()) {
      if (session.project?.key !== key) continue;
      session.emit({ kind: 'training', run, event });
      if (event.kind === 'started' || event.kind === 'ended') session.emit({ kind: 'runs' });
    }
  }
}
