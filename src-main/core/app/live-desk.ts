/** Suggestions for one window: what it has labelled goes to the engine, and what the engine makes of it comes back. */
import { randomUUID } from 'node:crypto';
import type { LiveEvent, LivePlace, LiveState } from '../../shared/app-api-live.js';
import type { LiveSuggestion } from '../../shared/engine-api-live.js';
import type { Progress } from '../../shared/app-api.js';
import { AppError, isAppError } from '../../shared/errors.js';
import { pasteTile, TILE_SIDE, tilesOf } from '../../shared/mask.js';
import type { Call } from '../../shared/rpc.js';
import { listClasses } from '../../store/classes.js';
import { imageById, type ImageRow } from '../../store/images.js';
import { hasLabels } from '../../store/masks.js';
import { findLayer, layerVersions } from '../../store/layers.js';
import type { Engine } from '../engine-process.js';
import { learnedCounts } from '../learned-labels.js';
import { LiveCandidates } from '../live-candidates.js';
import { cellMeans } from '../prediction-file.js';
import { giveImage, LIVE_SEED, liveKey, NO_PIXELS, teach, type Teaching } from './live-teaching.js';
import type { OpenProject } from './open-project.js';
import type { PredictedTiles } from './prediction-accept.js';
import type { AppServices } from './service.js';

/** Images whose labels are learned from, the open one among them; the others as they were labelled last. */
const MOST_IMAGES = 64;
/** How long the engine keeps what it knows while nobody paints. */
const KEPT_MS = 10 * 60_000;

const COMPLETE: LiveState = {
  ...{ complete: true, fitted: false, fitMs: 0 },
  ...{ perClass: [], images: 0, leftOut: [] },
};

/** What is suggested for an image, by tiles of 512². */
export interface SuggestedTiles extends PredictedTiles {
  /** Mean entropies of cells of CELL_PX, 0 … 255, row by row. */
  cells(): Promise<Uint8Array>;
}

interface Learned {
  engine: Engine;
  /** Of classes and labels. */
  stamp: string;
  state: LiveState;
}

export class LiveDesk {
  /** Also names the job in the engine. */
  private readonly owner = randomUUID();
  private readonly candidates = new LiveCandidates(LIVE_SEED);
  private learned: Learned | null = null;
  private project: OpenProject | null = null;
  private newest = new AbortController();
  private release: (() => void) | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: Pick<AppServices, 'engine' | 'pool'>) {}

  /** As `liveSuggest`. */
  async suggest(
    open: OpenProject,
    { imageId, tiles }: { imageId: number; tiles: readonly LivePlace[] },
    { signal, onEvent }: Call<LiveEvent> = {},
  ): Promise<LiveState> {
    this.newest.abort(new AppError('stopped', 'A newer suggestion was asked for.'));
    this.newest = new AbortController();
    const either = signal ? AbortSignal.any([signal, this.newest.signal]) : this.newest.signal;
    const image = imageById(open.project.store, imageId);
    if (findLayer(open.project.store, imageId)?.pixelsByValue[0] === 0) return COMPLETE;
    return this.use(open, either, async (engine) => {
      const onRead = (progress: Progress) => onEvent?.({ kind: 'read', ...progress });
      const state = await this.learn(open, { image, engine, signal: either, fresh: true, onRead });
      if (!state.fitted || tiles.length === 0) return state;
      for (const { x, y } of tiles) {
        const { elapsedMs: _, ...tile } = await this.tile(open, { image, engine, signal: either }, { x, y });
        either.throwIfAborted();
        onEvent?.({ kind: 'tile', ...tile });
      }
      return state;
    });
  }

  /**
   * What the last suggestion says of a whole image; where there was none in this engine, of the labels as they are now.
   * @throws AppError('usage') where there is nothing to suggest from.
   */
  with<T>(
    open: OpenProject,
    imageId: number,
    signal: AbortSignal | undefined,
    work: (tiles: SuggestedTiles) => Promise<T>,
  ): Promise<T> {
    return this.use(open, signal, async (engine) => {
      const image = imageById(open.project.store, imageId);
      const state = await this.learn(open, { image, engine, signal, fresh: false });
      if (!state.fitted)
        throw new AppError(
          'usage',
          'There is nothing to suggest from: label pixels of at least two classes.',
        );
      const { width, height } = image;
      const at = (ty: number, tx: number) =>
        this.tile(open, { image, engine, signal }, { x: tx * TILE_SIDE, y: ty * TILE_SIDE });
      const plane = async (of: 'labels' | 'entropy') => {
        const map = { width, height, data: new Uint8Array(width * height) };
        for (const rect of tilesOf(width, height)) pasteTile(map, rect, (await at(rect.ty, rect.tx))[of]);
        return map;
      };
      return work({
        ...{ width, height },
        tile: async (ty, tx) => {
          const { labels, confidence } = await at(ty, tx);
          const both = new Uint8Array(labels.length * 2);
          both.set(labels);
          both.set(confidence, labels.length);
          return both;
        },
        labels: () => plane('labels'),
        cells: async () => cellMeans({ width, height }, (await plane('entropy')).data),
      });
    });
  }

  /** Memory is given back. */
  async end(): Promise<void> {
    this.newest.abort(new AppError('stopped', 'Suggestions have been switched off.'));
    await this.forget();
  }

  private async forget(): Promise<void> {
    clearTimeout(this.timer);
    const engine = this.learned?.engine;
    this.learned = null;
    this.project = null;
    this.candidates.clear();
    if (engine?.alive()) await engine.api.liveEnd({ owner: this.owner }).catch(() => undefined);
    this.release?.();
    this.release = null;
  }

  /** An engine that dies is started anew once, and told everything again. */
  private async use<T>(
    open: OpenProject,
    signal: AbortSignal | undefined,
    work: (engine: Engine) => Promise<T>,
  ): Promise<T> {
    if (this.project !== open) await this.forget();
    this.project = open;
    this.hold();
    for (let again = false; ; again = true) {
      let used: Engine | null = null;
      try {
        return await this.services.engine.use((engine) => work((used = engine)));
      } catch (error) {
        if (signal?.aborted) throw stopped(signal);
        const died = (used as Engine | null)?.alive() === false;
        if (!died || again) throw error;
      }
    }
  }

  /** An engine that ends between two strokes would have to learn everything again. */
  private hold(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.end(), KEPT_MS).unref();
    if (this.release) return;
    const held = new Promise<void>((resolve) => (this.release = resolve));
    // Who asks for suggestions is told if it cannot be started.
    void this.services.engine.use(() => held).catch(() => undefined);
  }

  private async learn(
    open: OpenProject,
    { image, engine, signal, fresh, onRead }: At & { fresh: boolean; onRead?: Teaching['onRead'] },
  ): Promise<LiveState> {
    const { store } = open.project;
    if (!fresh && this.learned?.engine === engine) return this.learned.state;
    const classes = listClasses(store).map(({ value }) => value);
    const counts = learnedCounts(store, { classes: null, paintedOnly: true });
    const versions = layerVersions(store);
    const ids = [...counts.keys()].filter((id) => hasLabels(counts.get(id)));
    ids.sort((a, b) => Number(b === image.id) - Number(a === image.id) || b - a);
    ids.splice(MOST_IMAGES);
    const stamp = [classes.join(), ...ids.map((id) => `${id}:${versions.get(id)}`)].join(' ');
    if (this.learned?.engine === engine && this.learned.stamp === stamp) return this.learned.state;
    const sampled = await this.candidates.sample(store, {
      images: ids.map((id) => ({ id, version: versions.get(id)!, pixelsByValue: counts.get(id)! })),
      ...{ classes, signal },
    });
    const rows = ids.map((id) => imageById(store, id));
    const images = rows.map((row, index) => ({ row, pixels: { key: liveKey(row), ...sampled[index]! } }));
    const { owner, services } = this;
    const state = await teach(
      open,
      { images, classes, pool: services.pool },
      { owner, engine, signal, onRead },
    );
    this.learned = { engine, stamp, state };
    return state;
  }

  private async tile(open: OpenProject, at: At, { x, y }: LivePlace): Promise<LiveSuggestion> {
    const { image, engine, signal } = at;
    if (x >= image.width || y >= image.height || x % TILE_SIDE || y % TILE_SIDE)
      throw new AppError('usage', `There is no tile at ${x}, ${y} of ${image.name}.`);
    signal?.throwIfAborted();
    const wanted = { owner: this.owner, key: liveKey(image), x, y };
    try {
      return await engine.api.liveSuggest(wanted);
    } catch (error) {
      if (!isAppError(error) || error.code !== 'not-found') throw error;
      // It was never given, or has been dropped for others; a new kind of image means that all is learned anew.
      const { pool } = this.services;
      await giveImage(
        open,
        { row: image, pixels: { key: wanted.key, ...NO_PIXELS }, pool },
        { owner: this.owner, ...at },
      );
      this.learned = null;
      await this.learn(open, { ...at, fresh: true });
      return engine.api.liveSuggest(wanted);
    }
  }
}

interface At {
  image: ImageRow;
  engine: Engine;
  signal: AbortSignal | undefined;
}

const stopped = (signal: AbortSignal): unknown =>
  isAppError(signal.reason) ? signal.reason : new AppError('stopped', 'Suggesting was stopped.');
