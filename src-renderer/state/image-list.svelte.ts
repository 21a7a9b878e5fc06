/**
 * The project's images as the list shows them: all ids of the present filter at once, names and marks of all in the
 * background, whole rows fetched in pages as they come into view and kept for a while.
 */
import type { AppApi, ImageFilter, ImageListRow, ImageOrder } from '../../src-main/shared/app-api.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { unpackIds } from '../../src-main/shared/packed-ids.js';
import type { RowOutline } from '../../src-main/shared/packed-outlines.js';
import { RowOutlines } from './row-outlines.js';
import { choose, chooseAll, keepShown, NOTHING_CHOSEN, type Choosing, type Selection } from './selection.js';

const PAGE = 100;
/** Rows that changed out of sight and are fetched one by one; of more, the outlines of all are. */
const FEW = 200;
/** Some 300 bytes a row: a person who scrolls through 100,000 images keeps two megabytes. */
const KEPT_ROWS = 6000;

export interface ImageListPlace {
  api: AppApi;
  onProblem: (error: unknown) => void;
}

export class ImageList {
  ids = $state.raw<readonly number[]>([]);
  filter = $state.raw<ImageFilter>({});
  order = $state.raw<ImageOrder>('added');
  selection = $state.raw<Selection>(NOTHING_CHOSEN);
  /** False until the first answer, so that an empty list is not taken for an empty project. */
  loaded = $state(false);
  readonly filtered = $derived(
    Object.values(this.filter).some((value) => value !== undefined && value !== ''),
  );
  /** Counts changes of the row cache; reading it makes a reader follow them. */
  #version = $state(0);
  #rows = new Map<number, ImageListRow>();
  #asked = new Set<number>();
  #newest = 0;
  /** The image that was current when a filter left none; it is again once it is shown. */
  #hidden: number | null = null;
  /** Rows in view that were asked for last, until somebody fetches them. */
  #needed: { first: number; end: number } | null = null;
  #filling: Promise<void> | null = null;

  readonly #outlines: RowOutlines;

  constructor(private readonly place: ImageListPlace) {
    this.#outlines = new RowOutlines({ api: place.api, onChange: () => this.#version++ });
  }

  get currentId(): number | null {
    return this.selection.current;
  }

  /** Place of the current image in the list, −1 when it is not there. */
  get currentIndex(): number {
    return this.selection.current === null ? -1 : this.ids.indexOf(this.selection.current);
  }

  /** The row if it has arrived. */
  row(id: number): ImageListRow | undefined {
    void this.#version;
    return this.#rows.get(id);
  }

  /** What is known of a row before it has arrived; of all of them soon after the project was opened. */
  outline(id: number): RowOutline | undefined {
    return this.row(id) ?? this.#outlines.get(id);
  }

  /** Fetches names and marks of all images; they are there when it resolves. */
  async loadOutlines(): Promise<void> {
    try {
      await this.#outlines.load();
    } catch (error) {
      // The project was closed meanwhile: nobody asks any more.
      if (!isAppError(error) || !['usage', 'stopped'].includes(error.code)) this.place.onProblem(error);
    }
  }

  /** Asks again which images there are; the newest answer wins. */
  async reload(): Promise<void> {
    const turn = ++this.#newest;
    try {
      const ids = unpackIds(await this.place.api.imageIds({ filter: this.filter, order: this.order }));
      if (turn !== this.#newest) return;
      const former = this.ids;
      this.ids = ids;
      this.loaded = true;
      this.#keepChosen(former);
    } catch (error) {
      if (turn === this.#newest) this.place.onProblem(error);
    }
  }

  #keepChosen(former: readonly number[]): void {
    const { current } = this.selection;
    const kept = keepShown(this.selection, former, this.ids);
    if (current !== null) this.#hidden = kept.current === null ? current : null;
    const back = kept.current === null && this.#hidden !== null && this.ids.includes(this.#hidden);
    this.selection = back ? choose(this.ids, kept, this.#hidden!, 'only') : kept;
  }

  show(filter: ImageFilter, order: ImageOrder = this.order): Promise<void> {
    this.filter = filter;
    this.order = order;
    return this.reload();
  }

  /**
   * Fetches the rows in view that are not there yet, whole pages at a time, then a page ahead on either side. While an
   * answer is awaited only the last call is kept: a thumb that is dragged passes by what nobody will look at.
   */
  need(first: number, end: number): void {
    this.#needed = { first, end };
    this.#filling ??= this.#fill().finally(() => (this.#filling = null));
  }

  async #fill(): Promise<void> {
    for (let needed = this.#needed; needed; needed = this.#needed) {
      this.#needed = null;
      const from = Math.floor(needed.first / PAGE) * PAGE;
      const to = Math.ceil(needed.end / PAGE) * PAGE;
      for (const ahead of [0, PAGE]) {
        const missing = this.#missing(from - ahead, to + ahead);
        for (let i = 0; i < missing.length && !this.#needed; i += 2 * PAGE)
          await this.#fetch(missing.slice(i, i + 2 * PAGE));
      }
    }
  }

  #missing(from: number, to: number): number[] {
    return this.ids.slice(Math.max(0, from), to).filter((id) => !this.#rows.has(id) && !this.#asked.has(id));
  }

  async #fetch(ids: number[]): Promise<void> {
    for (const id of ids) this.#asked.add(id);
    try {
      this.#keep(await this.place.api.imageRows({ ids }));
    } catch (error) {
      this.place.onProblem(error);
    } finally {
      for (const id of ids) this.#asked.delete(id);
    }
  }

  #keep(rows: readonly ImageListRow[]): void {
    for (const row of rows) {
      this.#rows.delete(row.id);
      this.#rows.set(row.id, row);
      this.#outlines.keep(row);
    }
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= KEPT_ROWS) break;
      this.#rows.delete(id);
    }
    this.#version++;
  }

  /** What a change elsewhere asks for: `ids` null means that any row, or their number, may have changed. */
  async changed(ids: readonly number[] | null): Promise<void> {
    if (ids === null) return this.#refreshAll();
    // Those that nobody looks at are only named and marked.
    const known = ids.length <= FEW ? ids : ids.filter((id) => this.#rows.has(id));
    for (let i = 0; i < known.length; i += PAGE) await this.#fetch(known.slice(i, i + PAGE));
    if (known.length < ids.length) void this.loadOutlines();
    // A changed split or status may move a row into the filter or out of it.
    if (this.filtered || this.order === 'status') await this.reload();
  }

  /** Rows in view stay as they are until their successors arrive, so that the list does not blink. */
  async #refreshAll(): Promise<void> {
    const recent = [...this.#rows.keys()].slice(-4 * PAGE);
    const old = [...this.#rows.keys()].slice(0, -4 * PAGE);
    for (const id of old) this.#rows.delete(id);
    await this.reload();
    void this.loadOutlines();
    for (let i = 0; i < recent.length; i += PAGE) await this.#fetch(recent.slice(i, i + PAGE));
  }

  choose(id: number, how: Choosing = 'only'): void {
    this.selection = choose(this.ids, this.selection, id, how);
  }

  chooseAll(): void {
    this.selection = chooseAll(this.ids, this.selection);
  }

  /** Moves `by` rows from the current one; at either end it stays. */
  step(by: number, how: Choosing = 'only'): void {
    const index = this.currentIndex < 0 ? (by > 0 ? -1 : this.ids.length) : this.currentIndex;
    const id = this.ids[Math.max(0, Math.min(this.ids.length - 1, index + by))];
    if (id !== undefined) this.choose(id, how);
  }

  /** The chosen images, in the order of the list. */
  chosenIds(): number[] {
    return this.ids.filter((id) => this.selection.chosen.has(id));
  }
}
