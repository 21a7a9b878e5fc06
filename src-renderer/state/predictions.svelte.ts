/** What a model predicts for the open image: how it is shown, how it comes about, and taking it over into the labels. */
import type {
  AcceptPrediction,
  PredictionInfo,
  PredictionsApi,
} from '../../src-main/shared/app-api-predictions.js';
import type { FileOutcome } from '../../src-main/shared/app-api.js';
import { AppError, isAppError } from '../../src-main/shared/errors.js';
import type { PredictedRows } from '../editor/model-brush.js';
import { trainingStrings as texts } from '../strings-training.js';
import type { ImageEditor } from './editor.svelte.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';
import { predictedRows } from './predicted-rows.js';
import { PredictionTiles } from './prediction-tiles.js';

export type PredictionMode = 'classes' | 'confidence' | 'difference';

/** Of a larger image a prediction takes longer than a person waits who only looks through the images. */
const MOST_PIXELS_UNASKED = 4 * 2 ** 20;
/** A person looks at the difference after a stroke, not during it. */
const COMPARED_AFTER_MS = 200;

export interface PredictionsPlace {
  api: () => PredictionsApi;
  session: () => string;
  jobs: Jobs;
  notices: Notices;
  editor: () => ImageEditor | null;
  /** Labels were taken over. */
  onAccepted: () => void;
}

export class Predictions {
  shown = $state(true);
  mode: PredictionMode = $state('classes');
  /** 0 … 1. */
  opacity = $state(0.5);
  /** Label values that are not drawn. */
  hidden: ReadonlySet<number> = $state.raw(new Set<number>());
  /** 0 … 1: pixels the model is less sure of are neither drawn nor taken over. */
  minConfidence = $state(0);
  /** Whether taking over may change what is labelled already. */
  replace = $state(false);
  info: PredictionInfo | null = $state.raw(null);
  tiles: PredictionTiles | null = $state.raw(null);
  /** While the open image is being predicted without having been asked for. */
  working = $state(false);
  /** Counts what the canvas has to draw anew: tiles that came. */
  version = $state(0);
  /** Counts changes of labels that the difference is made of. */
  labelsVersion = $state(0);
  #followed: { image: number; run: number; classes: string; signal: AbortSignal } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly place: PredictionsPlace) {}

  /** Shows the prediction of a run for an opened image. Returns a function that ends it. */
  follow(
    editor: ImageEditor,
    { run, mayCompute, classes }: { run: number; mayCompute: boolean; classes: string },
  ): () => void {
    const controller = new AbortController();
    const { id, width, height } = editor.image;
    const before = this.#followed;
    if (before?.image !== id || before.run !== run || before.classes !== classes) this.#show(null);
    this.#followed = { image: id, run, classes, signal: controller.signal };
    void this.#look(mayCompute && width * height <= MOST_PIXELS_UNASKED);
    const stop = editor.listen({ pixelsCame: () => undefined, labelsChanged: () => this.#labelsChanged() });
    return () => {
      stop();
      controller.abort();
    };
  }

  /** No image, or no model. */
  none(): void {
    this.#followed = null;
    this.#show(null);
  }

  async #look(mayCompute: boolean): Promise<void> {
    const wanted = this.#followed;
    if (!wanted) return;
    const { image: imageId, run, signal } = wanted;
    try {
      const there = await this.place.api().predictionOf({ imageId, run });
      if (signal.aborted) return;
      if (there || !mayCompute || !this.shown) return this.#show(there);
      this.working = true;
      const info = await this.place.api().predict({ imageId, run }, { signal });
      if (!signal.aborted) this.#show(info);
    } catch (error) {
      if (!signal.aborted && !(isAppError(error) && error.code === 'stopped'))
        this.place.notices.problem(sentenceOf(error));
    } finally {
      if (!signal.aborted || this.#followed === wanted) this.working = false;
    }
  }

  #show(info: PredictionInfo | null): void {
    if (info?.key === this.info?.key && info?.run === this.info?.run && info?.imageId === this.info?.imageId)
      return;
    this.tiles?.dispose();
    this.info = info;
    this.tiles = info
      ? new PredictionTiles({
          session: this.place.session(),
          prediction: info,
          onTile: () => {
            this.version++;
            this.#tell(info.imageId, false);
          },
          onFailure: (sentence) => {
            this.place.notices.problem(sentence);
            this.#tell(info.imageId, true);
          },
        })
      : null;
  }

  /** A stroke may wait for what has come. */
  #tell(imageId: number, failed: boolean): void {
    const editor = this.place.editor();
    if (editor?.busy && editor.image.id === imageId) editor.send({ kind: 'predicted', failed });
  }

  /**
   * What is painted with: the classes as they are shown, where the model is sure enough.
   * @throws AppError('usage') when the image has no prediction.
   */
  rowsOf(imageId: number): PredictedRows {
    const { tiles, info } = this;
    if (!tiles || info?.imageId !== imageId) throw new AppError('usage', texts.predict.paintWithout);
    return predictedRows(tiles, { hidden: this.hidden, minConfidence: this.minConfidence });
  }

  #labelsChanged(): void {
    if (this.mode !== 'difference') return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.labelsVersion++, COMPARED_AFTER_MS);
  }

  /** Predicts the open image, whatever its size. */
  async predict(run: number): Promise<void> {
    const editor = this.place.editor();
    if (!editor) return;
    const imageId = editor.image.id;
    this.shown = true;
    const info = await this.place.jobs.run(texts.predict.one, (call) =>
      this.place.api().predict({ imageId, run }, { ...(call.signal && { signal: call.signal }) }),
    );
    if (info && this.#followed?.image === imageId && this.#followed.run === run) this.#show(info);
  }

  /** Predicts these images, or all; resolves to what happened to each, or undefined when it was stopped. */
  async predictAll(run: number, ids: number[] | null): Promise<FileOutcome[] | undefined> {
    const files = await this.place.jobs.run(texts.predict.all, (call) =>
      this.place.api().predictAll({ run, ids }, call),
    );
    // The open image may have got its prediction too, also when the rest was stopped.
    if (!this.info) void this.#look(false);
    const failed = files?.filter(({ reason }) => reason !== null) ?? [];
    if (files && failed.length === 0) this.place.notices.say(texts.predict.allDone(files.length), 'done');
    return failed.length > 0 ? failed : undefined;
  }

  /**
   * Takes the prediction over into the labels: one step that undo takes back.
   * @param classes Label values; null: those that are shown.
   * @returns whether any label changed.
   */
  async accept(
    region: AcceptPrediction['region'],
    { classes = null, quiet = false }: { classes?: number[] | null; quiet?: boolean } = {},
  ): Promise<boolean> {
    const { info } = this;
    const editor = this.place.editor();
    if (!info || editor?.image.id !== info.imageId) return false;
    if (!editor.writable) {
      this.place.notices.problem(editor.image.file.sentence ?? texts.accept.readOnly);
      return false;
    }
    const { imageId, run } = info;
    const only = classes ?? (this.hidden.size > 0 ? this.#shownClasses(info) : null);
    const { minConfidence, replace } = this;
    let failed = false;
    const changed = await editor.adopt((baseVersion) =>
      this.place
        .api()
        .acceptPrediction({ imageId, run, region, classes: only, minConfidence, replace, baseVersion })
        .catch((error: unknown) => {
          failed = true;
          throw error;
        }),
    );
    if (changed) this.place.onAccepted();
    if (!changed && !failed && !quiet)
      this.place.notices.say(replace ? texts.accept.nothing : texts.accept.nothingUnlabelled);
    return changed;
  }

  #shownClasses({ classes }: PredictionInfo): number[] | null {
    const shown = classes.map(({ value }) => value).filter((value) => !this.hidden.has(value));
    return shown.length > 0 ? shown : null;
  }

  /** What is predicted as one thing with the pixel at `at`. */
  acceptObject(at: { x: number; y: number }): Promise<boolean> {
    return this.accept({ kind: 'object', x: at.x, y: at.y });
  }

  toggleClass(value: number): void {
    const next = new Set(this.hidden);
    if (!next.delete(value)) next.add(value);
    this.hidden = next;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#show(null);
  }
}
