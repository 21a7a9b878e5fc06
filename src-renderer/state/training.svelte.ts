/** Trainings of the open project: started from the window, told by the core's events, found again by a new window. */
import type { AppEvent } from '../../src-main/shared/app-api.js';
import type { RunSummary, TrainingApi, TrainingChoice } from '../../src-main/shared/app-api-training.js';
import { LIVE } from '../../src-main/shared/settings.js';
import { trainingStrings as texts } from '../strings-training.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';
import { afterEvent, isBusy, type WatchedTraining } from './training-events.js';
import { TrainingPlanner } from './training-planner.svelte.js';
import { TrainingRuns } from './training-runs.svelte.js';

export interface TrainingPlace {
  api: () => TrainingApi;
  jobs: Jobs;
  notices: Notices;
  classes: () => readonly number[];
  /** A training has ended and its model may be another one to predict with. */
  onModel: (run: RunSummary) => void;
}

export class Training {
  readonly planner: TrainingPlanner;
  readonly runs: TrainingRuns;
  /** The training that is looked at: the one under way, a paused one, or the last that ended in this window. */
  watched: WatchedTraining | null = $state.raw(null);
  /** Between pressing Train and the run's first event. */
  starting = $state(false);
  readonly busy = $derived(this.starting || (this.watched !== null && isBusy(this.watched)));
  /** Panels on screen that say how it ended: it is then not said elsewhere too. */
  #panels = 0;

  constructor(private readonly place: TrainingPlace) {
    this.planner = new TrainingPlanner(place);
    this.runs = new TrainingRuns(place);
  }

  /** What goes on already, and what went before. */
  async load(): Promise<void> {
    try {
      const [states] = await Promise.all([this.place.api().trainingState({}), this.runs.reload()]);
      const shown = states.find(isBusy) ?? states.at(-1);
      if (shown) this.watched = { ...shown, end: null };
    } catch (error) {
      this.place.notices.problem(sentenceOf(error));
    }
  }

  take(event: AppEvent): void {
    if (event.kind === 'training') this.#takeTraining(event);
    else if (event.kind === 'runs') void this.runs.reload();
    else if (event.kind === 'project' || event.kind === 'images' || event.kind === 'mask') this.planner.ask();
  }

  #takeTraining({ run, event }: Extract<AppEvent, { kind: 'training' }>): void {
    if (event.kind === 'started') {
      this.watched = { ...event.state, end: null };
      this.starting = false;
      return;
    }
    if (this.watched?.run.id !== run) return;
    this.watched = afterEvent(this.watched, event);
    if (event.kind !== 'ended') return;
    const bad = event.reason === 'failed' || event.reason === 'memory' || event.reason === 'not-a-number';
    if (this.#panels === 0) this.place.notices.say(event.sentence, bad ? 'problem' : 'done');
    void this.runs.reload().then(() => this.place.onModel(event.run));
  }

  /** For as long as a panel says how a training ended. Returns a function that ends it. */
  show(): () => void {
    this.#panels++;
    return () => void this.#panels--;
  }

  /** Trains on the labels there are. @param from Goes on from the weights of this run; null: anew. */
  start(from: number | null = null): Promise<void> {
    return this.#start(this.planner.choice(from));
  }

  async #start(choice: TrainingChoice): Promise<void> {
    if (this.busy) return;
    this.starting = true;
    const run = await this.place.jobs.run(texts.train.starting, () =>
      this.place.api().startTraining({ choice }),
    );
    this.starting = false;
    if (run) await this.#find(run.id);
  }

  /** Learns what live suggestions learn, once and for good: a model like any other. */
  startLive(): Promise<void> {
    return this.#start({ ...this.planner.choice(), settings: { network: LIVE }, weights: 'none' });
  }

  /** Trains if the plan allows it; else the panel says what is missing. */
  async startWhenReady(): Promise<void> {
    const plan = await this.planner.now();
    if (plan?.ready) await this.start();
  }

  pause(): Promise<void> {
    return this.#act(texts.live.pausing, (run) => this.place.api().pauseTraining({ run }));
  }

  stop(): Promise<void> {
    return this.#act(texts.live.stopping, (run) => this.place.api().stopTraining({ run }));
  }

  resume(run = this.watched?.run.id): Promise<void> {
    return this.#act(texts.live.resuming, (id) => this.place.api().resumeTraining({ run: id }), run);
  }

  continueFor(minutes: number, run = this.watched?.run.id): Promise<void> {
    return this.#act(
      texts.live.resuming,
      (id) => this.place.api().continueTraining({ run: id, minutes }),
      run,
    );
  }

  /** Takes the curves of a training that has ended off the panel. */
  dismiss(): void {
    if (this.watched && !isBusy(this.watched) && this.watched.phase !== 'paused') this.watched = null;
  }

  async #act(
    title: string,
    work: (run: number) => Promise<RunSummary>,
    run = this.watched?.run.id,
  ): Promise<void> {
    if (run === undefined) return;
    const summary = await this.place.jobs.run(title, () => work(run));
    if (summary && this.watched?.run.id !== run) await this.#find(run);
  }

  /** The events may have come before the answer; a window that missed them asks. */
  async #find(run: number): Promise<void> {
    if (this.watched?.run.id === run) return;
    const found = (await this.place.api().trainingState({})).find((state) => state.run.id === run);
    if (found && this.watched?.run.id !== run) this.watched = { ...found, end: null };
  }
}
