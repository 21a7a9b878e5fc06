/** One batch that goes on in the core: it writes down how far each file is, and tells when that has changed. */
import { join } from 'node:path';
import { isAppError, messageOf } from '../../shared/errors.js';
import { addBatchFile, patchBatch, setBatchFile, setBatchFiles } from '../../store/batches.js';
import type { BatchFile } from '../../shared/app-api-batch.js';
import type { ManifestFile } from '../manifest.js';
import type { ResolvedModel } from '../models.js';
import type { Project } from '../projects.js';
import { segmentFiles, type SegmentEvent } from '../segmentation.js';
import type { SegmentJob, SegmentOptions } from '../segment-plan.js';

const MASK = /_mask\.png$/;

export interface LiveBatchOptions {
  project: Project;
  id: number;
  model: ResolvedModel;
  segment: SegmentOptions;
  /** Something changed. */
  tell: () => void;
}

export class LiveBatch {
  current: string | null = null;
  secondsLeft: number | null = null;
  /** It watches its folder, and all that is there is done. */
  idle = false;
  /** Resolves when nothing goes on any more; never rejects. */
  readonly ended: Promise<void>;
  /** Resolves when the first file is about to be segmented. @throws AppError as `segmentFiles` before that */
  readonly begun: Promise<void>;
  private readonly abort = new AbortController();
  private then: 'paused' | 'stopped' = 'paused';
  private readonly startedMs = performance.now();
  private readonly places = new Map<ManifestFile, number>();
  private waiting: ManifestFile[] = [];

  constructor(private readonly options: LiveBatchOptions) {
    let begin = () => undefined as void;
    let refuse = (_error: unknown) => undefined as void;
    this.begun = new Promise((resolve, reject) => {
      begin = resolve;
      refuse = reject;
    });
    // Whoever started it listens; nobody else needs to.
    this.begun.catch(() => undefined);
    this.ended = this.work(begin, refuse);
  }

  get id(): number {
    return this.options.id;
  }

  get output(): string {
    return this.options.segment.output;
  }

  /** The image that is being computed is finished first. */
  async end(then: 'paused' | 'stopped'): Promise<void> {
    this.then = then;
    this.abort.abort();
    await this.ended;
  }

  private async work(begin: () => void, refuse: (error: unknown) => void): Promise<void> {
    const { project, id, model, segment, tell } = this.options;
    const { store } = project;
    const notes: string[] = [];
    const onEvent = (event: SegmentEvent) => {
      if (event.kind === 'warning') notes.push(event.text);
      if (event.kind === 'plan') {
        this.plan(event.files);
        begin();
      }
      if (event.kind === 'added') this.added(event.job);
      if (event.kind === 'idle') this.idle = true;
      if (event.kind === 'file') this.file(event.file, event);
      if (event.kind === 'part') this.current = event.input;
      tell();
    };
    let begun = false;
    void this.begun.then(
      () => (begun = true),
      () => undefined,
    );
    try {
      const result = await segmentFiles(model, segment, { signal: this.abort.signal, onEvent });
      const state = result.stopped || segment.watch ? this.then : 'finished';
      // What images differ in stands with each of them.
      const error = notes.filter((text) => text.includes('was not measured')).join(' ') || null;
      patchBatch(store, id, { state, error, endedAt: new Date().toISOString() });
    } catch (error) {
      if (!begun) return refuse(error);
      const text = isAppError(error) ? error.message : `This is a fault of the program: ${messageOf(error)}`;
      // A project that can no longer be written to is told by the next call that needs it.
      try {
        patchBatch(store, id, { state: 'failed', error: text, endedAt: new Date().toISOString() });
      } catch (problem) {
        if (!isAppError(problem)) throw problem;
      }
    } finally {
      this.current = null;
      this.secondsLeft = null;
      this.idle = false;
      tell();
    }
  }

  private plan(files: readonly SegmentJob[]): void {
    const { project, id, segment } = this.options;
    for (const [place, { entry }] of files.entries()) this.places.set(entry, place);
    const waiting = files.map(({ entry }) => entry).filter(({ state }) => state !== 'done');
    for (const entry of waiting) entry.state = 'waiting';
    // Of a watched folder each comes when it is complete.
    this.waiting = segment.watch ? [] : waiting;
    setBatchFiles(
      project.store,
      id,
      files.map(({ input, entry }) => ({ path: input.path, input: input.relative, ...this.row(entry) })),
    );
    this.current = this.waiting[0]?.input ?? null;
  }

  /** Came into the watched folder, or changed there. */
  private added({ input, entry }: SegmentJob): void {
    const { store } = this.options.project;
    this.idle = false;
    this.waiting.push(entry);
    this.current ??= input.relative;
    const known = this.places.get(entry);
    const place = known ?? this.places.size;
    const row = { place, path: input.path, input: input.relative, ...this.row(entry) };
    this.places.set(entry, place);
    if (known === undefined) addBatchFile(store, this.id, row);
    else setBatchFile(store, this.id, row);
  }

  private file(entry: ManifestFile, { finished, total }: { finished: number; total: number }): void {
    const place = this.places.get(entry);
    if (place === undefined) return;
    setBatchFile(this.options.project.store, this.id, { place, ...this.row(entry) });
    this.current = this.waiting[finished]?.input ?? null;
    if (!this.options.segment.watch)
      this.secondsLeft = ((performance.now() - this.startedMs) / 1000 / finished) * (total - finished);
  }

  private row(entry: ManifestFile): Omit<BatchFile, 'place' | 'path' | 'input'> {
    const { state, sha256, error, warnings, seconds, outputs } = entry;
    const masks = outputs.filter((name) => MASK.test(name)).map((name) => join(this.output, name));
    return { state, sha256, error, warnings, seconds, masks };
  }
}
