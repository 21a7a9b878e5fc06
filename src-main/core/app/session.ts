/** One window's connection: the project it has open, the events it is pushed, the pixels it waits for. */
import type { AppEvent } from '../../shared/app-api.js';
import { AppError } from '../../shared/errors.js';
import { findLayer } from '../../store/layers.js';
import type { Store } from '../../store/open.js';
import type { Project } from '../projects.js';
import { LiveDesk } from './live-desk.js';
import { OpenProject } from './open-project.js';
import { Results } from './results.js';
import { watchOtherPrograms } from './other-programs.js';
import type { AppServices } from './service.js';

/** What a call changed, to be told to every window that shows it. */
export interface Change {
  /** Rows of the image list; null: the whole list. */
  images?: readonly number[] | null;
  /** Images whose labels are others now; null: possibly all. */
  labels?: readonly number[] | null;
}

/** Strokes come faster than a list needs to follow. */
const TELL_MS = 500;

export class Session {
  project: OpenProject | null = null;
  /** What this window has measured. */
  readonly results = new Results();
  /** What is suggested from this window's strokes. */
  readonly live: LiveDesk;
  /** The image in the editor. */
  openedImage: number | null = null;
  private readonly listeners = new Set<(event: AppEvent) => void>();
  private readonly closing = new AbortController();
  /** Requests for pixels that are under way, by image. */
  private readonly requests = new Map<number, Set<AbortController>>();
  /** Calls on the open project that have not been answered, and what stops them. */
  private readonly running = new Set<Promise<unknown>>();
  private projectEnd = new AbortController();
  private stopWatching: () => void = () => undefined;
  private untold: { images: Set<number> | null; timer: NodeJS.Timeout } | null = null;

  constructor(readonly services: AppServices) {
    this.live = new LiveDesk(services);
  }

  /** Aborted when the window is gone. */
  get closed(): AbortSignal {
    return this.closing.signal;
  }

  /** @throws AppError('usage') */
  requireProject(): OpenProject {
    if (!this.project) throw new AppError('usage', 'No project is open; open one first.');
    return this.project;
  }

  /** @throws AppError('usage'), and as `Store.requireWritable`. */
  requireWritable(): OpenProject {
    const open = this.requireProject();
    open.project.store.requireWritable();
    return open;
  }

  /** Takes the place of the project that was open. One that trains without a window is given as it is. */
  async open(project: Project | OpenProject): Promise<OpenProject> {
    await this.closeProject();
    const onProblem = (sentence: string) => this.emit({ kind: 'notice', sentence });
    if (project instanceof OpenProject) project.welcome(onProblem);
    this.project = project instanceof OpenProject ? project : new OpenProject(project, onProblem);
    this.services.sessions.set(this.project.session, this);
    this.stopWatching = watchOtherPrograms(this.project.project.store, () => {
      this.tellOfLabels(null);
      this.tellLater(null);
    });
    return this.project;
  }

  async closeProject(): Promise<void> {
    const { project } = this;
    if (!project) return;
    // From here on nothing can reach it.
    this.project = null;
    this.projectEnd.abort();
    this.projectEnd = new AbortController();
    this.stopWatching();
    this.dropRequests();
    this.openedImage = null;
    if (this.untold) clearTimeout(this.untold.timer);
    this.untold = null;
    this.services.sessions.delete(project.session);
    // The store must not be closed under them.
    await Promise.allSettled([...this.running]);
    await this.results.close();
    await this.live.end();
    // A training goes on without its window.
    if (!this.services.trainings.park(project)) await project.close();
  }

  /** Does a call's work on the open project; closing the project stops it and waits for its end. */
  async during<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const answer = work(AbortSignal.any([signal, this.projectEnd.signal]));
    this.running.add(answer);
    try {
      return await answer;
    } finally {
      this.running.delete(answer);
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.listeners.clear();
    await this.closeProject();
  }

  listen(listener: (event: AppEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: AppEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** Tells the other windows on this project; and this one too, of what its calls do not answer with. */
  changed(change: Change, { self = false } = {}): void {
    const key = this.project?.key;
    for (const other of this.services.sessions.values()) {
      if (other.project?.key !== key) continue;
      if (other !== this && change.labels !== undefined) other.tellOfLabels(change.labels);
      if (other !== this || self) other.tellLater(change.images === undefined ? [] : change.images);
    }
  }

  private tellOfLabels(ids: readonly number[] | null): void {
    const { openedImage: imageId, project } = this;
    if (imageId === null || !project || (ids && !ids.includes(imageId))) return;
    this.emit({ kind: 'mask', imageId, version: labelVersion(project.project.store, imageId) });
  }

  /** Collects what changed and pushes it together with the project's new state. */
  private tellLater(images: readonly number[] | null): void {
    this.untold ??= {
      images: new Set(),
      timer: setTimeout(() => this.tell(), TELL_MS).unref(),
    };
    if (images === null) this.untold.images = null;
    else for (const id of images) this.untold.images?.add(id);
  }

  private tell(): void {
    const { untold, project } = this;
    this.untold = null;
    if (!untold || !project) return;
    try {
      this.emit({ kind: 'project', state: project.state() });
    } catch (error) {
      // Nobody asked: whatever is wrong with the file is told by the next call that needs it.
      if (!(error instanceof AppError)) throw error;
      return;
    }
    const ids = untold.images && [...untold.images];
    if (ids === null || ids.length) this.emit({ kind: 'images', ids });
  }

  /** A request for pixels of an image: aborted by its caller, or when the image is left. @returns a function for its end. */
  request(imageId: number, signal: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
    const controller = new AbortController();
    const requests = this.requests.get(imageId) ?? new Set();
    this.requests.set(imageId, requests.add(controller));
    const abort = () => controller.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    return {
      signal: controller.signal,
      end: () => {
        signal?.removeEventListener('abort', abort);
        requests.delete(controller);
        if (!requests.size && this.requests.get(imageId) === requests) this.requests.delete(imageId);
      },
    };
  }

  /** Nobody looks at these images any more. */
  dropRequests(except?: number): void {
    for (const [imageId, requests] of this.requests)
      if (imageId !== except) for (const controller of requests) controller.abort();
  }
}

/** 0 where nobody has labelled yet. */
export const labelVersion = (store: Store, imageId: number): number =>
  findLayer(store, imageId)?.version ?? 0;
