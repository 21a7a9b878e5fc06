/** One open project: its state as the core pushes it, its images, and the changes a person can make to it. */
import { thumbnailUrl } from '../../src-main/shared/app-urls.js';
import type {
  AppApi,
  AppEvent,
  ImageListRow,
  ImageOrder,
  ProjectState,
} from '../../src-main/shared/app-api.js';
import type { ClassInfo } from '../../src-main/shared/model.js';
import { strings } from '../strings.js';
import { Editing } from './editing.svelte.js';
import type { HeldImage } from './held-edits.js';
import { ImageList } from './image-list.svelte.js';
import { sentenceOf, type Jobs } from './jobs.svelte.js';
import { Modelling } from './modelling.svelte.js';
import type { Notices } from './notices.svelte.js';
import type { WindowPreferences } from './preferences.svelte.js';
import { Tools } from './tools.svelte.js';

export interface SessionPlace {
  api: AppApi;
  jobs: Jobs;
  notices: Notices;
  preferences: WindowPreferences;
}

/** What the editor wants to hear of the project's events. */
export interface ProjectListener {
  /** Labels were changed by somebody else, or by an undone step of the project; `imageId` null: any image's. */
  maskChanged(imageId: number | null): void;
}

export class ProjectSession {
  state: ProjectState = $state.raw()!;
  readonly images: ImageList;
  /** An image with strokes that the session before this one could not save. */
  held: number | null = null;
  /** Set when another window has taken the project over. */
  accessLost = $state<string | null>(null);
  readonly tools = new Tools();
  /** The image that is open for painting. */
  readonly editing: Editing;
  /** Trainings, predictions and their correction. */
  readonly modelling: Modelling;
  /** What Ctrl+Z would take back: the last change of the project, or else of the open image. */
  newest: 'project' | 'undone' | 'image' = $state('image');
  /** A change of the project that is on its way: an undo pressed meanwhile is of it. */
  changing: Promise<unknown> | null = null;
  readonly readOnly = $derived(this.state.access === 'read' || this.accessLost !== null);
  readonly readOnlyReason = $derived(this.accessLost ?? this.state.readOnlyReason);
  readonly classes: readonly ClassInfo[] = $derived(this.state.classes);
  #listeners = new Set<ProjectListener>();

  constructor(
    private readonly place: SessionPlace,
    state: ProjectState,
  ) {
    this.state = state;
    this.images = new ImageList({
      api: place.api,
      onProblem: (error) => this.#problem(error),
    });
    this.editing = new Editing({ project: this, jobs: place.jobs, notices: place.notices });
    this.modelling = new Modelling({ project: this, ...place });
    if (state.readOnlyReason !== null) place.notices.say(state.readOnlyReason);
    for (const notice of state.notices) place.notices.say(notice);
  }

  /** Label value that is painted with. */
  get classValue(): number {
    return this.tools.classValue;
  }

  set classValue(value: number) {
    this.tools.classValue = value;
  }

  get api(): AppApi {
    return this.place.api;
  }

  async load(order: ImageOrder): Promise<void> {
    this.images.order = order;
    await this.images.reload();
    void this.images.loadOutlines();
    const [first] = this.images.ids;
    if (first !== undefined && this.images.currentId === null) this.images.choose(first);
  }

  /** When the core was started anew: what it was not told any more is saved through the new one. */
  async saveThrough(api: AppApi): Promise<void> {
    this.place.api = api;
    await this.editing.settled();
  }

  /** Takes over what the session before could not save; it is shown and saved as its images are opened. */
  goOnWith(images: readonly HeldImage[]): void {
    this.editing.hold(images);
    this.held = images[0]?.imageId ?? null;
    const names = images.map(({ name }) => name);
    if (names.length > 1) this.place.notices.problem(strings.held.open(names.slice(1)));
  }

  classOf(value: number): ClassInfo | undefined {
    return this.classes.find((entry) => entry.value === value);
  }

  thumbnail(row: ImageListRow): string {
    return thumbnailUrl(this.state.session, row, true);
  }

  /** Returns a function that stops listening. */
  listen(listener: ProjectListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in one event of the core. */
  take(event: AppEvent): void {
    if (event.kind === 'project') this.#adopt(event.state);
    if (event.kind === 'images') void this.images.changed(event.ids);
    if (event.kind === 'access-lost') {
      this.accessLost = event.sentence;
      this.place.notices.problem(event.sentence);
    }
    if (event.kind === 'notice') this.place.notices.say(event.sentence);
    if (event.kind === 'mask') this.#tell(event.imageId);
    this.modelling.take(event);
  }

  #adopt(state: ProjectState): void {
    this.state = state;
    // The class that was painted with may be gone.
    if (this.tools.classValue > state.classes.length) this.tools.classValue = state.classes.length;
  }

  #tell(imageId: number | null): void {
    for (const listener of this.#listeners) listener.maskChanged(imageId);
  }

  #problem(error: unknown): void {
    this.place.notices.problem(sentenceOf(error));
  }

  /** Runs a change that answers with the project's new state. Resolves to whether it was made. */
  async #change(
    title: string,
    work: (call: object) => Promise<ProjectState>,
    labels = false,
  ): Promise<boolean> {
    const running = this.place.jobs.run(title, work);
    this.changing = running;
    const state = await running;
    if (this.changing === running) this.changing = null;
    if (!state) return false;
    this.#adopt(state);
    this.newest = 'project';
    if (labels) this.#tell(null);
    return true;
  }

  /** Takes in a state that another call answered with, after which any label may be another. */
  async replaced(state: ProjectState): Promise<void> {
    this.#adopt(state);
    this.#tell(null);
    await this.images.changed(null);
  }

  async undoProject(): Promise<void> {
    const state = await this.place.jobs.run(strings.commands.undoProject, (call) =>
      this.api.undoProject({}, call),
    );
    if (!state) return;
    this.newest = 'undone';
    await this.replaced(state);
  }

  async redoProject(): Promise<void> {
    const state = await this.place.jobs.run(strings.commands.redoProject, (call) =>
      this.api.redoProject({}, call),
    );
    if (!state) return;
    this.newest = 'project';
    await this.replaced(state);
  }

  addClass(name: string): Promise<boolean> {
    return this.#change(strings.classes.add, () => this.api.addClass({ name }));
  }

  renameClass(value: number, name: string): Promise<boolean> {
    return this.#change(strings.classes.rename, () => this.api.changeClass({ value, name }));
  }

  recolourClass(value: number, color: string): Promise<boolean> {
    return this.#change(strings.classes.recolour, () => this.api.changeClass({ value, color }));
  }

  removeClass(value: number, replaceBy: number): Promise<boolean> {
    return this.#change(
      strings.classes.remove,
      (call) => this.api.removeClass({ value, replaceBy }, call),
      true,
    );
  }

  /** Moves the class `by` places in the list. */
  moveClass(value: number, by: number): Promise<boolean> {
    const values = this.classes.map((entry) => entry.value);
    const from = values.indexOf(value);
    const to = Math.max(0, Math.min(values.length - 1, from + by));
    if (from < 0 || from === to) return Promise.resolve(false);
    values.splice(to, 0, ...values.splice(from, 1));
    return this.#change(strings.classes.reorder, (call) => this.api.orderClasses({ values }, call), true);
  }

  setSplit(ids: number[], split: ImageListRow['split']): Promise<boolean> {
    return this.#ofImages(ids, strings.images.setSplit, () => this.api.setSplit({ ids, split }));
  }

  setGroup(ids: number[], group: string): Promise<boolean> {
    return this.#ofImages(ids, strings.images.setGroup, () => this.api.setGroup({ ids, group }));
  }

  markDone(ids: number[], done: boolean): Promise<boolean> {
    return this.#ofImages(ids, strings.images.markDone, () => this.api.markDone({ ids, done }));
  }

  async removeImages(ids: number[]): Promise<boolean> {
    const removed = await this.#change(strings.images.remove, () => this.api.removeImages({ ids }));
    if (removed) {
      await this.images.changed(null);
      this.place.notices.say(strings.images.removed(ids.length), 'done', {
        label: strings.commands.undo,
        run: () => void this.undoProject(),
      });
    }
    return removed;
  }

  async splitImages(parts: Parameters<AppApi['splitImages']>[0]): Promise<boolean> {
    const done = await this.#change(strings.split.title, (call) => this.api.splitImages(parts, call));
    if (done) await this.images.changed(null);
    return done;
  }

  setNote(id: number, note: string, acquisition: string): Promise<boolean> {
    return this.#ofImages([id], strings.images.setNote, () => this.api.setNote({ id, note, acquisition }));
  }

  async #ofImages(ids: number[], title: string, work: () => Promise<ProjectState>): Promise<boolean> {
    const done = await this.#change(title, work);
    if (done) await this.images.changed(ids);
    return done;
  }
}
