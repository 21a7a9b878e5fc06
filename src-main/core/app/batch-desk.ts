/** The batches of all open projects. One runs at a time: each has an engine of its own, which takes the whole machine. */
import { join, resolve } from 'node:path';
import { TRIAL_FILES, type BatchSummary, type NewBatch } from '../../shared/app-api-batch.js';
import { AppError } from '../../shared/errors.js';
import {
  addBatch,
  batchById,
  batchCounts,
  batchWarnings,
  listBatches,
  patchBatch,
  removeBatch,
  type BatchRow,
} from '../../store/batches.js';
import { runById } from '../../store/runs.js';
import { listInputFiles } from '../input-files.js';
import { readManifest } from '../manifest.js';
import { resolveModel } from '../models.js';
import { SETTLE_MS } from '../segment-plan.js';
import type { Project } from '../projects.js';
import { LiveBatch } from './batch-live.js';
import type { OpenProject } from './open-project.js';
import type { Session } from './session.js';

/** Windows are told four times a second at most. */
const TELL_MS = 250;

export interface BatchDeskOptions {
  sessions: ReadonlyMap<string, Session>;
  /** A project (by its key) does not need to be open for a batch any more. */
  release: (key: string) => Promise<void>;
}

export class BatchDesk {
  private live: { key: string; name: string; batch: LiveBatch } | null = null;
  /** From the question whether one may start to its start. */
  private starting = false;
  private telling: NodeJS.Timeout | null = null;

  constructor(private readonly options: BatchDeskOptions) {}

  busy(key: string): boolean {
    return this.live?.key === key;
  }

  list({ project, key }: OpenProject): BatchSummary[] {
    return listBatches(project.store).map((row) => this.summary(project, key, row));
  }

  /** @throws AppError('exists' | 'not-found' | 'usage' | 'bad-model' | 'disk') before anything is recorded. */
  async start(open: OpenProject, given: NewBatch): Promise<BatchSummary> {
    const { store } = open.project;
    const [input, output] = [resolve(given.input), resolve(given.output)];
    const { run, options, trial, overwrite } = given;
    const { name: runName } = runById(store, run);
    if (!overwrite && (await readManifest(output)))
      throw new AppError(
        'exists',
        `${output} holds the results of an earlier batch; choose another folder, let them be replaced, or go on with that batch in the list.`,
      );
    return this.begin(open, { overwrite, trial, of: { run, runName, input, output, options } });
  }

  /** @throws AppError as `start` */
  async resume(open: OpenProject, id: number): Promise<BatchSummary> {
    const { store } = open.project;
    const row = batchById(store, id);
    if (row.run === null)
      throw new AppError(
        'not-found',
        `The model ${row.runName} was deleted; restore it from the deleted models, and segment the folder anew.`,
      );
    return this.begin(open, { overwrite: false, trial: false, of: row });
  }

  /** @throws AppError('not-found') when it does not run. */
  async end(open: OpenProject, id: number, then: 'paused' | 'stopped'): Promise<BatchSummary> {
    const row = batchById(open.project.store, id);
    const live = this.live;
    if (live?.key === open.key && live.batch.id === id) await live.batch.end(then);
    else if (row.state === 'running' || (then === 'stopped' && row.state === 'paused'))
      patchBatch(open.project.store, id, { state: then });
    return this.summary(open.project, open.key, batchById(open.project.store, id));
  }

  /** @throws AppError('exists') while it runs. */
  forget(open: OpenProject, id: number): BatchSummary[] {
    if (this.live?.key === open.key && this.live.batch.id === id)
      throw new AppError('exists', 'This batch runs; stop it first.');
    removeBatch(open.project.store, id);
    this.tell(open.key);
    return this.list(open);
  }

  /** What runs is paused after the image that is being computed. */
  async close(): Promise<void> {
    await this.live?.batch.end('paused');
    if (this.telling) clearTimeout(this.telling);
  }

  private async begin(
    open: OpenProject,
    {
      overwrite,
      trial,
      of,
    }: {
      overwrite: boolean;
      trial: boolean;
      of: Pick<BatchRow, 'run' | 'runName' | 'input' | 'output' | 'options'> & { id?: number };
    },
  ): Promise<BatchSummary> {
    const { project, key } = open;
    if (this.live || this.starting)
      throw new AppError(
        'exists',
        `A batch of ${this.live?.name ?? project.name} is running; wait for its end, or pause it first.`,
      );
    this.starting = true;
    try {
      const { input, output, options } = of;
      const model = await resolveModel(join(project.folder, runById(project.store, of.run!).folder));
      const only = trial ? await someOf(of) : null;
      const earlier = of.id === undefined ? null : batchById(project.store, of.id);
      const row = earlier
        ? patchBatch(project.store, earlier.id, { state: 'running', trial, error: null, endedAt: null })
        : addBatch(project.store, { ...of, trial });
      const { recursive, overlay, probabilities, measure, cleanUp, watch } = options;
      const resume = earlier !== null;
      const batch = new LiveBatch({
        project,
        id: row.id,
        model,
        segment: {
          ...{ input, output, recursive, overlay, probabilities, measure, resume, overwrite },
          ...(cleanUp && { cleanUp }),
          ...(only ? { only } : watch && { watch: { settleMs: SETTLE_MS } }),
        },
        tell: () => this.tell(key),
      });
      this.live = { key, name: project.name, batch };
      void batch.ended.then(async () => {
        this.live = null;
        this.tell(key);
        await this.options.release(key);
      });
      try {
        await batch.begun;
      } catch (error) {
        await batch.ended;
        if (earlier) patchBatch(project.store, earlier.id, earlier);
        else removeBatch(project.store, row.id);
        throw error;
      }
      this.tell(key);
      return this.summary(project, key, batchById(project.store, row.id));
    } finally {
      this.starting = false;
    }
  }

  private summary(project: Project, key: string, row: BatchRow): BatchSummary {
    const { id, run, runName, input, output, options, trial, error, createdAt } = row;
    const live = this.live?.key === key && this.live.batch.id === id ? this.live.batch : null;
    return {
      ...{ id, run, runName, input, output, options, trial, error, createdAt },
      // What says that it runs and does not was left so by the end of the program.
      state: row.state === 'running' && !live ? 'paused' : row.state,
      ...batchCounts(project.store, id),
      current: live?.current ?? null,
      idle: live?.idle ?? false,
      secondsLeft: live?.secondsLeft ?? null,
      warnings: batchWarnings(project.store, id),
    };
  }

  private tell(key: string): void {
    this.telling ??= setTimeout(() => {
      this.telling = null;
      for (const session of this.options.sessions.values())
        if (session.project?.key === key) session.emit({ kind: 'batches' });
    }, TELL_MS).unref();
  }
}

/** Names of the first, the last, and of files evenly between them. */
async function someOf({
  input,
  output,
  options,
}: Pick<BatchRow, 'input' | 'output' | 'options'>): Promise<string[]> {
  const files = await listInputFiles(input, { recursive: options.recursive, output });
  const last = Math.min(TRIAL_FILES, files.length) - 1;
  const places = Array.from({ length: last + 1 }, (_, n) =>
    last === 0 ? 0 : Math.round((n * (files.length - 1)) / last),
  );
  return places.map((place) => files[place]!.relative);
}
