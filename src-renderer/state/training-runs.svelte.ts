/** The runs of a project, newest first: their scores and curves, and what a person does with them. */
import type {
  RunDetail,
  RunExportFormat,
  RunSummary,
  TrainingApi,
} from '../../src-main/shared/app-api-training.js';
import { strings } from '../strings.js';
import { trainingStrings as texts } from '../strings-training.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import type { Notices } from './notices.svelte.js';

export interface RunsPlace {
  api: () => TrainingApi;
  jobs: Jobs;
  notices: Notices;
}

export class TrainingRuns {
  list: readonly RunSummary[] = $state.raw([]);
  /** Drawn dashed beside the training that is looked at; ids. */
  compared: ReadonlySet<number> = $state.raw(new Set<number>());
  /** In the project's bin, newest first. */
  deleted: readonly { run: number; name: string; deletedAt: string }[] = $state.raw([]);
  details: ReadonlyMap<number, RunDetail> = $state.raw(new Map<number, RunDetail>());
  /** The one that is predicted with unless another is chosen. */
  readonly current: RunSummary | null = $derived(
    this.list.find((run) => run.current && run.usable) ?? this.list.find((run) => run.usable) ?? null,
  );
  #asked = new Set<number>();

  constructor(private readonly place: RunsPlace) {}

  async reload(): Promise<void> {
    try {
      this.#adopt(await this.place.api().runs({}));
    } catch (error) {
      this.place.notices.problem(sentenceOf(error));
    }
  }

  #adopt(list: readonly RunSummary[]): void {
    this.list = list;
    const there = new Set(list.map(({ id }) => id));
    this.compared = new Set([...this.compared].filter((id) => there.has(id)));
    // What a run that trains has reached is another thing now.
    const settled = new Set(list.filter(({ state }) => state !== 'running').map(({ id }) => id));
    this.details = new Map(
      [...this.details].filter(([id, run]) => settled.has(id) && run.state !== 'running'),
    );
  }

  /** Fetches curves and settings of a run once; a run that is gone meanwhile stays unknown. */
  need(id: number): void {
    if (this.details.has(id) || this.#asked.has(id)) return;
    this.#asked.add(id);
    void this.place
      .api()
      .runDetail({ run: id })
      .then((detail) => (this.details = new Map(this.details).set(id, detail)))
      .catch(() => undefined)
      .finally(() => this.#asked.delete(id));
  }

  toggleCompared(id: number): void {
    const next = new Set(this.compared);
    if (!next.delete(id)) next.add(id);
    this.compared = next;
  }

  async rename(id: number, name: string): Promise<void> {
    const run = await this.place.jobs.run(texts.runs.rename, () =>
      this.place.api().renameRun({ run: id, name }),
    );
    if (run) this.#replace(run);
  }

  async keep(id: number, keep: boolean): Promise<void> {
    const run = await this.place.jobs.run(texts.runs.keep, () => this.place.api().keepRun({ run: id, keep }));
    if (run) this.#replace(run);
  }

  async remove(id: number): Promise<void> {
    const name = this.list.find((run) => run.id === id)?.name ?? '';
    const list = await this.place.jobs.run(texts.runs.remove, () => this.place.api().deleteRun({ run: id }));
    if (!list) return;
    this.#adopt(list);
    this.place.notices.say(texts.runs.removed(name), 'done', {
      label: strings.commands.undo,
      run: () => void this.restore(id),
    });
  }

  async lookIntoBin(): Promise<void> {
    // A bin that cannot be read is no reason to disturb anybody.
    this.deleted = await this.place
      .api()
      .deletedRuns({})
      .catch(() => []);
  }

  async restore(id: number): Promise<void> {
    const list = await this.place.jobs.run(texts.runs.restore, () =>
      this.place.api().restoreRun({ run: id }),
    );
    if (list) this.#adopt(list);
  }

  async exportTo(id: number, folder: string, format: RunExportFormat): Promise<void> {
    const done = await this.place.jobs.run(texts.runs.export, (call) =>
      this.place.api().exportRun({ run: id, folder, format }, call),
    );
    if (done) this.place.notices.say(texts.runs.exported(done.path), 'done');
  }

  #replace(run: RunSummary): void {
    this.list = this.list.map((other) => (other.id === run.id ? run : other));
    this.details = new Map(
      [...this.details].map(([id, detail]) => [id, id === run.id ? { ...detail, ...run } : detail]),
    );
  }
}
