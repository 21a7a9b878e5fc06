/** What there is to segment in a folder that images come into, as they come. */
import { rm } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freeName } from './input-files.js';
import type { ManifestFile } from './manifest.js';
import {
  isDone,
  newEntry,
  requireNothingInTheWay,
  type SegmentJob,
  type SegmentOptions,
  type SegmentPlan,
  type WatchOptions,
} from './segment-plan.js';
import { WatchedFolder } from './watched-folder.js';

/** Between two looks, in ms: a person does not wait longer for a file than it takes to settle. */
const MOST_BETWEEN = 2000;
/** Of the time, that looking at a folder of many files may take. */
const SHARE_OF_TIME = 0.2;

export interface Watching {
  signal: AbortSignal;
  /** A file came, or came again with other content. */
  onAdded: (job: WatchedJob) => void;
  /** The folder cannot be read any more (false), or can again. */
  onReachable: (reachable: boolean) => void;
}

export type WatchedJob = SegmentJob & {
  /** Its results would lie where another program's are. */
  refused?: Error;
  /** What was made of it before it changed, which is gone now; names in the output folder. */
  stale?: readonly string[];
};

/**
 * Files of the plan and files that come, each when it is complete, until the signal aborts; null whenever there is
 * nothing to do just now. Adds what comes to the plan and its manifest.
 */
export async function* watchedJobs(
  plan: SegmentPlan,
  options: SegmentOptions & { watch: WatchOptions },
  { signal, onAdded, onReachable }: Watching,
): AsyncGenerator<WatchedJob | null> {
  const { settleMs } = options.watch;
  const input = resolve(options.input);
  const folder = new WatchedFolder(input, {
    ...{ recursive: options.recursive ?? false, output: options.output, settleMs },
    finished: new Set(plan.skipped.map((job) => job.input.path)),
  });
  const coming = new Coming(plan, options, input);
  let reachable = true;
  let idle = false;
  while (!signal.aborted) {
    const beganMs = performance.now();
    const found = await folder.look();
    const tookMs = performance.now() - beganMs;
    if (reachable !== (found !== null)) onReachable((reachable = found !== null));
    const jobs: WatchedJob[] = [];
    for (const { path } of found ?? []) {
      if (signal.aborted) return;
      const job = await coming.take(path);
      if (job === 'busy') folder.giveBack(path);
      else if (job) jobs.push(job);
    }
    jobs.forEach(onAdded);
    if (jobs.length) idle = false;
    for (const job of jobs) yield job;
    if (!idle && found !== null) yield null;
    idle = true;
    const pauseMs = Math.max(Math.min(MOST_BETWEEN, settleMs / 2), tookMs / SHARE_OF_TIME);
    await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Entries of the manifest for files that come. */
class Coming {
  private readonly jobs: Map<string, SegmentJob>;
  private readonly names: Set<string>;
  private readonly begun = new Set<ManifestFile>();

  constructor(
    private readonly plan: SegmentPlan,
    private readonly options: SegmentOptions,
    private readonly input: string,
  ) {
    this.jobs = new Map(plan.files.map((job) => [job.input.path, job]));
    this.names = new Set(plan.manifest.files.map(({ name }) => name.toLowerCase()));
  }

  /** Null where its results are there; `busy` while it is being segmented as it was before. */
  async take(path: string): Promise<WatchedJob | 'busy' | null> {
    const known = this.jobs.get(path);
    if (!known) return this.add(path);
    const { entry, input } = known;
    if (entry.state === 'waiting' && this.begun.has(entry)) return 'busy';
    if (await isDone(input, entry, this.options.output)) return null;
    const stale = entry.outputs;
    await Promise.all(stale.map((name) => rm(join(this.options.output, name), { force: true })));
    Object.assign(entry, newEntry(input));
    this.begun.add(entry);
    this.plan.skipped = this.plan.skipped.filter((job) => job !== known);
    if (!this.plan.jobs.includes(known)) this.plan.jobs.push(known);
    return { ...known, stale };
  }

  private async add(path: string): Promise<WatchedJob> {
    const below = relative(this.input, path).split(sep).join('/');
    const input = { path, relative: below, name: freeName(below, this.names, true) };
    const job = { input, entry: newEntry(input) };
    const { plan, options } = this;
    this.jobs.set(path, job);
    this.begun.add(job.entry);
    plan.files.push(job);
    plan.jobs.push(job);
    plan.manifest.files.push(job.entry);
    if (options.overwrite) return job;
    try {
      await requireNothingInTheWay(options.output, [input], new Map());
      return job;
    } catch (refused) {
      return { ...job, refused: refused as Error };
    }
  }
}
