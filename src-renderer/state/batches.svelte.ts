/** Batches of the open project: what is to be segmented next, how those under way go on, and the files of the one looked at. */
import { batchPictureUrl } from '../../src-main/shared/app-urls.js';
import type {
  BatchApi,
  BatchFile,
  BatchFileState,
  BatchSummary,
  NewBatch,
} from '../../src-main/shared/app-api-batch.js';
import { batchStrings as texts } from '../strings-batch.js';
import { Cleaning } from './cleaning.svelte.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import { baseName, joinPath, parentOf } from './new-project.js';
import type { Notices } from './notices.svelte.js';

export interface BatchesPlace {
  api: () => BatchApi;
  /** Of the project, in the addresses of its pictures. */
  session: () => string;
  jobs: Jobs;
  notices: Notices;
}

/** Files are fetched by so many. */
const PAGE = 100;

export class Batches {
  /** Newest first. */
  list: readonly BatchSummary[] = $state.raw([]);
  /** The batch whose files are shown; null: the newest. */
  chosenId: number | null = $state.raw(null);
  filter: BatchFileState | null = $state.raw(null);
  /** Of the chosen batch, by their place in the list as it is filtered. */
  files: ReadonlyMap<number, BatchFile> = $state.raw(new Map<number, BatchFile>());
  total = $state(0);
  readonly chosen: BatchSummary | null = $derived(
    this.list.find(({ id }) => id === this.chosenId) ?? this.list[0] ?? null,
  );
  readonly running: BatchSummary | null = $derived(
    this.list.find(({ state }) => state === 'running') ?? null,
  );
  /** What the form says; kept while another tab is looked at. */
  input = $state('');
  output = $state('');
  options = $state({ recursive: false, overlay: false, probabilities: false, measure: true, watch: false });
  readonly cleaning: Cleaning;
  overwrite = $state(false);
  /** Image files in the folder; null: not known, or none. */
  found: number | null = $state.raw(null);
  /** What is wrong with the folder. */
  problem: string | null = $state.raw(null);
  /** The rows in view. */
  #view = { first: 0, end: PAGE };
  /** Of several answers the latest question's counts. */
  #turn = 0;
  #counting = 0;

  constructor(private readonly place: BatchesPlace) {
    this.cleaning = new Cleaning(place);
  }

  async reload(): Promise<void> {
    try {
      this.list = await this.place.api().batches({});
      this.cleaning.remember(this.list[0]?.options.cleanUp);
      await this.#fetch(true);
    } catch (error) {
      this.place.notices.problem(sentenceOf(error));
    }
  }

  /** Also offers a folder for the results, beside it, unless one was chosen. */
  setInput(folder: string): void {
    const offered = this.input && offeredOutput(this.input);
    if (this.output === '' || this.output === offered) this.output = folder && offeredOutput(folder);
    this.input = folder;
    // Those of the folder before.
    this.found = null;
    this.problem = null;
    this.#counting++;
  }

  async count(): Promise<void> {
    const turn = ++this.#counting;
    const { input, output } = this;
    let files: number | null = null;
    let problem: string | null = null;
    if (input.trim() && output.trim())
      try {
        const { recursive, watch } = this.options;
        ({ files } = await this.place.api().countBatchFiles({ input, output, recursive, watch }));
      } catch (error) {
        problem = sentenceOf(error);
      }
    if (turn !== this.#counting) return;
    this.found = files;
    this.problem = problem;
  }

  async start(run: number, trial: boolean): Promise<void> {
    const { steps } = this.cleaning;
    const options = { ...this.options, ...(steps && { cleanUp: steps }) };
    const given: NewBatch = {
      ...{ run, trial, options },
      input: this.input.trim(),
      output: this.output.trim(),
      overwrite: this.overwrite,
    };
    const batch = await this.place.jobs.run(texts.start, () => this.place.api().startBatch(given));
    if (!batch) return;
    this.overwrite = false;
    this.#show(batch);
  }

  async resume(id: number): Promise<void> {
    const batch = await this.place.jobs.run(texts.resuming, () =>
      this.place.api().resumeBatch({ batch: id }),
    );
    if (batch) this.#show(batch);
  }

  pause(id: number): Promise<void> {
    return this.#end(texts.pausing, () => this.place.api().pauseBatch({ batch: id }));
  }

  stop(id: number): Promise<void> {
    return this.#end(texts.stopping, () => this.place.api().stopBatch({ batch: id }));
  }

  async forget(id: number): Promise<void> {
    const list = await this.place.jobs.run(texts.forget, () => this.place.api().forgetBatch({ batch: id }));
    if (!list) return;
    this.list = list;
    this.place.notices.say(texts.forgotten, 'done');
    await this.#fetch(true);
  }

  choose(id: number): void {
    this.chosenId = id;
    this.files = new Map();
    void this.#fetch(true);
  }

  show(filter: BatchFileState | null): void {
    this.filter = filter;
    this.files = new Map();
    void this.#fetch(true);
  }

  /** Rows from `first` to `end` (exclusive) are in view. */
  need(first: number, end: number): void {
    this.#view = { first, end };
    void this.#fetch(false);
  }

  /** Null for a file without a mask. */
  picture({ place, masks, sha256, seconds }: BatchFile): string | null {
    const { chosen } = this;
    if (!chosen || masks.length === 0 || sha256 === null) return null;
    const key = `${sha256.slice(0, 16)}-${Math.round((seconds ?? 0) * 1000)}`;
    return batchPictureUrl(this.place.session(), { batch: chosen.id, place, key });
  }

  async #end(title: string, work: () => Promise<BatchSummary>): Promise<void> {
    await this.place.jobs.run(title, work);
    await this.reload();
  }

  #show(batch: BatchSummary): void {
    this.chosenId = batch.id;
    this.filter = null;
    this.files = new Map();
    void this.reload();
  }

  /** The rows in view; those that are known already only when they may be others now. */
  async #fetch(anew: boolean): Promise<void> {
    const { chosen, filter } = this;
    if (!chosen) {
      this.files = new Map();
      this.total = 0;
      return;
    }
    const first = Math.max(0, Math.floor(this.#view.first / PAGE) * PAGE);
    const count = Math.min(500, Math.max(PAGE, Math.ceil((this.#view.end - first) / PAGE) * PAGE));
    const known = () => {
      for (let at = this.#view.first; at < Math.min(this.#view.end, this.total); at++)
        if (!this.files.has(at)) return false;
      return true;
    };
    if (!anew && known()) return;
    const turn = ++this.#turn;
    try {
      const page = await this.place.api().batchFiles({ batch: chosen.id, state: filter, first, count });
      if (turn !== this.#turn) return;
      const files = anew ? new Map<number, BatchFile>() : new Map(this.files);
      for (const [n, file] of page.files.entries()) files.set(first + n, file);
      this.files = files;
      this.total = page.total;
    } catch (error) {
      if (turn === this.#turn) this.place.notices.problem(sentenceOf(error));
    }
  }
}

const offeredOutput = (input: string): string => {
  const folder = input.replace(/[\\/]+$/, '');
  return joinPath(parentOf(folder), texts.outputName(baseName(folder)));
};
