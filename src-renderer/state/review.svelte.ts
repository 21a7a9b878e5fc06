/** The correction queue: tiles the model is least sure of, one after the other, accepted, rejected or painted over. */
import type { PredictionsApi, UncertainTile } from '../../src-main/shared/app-api-predictions.js';
import { trainingStrings } from '../strings-training.js';
import type { Jobs } from './jobs.svelte.js';

/** As many as a person corrects in one go. */
const TILES_AT_ONCE = 40;

export interface ReviewPlace {
  api: () => PredictionsApi;
  jobs: Jobs;
  /** Opens the image of a tile. */
  open: (imageId: number) => void;
  /** Takes the prediction over in a part of the open image; resolves to whether labels changed. */
  accept: (tile: UncertainTile) => Promise<boolean>;
}

export type Verdict = 'accepted' | 'rejected' | 'passed';

export class Review {
  tiles: readonly UncertainTile[] = $state.raw([]);
  /** Place in `tiles`; at its end the queue is done. */
  at = $state(0);
  verdicts: readonly Verdict[] = $state.raw([]);
  /** The run whose doubts these are; null before the queue was made. */
  run: number | null = $state.raw(null);
  readonly current: UncertainTile | null = $derived(this.tiles[this.at] ?? null);
  readonly left = $derived(Math.max(0, this.tiles.length - this.at));
  /** Whether the core was asked: an empty queue then means that no doubt is left. */
  ranked = $state(false);
  #seen: { imageId: number; x: number; y: number }[] = [];
  #busy = false;

  constructor(private readonly place: ReviewPlace) {}

  /** Ranks tiles by a model. Those that were accepted or rejected before under the same model do not come again. */
  async start(run: number): Promise<void> {
    if (run !== this.run) this.#seen = [];
    const tiles = await this.place.jobs.run(trainingStrings.review.ranking, (call) =>
      this.place.api().uncertainTiles({ run, limit: TILES_AT_ONCE, exclude: this.#seen }, call),
    );
    if (!tiles) return;
    this.run = run;
    this.ranked = true;
    this.tiles = tiles;
    this.verdicts = [];
    this.at = 0;
    this.#open();
  }

  end(): void {
    this.ranked = false;
    this.tiles = [];
    this.verdicts = [];
    this.at = 0;
  }

  next(): void {
    this.#done('passed');
  }

  reject(): void {
    this.#done('rejected');
  }

  async accept(): Promise<void> {
    const { current } = this;
    if (!current || this.#busy) return;
    this.#busy = true;
    try {
      await this.place.accept(current);
      if (this.current === current) this.#done('accepted');
    } finally {
      this.#busy = false;
    }
  }

  /** One tile back, to look at it again. */
  back(): void {
    if (this.at === 0) return;
    this.at--;
    this.verdicts = this.verdicts.slice(0, this.at);
    this.#seen.pop();
    this.#open();
  }

  count(verdict: Verdict): number {
    return this.verdicts.filter((other) => other === verdict).length;
  }

  #done(verdict: Verdict): void {
    const { current } = this;
    if (!current) return;
    this.#seen.push({ imageId: current.imageId, x: current.x, y: current.y });
    this.verdicts = [...this.verdicts, verdict];
    this.at++;
    this.#open();
  }

  #open(): void {
    if (this.current) this.place.open(this.current.imageId);
  }
}
