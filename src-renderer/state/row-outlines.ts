/**
 * Name, status and split of every image of the project, in memory: what a row of the list shows before it is fetched
 * whole, so that a thumb that is dragged over 100,000 rows passes names and not blanks.
 */
import type { AppApi } from '../../src-main/shared/app-api.js';
import { markOf, ofMark, unpackOutlines, type RowOutline } from '../../src-main/shared/packed-outlines.js';

/** Some milliseconds of the core's time: what a person asks for meanwhile waits no longer. */
const PAGE = 5000;

export interface OutlinesPlace {
  api: AppApi;
  /** Some came, or are others now. */
  onChange: () => void;
}

export class RowOutlines {
  /** The name behind one character that holds status and split: an object a row would take three times the memory. */
  readonly #byId = new Map<number, string>();
  #loading: Promise<void> | null = null;
  #again = false;

  constructor(private readonly place: OutlinesPlace) {}

  get(id: number): RowOutline | undefined {
    const text = this.#byId.get(id);
    return text === undefined ? undefined : { id, name: text.slice(1), ...ofMark(text.charCodeAt(0)) };
  }

  /** What a whole row says is newer. */
  keep(row: RowOutline): void {
    this.#put(row.id, markOf(row), row.name);
  }

  /** Fetches all of them, page by page; old ones stay until their successors come. Rejects when the core cannot. */
  load(): Promise<void> {
    this.#again = this.#loading !== null;
    return (this.#loading ??= this.#load().finally(() => (this.#loading = null)));
  }

  async #load(): Promise<void> {
    do {
      this.#again = false;
      for (let after = 0, full = true; full && !this.#again;) {
        const page = await this.place.api.imageOutlines({ after, limit: PAGE });
        unpackOutlines(page, (id, mark, name) => this.#put((after = id), mark, name));
        full = page.marks.length === PAGE;
        if (page.marks.length > 0) this.place.onChange();
      }
    } while (this.#again);
  }

  #put(id: number, mark: number, name: string): void {
    this.#byId.set(id, String.fromCharCode(mark) + name);
  }
}
