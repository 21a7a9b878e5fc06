/**
 * Suggestions that follow the brush: after each stroke that is saved, and where somebody looks, the core is asked what a
 * classifier of a moment makes of the labels. What is in view comes first; what is shown stays until its successor is there.
 */
import type { LiveApi, LivePlace, LiveState, LiveTile } from '../../src-main/shared/app-api-live.js';
import type { Progress } from '../../src-main/shared/app-api.js';
import type { PredictionRegion, UncertainTile } from '../../src-main/shared/app-api-predictions.js';
import { PIXEL_TILE } from '../../src-main/shared/app-urls.js';
import { AppError, isAppError } from '../../src-main/shared/errors.js';
import type { Rect } from '../editor/label-tiles.js';
import type { PredictedRows } from '../editor/model-brush.js';
import { placeKey, type TilePlace } from '../editor/pixel-tiles.js';
import { liveStrings as texts } from '../strings-live.js';
import type { ImageEditor } from './editor.svelte.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import { wantedTiles } from './live-tiles.js';
import type { Notices } from './notices.svelte.js';
import { predictedRows } from './predicted-rows.js';
import type { FetchedPrediction } from './prediction-tiles.js';
import type { WindowPreferences } from './preferences.svelte.js';

export type LiveLook = 'outline' | 'tint' | 'doubt';

/** Strokes that follow each other at once are learned from together. */
const AFTER_STROKE_MS = 60;
/** A person who pans has come to rest. */
const RESTS_AFTER_MS = 200;
/** 64 megabytes, and a minute of work at most. */
const MOST_TILES = 64;

export interface LivePlaceOf {
  api: () => LiveApi;
  jobs: Jobs;
  notices: Notices;
  preferences: Pick<WindowPreferences, 'get' | 'set'>;
  editor: () => ImageEditor | null;
  /** Whether there is a model, or one is trained: then suggestions are shown only where they are asked for. */
  hasModel: () => boolean;
  /** Resolves when the image is open, or another one is. */
  open: (imageId: number) => void;
  onAccepted: () => void;
}

/** What the canvas draws; as `PredictionTiles`, but of one level, and nothing is fetched. */
export interface LiveSource {
  imageId: number;
  image: { width: number; height: number; levels: number };
  get(place: TilePlace): FetchedPrediction | undefined;
  want(places: readonly TilePlace[]): void;
}

interface Followed {
  imageId: number;
  width: number;
  height: number;
  /** By `placeKey`; `of` the labels that were counted so. */
  tiles: Map<string, { of: number; tile: FetchedPrediction }>;
  visible: Rect | null;
}

export class LiveSuggestions {
  look: LiveLook = $state('outline');
  /** 0 … 1. */
  opacity = $state(0.6);
  /** 0 … 1: pixels the classifier is less sure of are neither drawn nor taken over. */
  minConfidence = $state(0.5);
  working = $state(false);
  /** Which image with labels is read for the first time. */
  reading: Progress | null = $state.raw(null);
  /** Null until the labels were learned from once. */
  told: LiveState | null = $state.raw(null);
  source: LiveSource | null = $state.raw(null);
  /** Counts tiles that came or went. */
  version = $state(0);
  /** Where a label would teach most. */
  place: UncertainTile | null = $state.raw(null);
  /** Why there are none. */
  problem: string | null = $state(null);
  /** Until somebody switches suggestions on again. */
  #unavailable = $state(false);
  /** What the person chose on this machine; `auto`: on until the project gets a model. */
  readonly choice: 'auto' | 'on' | 'off' = $derived.by(() => {
    const stored = this.at.preferences.get<string>('live', 'auto');
    return stored === 'on' || stored === 'off' ? stored : 'auto';
  });
  readonly on: boolean = $derived.by(
    () => !this.#unavailable && (this.choice === 'auto' ? !this.at.hasModel() : this.choice === 'on'),
  );

  #followed: Followed | null = null;
  /** Counts changes of labels: what was suggested before the last of them is out of date. */
  #labels = 0;
  #controller: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the core knows anything of ours. */
  #asked = false;
  #shownPlaces: { imageId: number; x: number; y: number }[] = [];

  constructor(private readonly at: LivePlaceOf) {}

  toggle(): void {
    const on = !this.on;
    this.problem = null;
    this.#unavailable = false;
    this.at.preferences.set('live', on ? 'on' : 'off');
  }

  /** Shows suggestions for an image. Returns a function that ends it. */
  follow({ id, width, height }: { id: number; width: number; height: number }): () => void {
    const followed: Followed = { imageId: id, width, height, tiles: new Map(), visible: null };
    this.#followed = followed;
    this.source = {
      imageId: id,
      image: { width, height, levels: 1 },
      get: (place) => followed.tiles.get(placeKey(place))?.tile,
      want: () => undefined,
    };
    return () => {
      if (this.#followed !== followed) return;
      clearTimeout(this.#timer);
      this.#controller?.abort();
      this.#followed = null;
      this.source = null;
      this.working = false;
      this.reading = null;
    };
  }

  /** A stroke was saved, undone or taken over, or the list of classes is another one. */
  labelsChanged(): void {
    this.#labels++;
    this.#later(AFTER_STROKE_MS);
  }

  /** The view has moved: what is in it is suggested for once it rests, unless it is there. */
  looksAt(visible: Rect): void {
    if (this.#followed) this.#followed.visible = visible;
    this.#later(this.told ? RESTS_AFTER_MS : AFTER_STROKE_MS);
  }

  /** Memory is given back; what was learned is learned anew when it is wanted again. */
  async end(): Promise<void> {
    if (!this.#asked) return;
    this.#asked = false;
    this.told = null;
    this.place = null;
    this.#shownPlaces = [];
    await this.at
      .api()
      .endLive({})
      .catch(() => undefined);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const followed = this.#followed;
    if (!followed) return;
    const of = this.#labels;
    const tiles = wantedTiles(followed, MOST_TILES).filter(
      ({ x, y }) => followed.tiles.get(keyAt({ x, y }))?.of !== of,
    );
    if (tiles.length === 0) return;
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const { signal } = controller;
    this.working = true;
    this.#asked = true;
    try {
      const told = await this.at.api().liveSuggest(
        { imageId: followed.imageId, tiles },
        {
          signal,
          onEvent: (event) => {
            if (signal.aborted || this.#followed !== followed) return;
            if (event.kind === 'tile') this.#keep(followed, event, of);
            this.reading = event.kind === 'read' ? event : null;
          },
        },
      );
      if (signal.aborted || this.#followed !== followed) return;
      this.told = told;
      this.problem = null;
      if (!told.fitted) this.#drop(followed, of);
    } catch (error) {
      if (signal.aborted) return;
      // Another window may have taken its turn.
      if (isAppError(error) && error.code === 'stopped') this.#later(RESTS_AFTER_MS);
      else this.#fail(error);
    } finally {
      if (this.#controller === controller) {
        this.working = false;
        this.reading = null;
      }
    }
  }

  #keep(followed: Followed, { x, y, width, height, labels, confidence }: LiveTile, of: number): void {
    followed.tiles.set(keyAt({ x, y }), { of, tile: { width, height, values: labels, confidence } });
    if (followed.tiles.size > MOST_TILES) {
      const wanted = new Set(wantedTiles(followed, MOST_TILES).map(keyAt));
      for (const other of followed.tiles.keys()) if (!wanted.has(other)) followed.tiles.delete(other);
    }
    this.version++;
    // A stroke of the model brush may wait for it.
    const editor = this.at.editor();
    if (editor?.busy && editor.image.id === followed.imageId)
      editor.send({ kind: 'predicted', failed: false });
  }

  /** Nothing can be suggested from the labels any more. */
  #drop(followed: Followed, of: number): void {
    if (of !== this.#labels || followed.tiles.size === 0) return;
    followed.tiles.clear();
    this.version++;
  }

  /** Nobody asked for anything that could fail, so the panel says it and nothing pops up. */
  #fail(error: unknown): void {
    this.problem = sentenceOf(error);
    // Without an engine nothing will come, whatever is painted.
    if (isAppError(error) && error.code === 'set-up') this.#unavailable = true;
  }

  /**
   * What is painted with: the suggestions that are shown.
   * @throws AppError('usage') when there are none for the image.
   */
  rowsOf(imageId: number): PredictedRows {
    const followed = this.#followed;
    if (followed?.imageId !== imageId || !this.told?.fitted) throw new AppError('usage', texts.paintWithout);
    const need = (place: TilePlace) => followed.tiles.get(placeKey(place))?.tile;
    return predictedRows({ need }, { hidden: new Set(), minConfidence: this.minConfidence });
  }

  /** Whether suggestions of the image are there to be taken over. */
  has(imageId: number): boolean {
    return this.on && this.source?.imageId === imageId && Boolean(this.told?.fitted);
  }

  /**
   * Takes suggestions over into unlabelled pixels: one step that undo takes back.
   * @param classes Label values; null: all.
   * @returns whether any label changed.
   */
  async accept(region: PredictionRegion, classes: number[] | null = null): Promise<boolean> {
    const editor = this.at.editor();
    if (!editor || !this.has(editor.image.id)) return false;
    if (!editor.writable) {
      this.at.notices.problem(editor.image.file.sentence ?? texts.readOnly);
      return false;
    }
    const { minConfidence } = this;
    const imageId = editor.image.id;
    let failed = false;
    const changed = await editor.adopt(async (baseVersion) => {
      const wanted = { imageId, region, classes, minConfidence, replace: false, baseVersion };
      const edit = await this.at.jobs.run(texts.acceptTitle, ({ signal }) =>
        this.at.api().acceptSuggestion(wanted, signal ? { signal } : {}),
      );
      failed = edit === undefined;
      return edit ?? null;
    });
    if (changed) this.at.onAccepted();
    else if (!failed) this.at.notices.say(texts.nothing);
    return changed;
  }

  /** Goes to the place of all images where a label would teach most, another one each time. */
  async next(): Promise<void> {
    const found = await this.at.jobs.run(texts.nextTitle, (call) =>
      this.at.api().nextToLabel({ imageId: null, exclude: this.#shownPlaces }, call),
    );
    if (found === undefined) return;
    if (found) {
      const { imageId, x, y } = found;
      this.#shownPlaces.push({ imageId, x, y });
      this.at.open(imageId);
    } else this.at.notices.say(texts.noNext);
    this.place = found;
  }
}

const keyAt = ({ x, y }: LivePlace): string => placeKey({ level: 0, ty: y / PIXEL_TILE, tx: x / PIXEL_TILE });
