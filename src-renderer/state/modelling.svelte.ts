/** All that has to do with a project's models: training them, showing what they predict, correcting what they get wrong. */
import type { AppEvent, AppApi } from '../../src-main/shared/app-api.js';
import type { RunSummary } from '../../src-main/shared/app-api-training.js';
import { LIVE } from '../../src-main/shared/settings.js';
import type { PredictedRows } from '../editor/model-brush.js';
import { trainingStrings as texts } from '../strings-training.js';
import { Batches } from './batches.svelte.js';
import type { Jobs } from './jobs.svelte.js';
import { LiveSuggestions } from './live.svelte.js';
import type { Notices } from './notices.svelte.js';
import { ModelPixels } from './model-pixels.svelte.js';
import { Predictions } from './predictions.svelte.js';
import type { WindowPreferences } from './preferences.svelte.js';
import type { ProjectSession } from './project.svelte.js';
import { RunPictures } from './run-pictures.svelte.js';
import { Results } from './results.svelte.js';
import { Review } from './review.svelte.js';
import { Training } from './training.svelte.js';
import { TrainingPreviews } from './training-preview.svelte.js';
import { ViewPrediction } from './view-prediction.svelte.js';

export interface ModellingPlace {
  project: ProjectSession;
  jobs: Jobs;
  notices: Notices;
  preferences: WindowPreferences;
}

export class Modelling {
  readonly training: Training;
  readonly predictions: Predictions;
  readonly modelPixels: ModelPixels;
  readonly viewPrediction: ViewPrediction;
  readonly live: LiveSuggestions;
  readonly review: Review;
  readonly previews: TrainingPreviews;
  readonly runPictures: RunPictures;
  readonly batches: Batches;
  readonly results: Results;
  /** The run a person chose to predict with; null: the one the project has as its current one. */
  chosenRun: number | null = $state.raw(null);
  /** Counts models that were made, so that predictions of a run that went on are asked for again. */
  version = $state(0);
  readonly run: RunSummary | null = $derived.by(() => {
    const { list, current } = this.training.runs;
    return list.find(({ id, usable }) => usable && id === this.chosenRun) ?? current;
  });

  constructor(private readonly place: ModellingPlace) {
    const { project, jobs, notices, preferences } = place;
    // The core may be another one later on than at the beginning.
    const api = (): AppApi => project.api;
    const editor = () => project.editing.editor;
    this.training = new Training({
      api,
      jobs,
      notices,
      classes: () => project.classes.map(({ value }) => value),
      onModel: (run) => this.#newModel(run),
    });
    const session = () => project.state.session;
    // The label under the pointer, which has not moved, is another one now.
    const onAccepted = () => project.editing.hover(project.editing.viewing.cursor);
    this.predictions = new Predictions({
      api,
      session,
      jobs,
      notices,
      editor,
      onAccepted,
    });
    this.live = new LiveSuggestions({
      ...{ api, jobs, notices, preferences, editor, onAccepted },
      // A kept classifier says what suggestions say. Beside a training they would make each other wait.
      hasModel: () => (this.run !== null && this.run.network !== LIVE) || this.training.busy,
      open: (imageId) => project.images.choose(imageId),
    });
    this.viewPrediction = new ViewPrediction({ api, notices });
    this.modelPixels = new ModelPixels({ api, notices, editor });
    this.batches = new Batches({ api, session, jobs, notices });
    this.results = new Results({ api, jobs, notices });
    this.runPictures = new RunPictures({ api, session, jobs });
    this.previews = new TrainingPreviews({ api, session });
    this.review = new Review({
      api,
      jobs,
      open: (imageId) => project.images.choose(imageId),
      accept: async ({ imageId, x, y, width, height }) => {
        if (editor()?.image.id !== imageId || this.predictions.info?.imageId !== imageId) return false;
        return this.predictions.accept({ kind: 'rect', x, y, width, height }, { quiet: true });
      },
    });
  }

  /** What the brush paints with. @throws AppError('usage') where nothing is predicted or suggested. */
  rowsOf(imageId: number): PredictedRows {
    return this.live.on ? this.live.rowsOf(imageId) : this.predictions.rowsOf(imageId);
  }

  /** What is predicted or suggested as one thing with the pixel at `at`. */
  acceptObject(at: { x: number; y: number }): Promise<boolean> {
    return this.live.on
      ? this.live.accept({ kind: 'object', x: at.x, y: at.y })
      : this.predictions.acceptObject(at);
  }

  take(event: AppEvent): void {
    this.training.take(event);
    if (event.kind === 'batches') void this.batches.reload();
  }

  /** Goes on from the model in use, on the labels there are now. */
  async retrain(): Promise<void> {
    const { run } = this;
    if (!run) return;
    this.review.end();
    await this.training.start(run.id);
  }

  #newModel(run: RunSummary): void {
    this.version++;
    this.chosenRun = null;
    if (run.usable && !this.predictions.shown) this.place.notices.say(texts.predict.ready);
  }

  dispose(): void {
    this.predictions.dispose();
    this.viewPrediction.end();
  }
}
