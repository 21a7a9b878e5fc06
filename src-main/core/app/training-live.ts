/** One training that goes on in the core: what windows are told of it while it runs, and what is left at its end. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ComputeDevice,
  EpochPoint,
  RunSummary,
  StepPoint,
  TrainingCurve,
  TrainingEvent,
  TrainingPhase,
  TrainingPreview,
  TrainingProgress,
  TrainingState,
} from '../../shared/app-api-training.js';
import { RUN_FILES, type TrainEvent, type TrainResult } from '../../shared/engine-api.js';
import { isAppError } from '../../shared/errors.js';
import type { Settings } from '../../shared/settings.js';
import { runById, runByName, updateRun } from '../../store/runs.js';
import type { Project } from '../projects.js';
import { curveOf } from '../run-summary.js';
import { trainProject, type TrainingEvent as CoreEvent, type TrainOptions } from '../training.js';
import { memoryKills, ranOutOfMemory, smaller } from '../training-memory.js';
import { computeDevice } from './shared-engine.js';
import { CLOSED_SENTENCE, endSentence, failure } from './training-sentences.js';

/** Points are told five times a second at most. */
const TELL_MS = 200;
/** Steps whose median time is told. */
const RECENT_STEPS = 21;

export interface LiveOptions {
  project: Project;
  tell: (run: number, event: TrainingEvent) => void;
  summary: (run: number) => Promise<RunSummary>;
  /** What to add to the sentence at its end: how it compares with the run it started from. */
  afterwards: (run: number, signal: AbortSignal) => Promise<string>;
  /** Whether people need to be told which device this is. */
  announce: (device: ComputeDevice) => boolean;
}

export class LiveTraining {
  phase: TrainingPhase = 'starting';
  /** Null until it is recorded. */
  run: number | null = null;
  /** The latest preview's label values, then confidences. */
  previewPixels: Uint8Array | null = null;
  private readonly stop = new AbortController();
  private closing = false;
  /** Aborted when nobody waits for what is computed after the training. */
  private readonly leaving = new AbortController();
  private curve: TrainingCurve = { steps: [], epochs: [] };
  private preview: TrainingPreview | null = null;
  private readonly messages: string[] = [];
  private progress: TrainingProgress = NOTHING_DONE;
  private recentMs: number[] = [];
  private pending: StepPoint[] = [];
  private timer: NodeJS.Timeout | null = null;
  /** Events wait for those before them, some of which need a look at the disk. */
  private telling: Promise<void> = Promise.resolve();
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: LiveOptions) {}

  /** Resolves with the run's number when it is recorded. @throws AppError as `trainProject`, before anything is recorded */
  begin(train: TrainOptions, signal: AbortSignal | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      const abort = () => this.stop.abort();
      signal?.addEventListener('abort', abort, { once: true });
      const begun = (run: number) => {
        // From here on it is nobody's call any more.
        signal?.removeEventListener('abort', abort);
        resolve(run);
      };
      this.work = this.train(train, begun).catch((error: unknown) => {
        this.phase = 'ended';
        reject(error as Error);
      });
      if (signal?.aborted) abort();
    });
  }

  /** Stops within a step. With `paused` it says that it is to go on, otherwise that it is over. */
  async end(as: 'paused' | 'ended' | 'closing'): Promise<void> {
    if (this.phase === 'paused' && as === 'ended') {
      this.setPhase('ended');
      this.say(() => this.ended('stopped', 'Stopped; the best weights are kept.'));
    }
    if (this.phase === 'ended' || this.phase === 'paused') return this.settled();
    this.closing ||= as === 'closing';
    if (as === 'closing') this.leaving.abort();
    this.setPhase(as === 'paused' ? 'pausing' : 'stopping');
    this.stop.abort();
    await this.settled();
  }

  /** When it has ended or is paused and all that was to be told is told. */
  async settled(): Promise<void> {
    await this.work;
    await this.telling;
  }

  get busy(): boolean {
    return this.phase !== 'paused' && this.phase !== 'ended';
  }

  async state(): Promise<TrainingState> {
    const run = await this.options.summary(this.run!);
    const { phase, progress, preview, curve, messages } = this;
    return {
      run,
      phase,
      progress,
      preview,
      curve: { steps: [...curve.steps], epochs: [...curve.epochs] },
      messages: [...messages],
    };
  }

  private async train(options: TrainOptions, begun: (run: number) => void): Promise<void> {
    const killsBefore = memoryKills();
    for (let next = options; ;) {
      try {
        const { result } = await trainProject(
          this.options.project,
          { ...next, beside: true },
          { signal: this.stop.signal, onEvent: (event) => this.take(event, begun) },
        );
        return await this.finish(result);
      } catch (error) {
        if (this.run === null) throw error;
        const memory = ranOutOfMemory(error, killsBefore);
        const row = runById(this.options.project.store, this.run);
        const less = memory && !this.stop.signal.aborted ? smaller(row.settings as Settings) : null;
        if (!less) return this.fail(error, memory);
        this.message(less.sentence);
        next = { set: {}, again: { run: row, settings: less.settings } };
      }
    }
  }

  private take(event: CoreEvent, begun: (run: number) => void): void {
    switch (event.kind) {
      case 'run': {
        const { project } = this.options;
        this.run = runByName(project.store, event.run).id;
        if (event.resumed) this.curve = curveOf(project, this.run);
        if (this.phase === 'starting') this.phase = 'running';
        this.say(async () => ({ kind: 'started', state: await this.state() }));
        return begun(this.run);
      }
      case 'started':
        return this.started(event);
      case 'weights':
        return this.message(
          `${event.loaded.length} of ${event.loaded.length + event.skipped.length} weights were taken over from the model it starts from.`,
        );
      case 'message':
        return this.message(event.text);
      case 'reading':
        this.progress = { ...this.progress, progress: event.progress };
        this.timer ??= setTimeout(() => this.flush(), TELL_MS);
        return;
      case 'step':
        return this.step(event);
      case 'epoch':
        return this.epoch(event);
      case 'preview': {
        const { epoch, imageId, x, y, width, height, labels, confidence } = event;
        const preview = { epoch, imageId, x, y, width, height };
        this.preview = preview;
        this.previewPixels = Buffer.concat([labels, confidence]);
        return this.say(() => ({ kind: 'preview', preview }));
      }
      case 'checkpoint':
    }
  }

  private started({ step, device, totalSteps }: EventOf<'started'>): void {
    const computes = computeDevice(device);
    this.progress = { ...this.progress, step, totalSteps, device: computes };
    if (this.options.announce(computes) && computes.sentence) this.message(computes.sentence);
    const told = this.curve.steps.length;
    this.curve = {
      steps: this.curve.steps.filter((point) => point.step <= step),
      epochs: this.curve.epochs.filter((point) => point.step <= step),
    };
    if (told > this.curve.steps.length) this.say(() => ({ kind: 'rewound', afterStep: step }));
  }

  private step({ step, epoch, loss, learningRate, stepMs, progress, secondsLeft }: EventOf<'step'>): void {
    const point = { step, epoch, loss: finite(loss), learningRate };
    this.curve.steps.push(point);
    this.pending.push(point);
    this.recentMs = [...this.recentMs.slice(1 - RECENT_STEPS), stepMs];
    const median = this.recentMs.toSorted((a, b) => a - b)[this.recentMs.length >> 1]!;
    this.progress = { ...this.progress, step, epoch, progress: progress ?? 0, secondsLeft, stepMs: median };
    this.timer ??= setTimeout(() => this.flush(), TELL_MS);
  }

  private epoch(event: EventOf<'epoch'>): void {
    const { epoch, step, loss, learningRate, train, val, best, rssMb } = event;
    const point: EpochPoint = { epoch, step, loss: finite(loss), learningRate, train, val };
    this.curve.epochs.push(point);
    this.progress = { ...this.progress, epoch, step, memoryMb: rssMb };
    this.flush();
    const { progress } = this;
    this.say(() => ({ kind: 'epoch', point, best, progress }));
  }

  private flush(): void {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    const { pending: points, progress } = this;
    this.pending = [];
    this.say(() => ({ kind: 'steps', points, progress }));
  }

  private async finish(result: TrainResult): Promise<void> {
    this.flush();
    const paused = this.phase === 'pausing' && result.reason === 'stopped';
    const sentence = this.closing
      ? CLOSED_SENTENCE
      : paused
        ? endSentence(result)
        : `${endSentence(result)} ${await this.options.afterwards(this.run!, this.leaving.signal)}`.trim();
    this.keep({ ...result, sentence });
    this.setPhase(paused ? 'paused' : 'ended');
    if (!paused) this.say(() => this.ended(result.reason, sentence));
    await this.telling;
  }

  private fail(error: unknown, memory: boolean): void {
    this.flush();
    const { store, folder } = this.options.project;
    const row = runById(store, this.run!);
    const checkpoint = existsSync(join(folder, row.folder, RUN_FILES.last));
    const { reason, sentence } = failure(error, { memory, checkpoint });
    this.keep({ ...(row.result as object | null), sentence });
    this.setPhase('ended');
    this.say(() => this.ended(reason, sentence));
  }

  private keep(result: object): void {
    const { store } = this.options.project;
    const device = this.progress.device?.name;
    try {
      updateRun(store, this.run!, { result: { ...result, ...(device && { device }) } });
    } catch (error) {
      // Another program has the project now, or the disk is full: what there is to say is said all the same.
      if (!isAppError(error)) throw error;
    }
  }

  private async ended(
    reason: Extract<TrainingEvent, { kind: 'ended' }>['reason'],
    sentence: string,
  ): Promise<TrainingEvent> {
    return { kind: 'ended', reason, sentence, run: await this.options.summary(this.run!) };
  }

  private message(text: string): void {
    this.messages.push(text);
    this.say(() => ({ kind: 'message', text }));
  }

  private setPhase(phase: TrainingPhase): void {
    this.phase = phase;
    if (this.run !== null) this.say(() => ({ kind: 'phase', phase }));
  }

  private say(make: () => TrainingEvent | Promise<TrainingEvent>): void {
    this.telling = this.telling.then(async () => {
      try {
        this.options.tell(this.run!, await make());
      } catch (error) {
        // What is wrong with the project's file is told by the next call that needs it.
        if (!isAppError(error)) throw error;
      }
    });
  }
}

const finite = (loss: number): number | null => (Number.isFinite(loss) ? loss : null);

type EventOf<K extends TrainEvent['kind']> = Extract<TrainEvent, { kind: K }>;

const NOTHING_DONE: TrainingProgress = {
  step: 0,
  epoch: 0,
  totalSteps: null,
  progress: 0,
  secondsLeft: null,
  stepMs: null,
  memoryMb: null,
  device: null,
};
