/** The whole window: its connection to the core, the open project if there is one, and what is shown over it. */
import { tick } from 'svelte';
import type { AppApi, AppInfo, ProjectState, RecentProject } from '../../src-main/shared/app-api.js';
import { isAppError } from '../../src-main/shared/errors.js';
import type { HostApi, HostEvent } from '../../src-main/shared/host-api.js';
import { connectToCore } from '../api.js';
import { repairStrings } from '../strings-repair.js';
import { strings } from '../strings.js';
import { Commands } from './commands.svelte.js';
import { Dialogs, type BrowseRequest } from './dialogs.svelte.js';
import { Jobs, sentenceOf } from './jobs.svelte.js';
import { Notices, type Notice } from './notices.svelte.js';
import { WindowPreferences } from './preferences.svelte.js';
import { ProjectSession } from './project.svelte.js';

const RETRIES_MS = [500, 1000, 2000, 4000];

export type ConnectionState = 'connecting' | 'ready' | 'lost';

export class AppState {
  readonly notices = new Notices();
  readonly jobs = new Jobs(this.notices, (error) => this.remedy(error));
  readonly dialogs = new Dialogs();
  readonly preferences = new WindowPreferences();
  readonly commands = new Commands(this.preferences);
  connection = $state<ConnectionState>('connecting');
  info = $state.raw<AppInfo | null>(null);
  recent = $state.raw<readonly RecentProject[]>([]);
  project = $state.raw<ProjectSession | null>(null);
  /** Which panel of the right side is shown. */
  panel = $state<'label' | 'train' | 'review' | 'batch' | 'image'>('label');
  /** While a project is being opened. */
  opening = $state(false);
  /** Native dialogs, menu and title in the desktop app; null in a browser. */
  host = $state.raw<HostApi | null>(null);
  #api: AppApi | null = null;
  /** The project that is being opened. */
  #asked: string | null = null;

  /** The core. @throws when it has not been reached yet, which no screen that calls it lets happen. */
  get api(): AppApi {
    if (!this.#api) throw new Error('There is no connection yet.');
    return this.#api;
  }

  /** Connects, and again whenever the core went away; resolves after the first connection. */
  async start(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const connection = await connectToCore((event) => void this.#takeHostEvent(event));
        this.#api = connection.api;
        this.host = connection.host;
        void connection.lost.then(() => this.#lost());
        await this.#ready(connection.api);
        return;
      } catch {
        this.connection = 'lost';
        await pause(RETRIES_MS[Math.min(attempt, RETRIES_MS.length - 1)]!);
      }
    }
  }

  async #ready(api: AppApi): Promise<void> {
    this.info = await api.appInfo({});
    void api.events({}, { onEvent: (event) => this.project?.take(event) }).catch(() => undefined);
    await this.preferences.load(api);
    this.recent = await api.recentProjects({});
    const folder = this.project?.state.folder;
    if (folder !== undefined) await this.#reopen(folder);
    this.connection = 'ready';
    const asked = projectInAddress();
    if (asked !== null && !this.project) await this.openProject(asked);
  }

  async #takeHostEvent(event: HostEvent): Promise<void> {
    if (event.kind === 'command') this.commands.run(event.id);
    if (event.kind === 'open-project') await this.openProject(event.folder);
    if (event.kind === 'flush') {
      await Promise.all([this.preferences.save(), this.#settle()]);
      await this.host?.flushed({ unsaved: this.unsaved });
    }
  }

  #lost(): void {
    this.connection = 'lost';
    void this.start();
  }

  /** After a lost connection: the same project, at the same image. */
  async #reopen(folder: string): Promise<void> {
    const former = this.project;
    const before = former?.images;
    try {
      const state = await this.api.openProject({ folder });
      const session = await this.#show(state);
      if (before?.currentId !== null && before?.currentId !== undefined)
        session.images.choose(before.currentId);
    } catch (error) {
      this.project = null;
      this.notices.say(sentenceOf(error), 'problem', this.remedy(error, folder));
    }
  }

  async #show(state: ProjectState): Promise<ProjectSession> {
    const former = this.project?.state.folder === state.folder ? this.project : null;
    const session = new ProjectSession(
      { api: this.api, jobs: this.jobs, notices: this.notices, preferences: this.preferences },
      state,
    );
    if (former) await this.#carry(former, session);
    const { images } = session;
    await session.load('added');
    const stay = session.held ?? former?.images.currentId ?? null;
    if (stay !== null && images.ids.includes(stay)) images.choose(stay);
    void session.modelling.training.load();
    void session.modelling.batches.reload();
    this.project = session;
    putInAddress(state.folder);
    return session;
  }

  /** Opens what `work` answers with. Resolves to the session, or undefined when it failed, which was said. */
  async #open(
    title: string,
    work: (call: object) => Promise<ProjectState>,
    folder: string | null = null,
  ): Promise<ProjectSession | undefined> {
    if (this.opening) return undefined;
    this.opening = true;
    this.#asked = folder;
    try {
      await this.#settle();
      const kept = this.project?.state.folder === folder;
      if (!kept && !this.#mayLeave(() => this.#open(title, work, folder))) return undefined;
      const state = await this.jobs.run(title, work);
      if (!state) return undefined;
      this.dialogs.closeAll();
      const session = await this.#show(state);
      this.recent = await this.api.recentProjects({});
      return session;
    } finally {
      this.opening = false;
      this.#asked = null;
    }
  }

  openProject(folder: string, takeOver = false): Promise<ProjectSession | undefined> {
    return this.#open(strings.welcome.opening, () => this.api.openProject({ folder, takeOver }), folder);
  }

  openSample(): Promise<ProjectSession | undefined> {
    return this.#open(strings.welcome.sample, (call) => this.api.openSample({}, call));
  }

  createProject(folder: string, classes: string[]): Promise<ProjectSession | undefined> {
    return this.#open(strings.newProject.title, () => this.api.createProject({ folder, classes }));
  }

  async closeProject(): Promise<void> {
    await this.#settle();
    if (!this.#mayLeave(() => this.closeProject())) return;
    await this.jobs.run(strings.commands.closeProject, () => this.api.closeProject({}));
    this.project = null;
    putInAddress(null);
    this.recent = await this.api.recentProjects({});
  }

  /** What could not be saved through the former session goes on in the one that takes its place. */
  async #carry(former: ProjectSession, session: ProjectSession): Promise<void> {
    const doubtful = former.classes.some(({ value, name }) => session.classOf(value)?.name !== name);
    // With the labels as they were when it was painted, most is saved at once.
    if (!doubtful && !session.readOnly) await former.saveThrough(this.api).catch(() => undefined);
    const held = await former.editing.release();
    session.goOnWith(held.map((image) => ({ ...image, doubtful: image.doubtful || doubtful })));
  }

  /** Whether nothing is lost when the project is left; otherwise it is said, and leaving it is offered. */
  #mayLeave(leave: () => Promise<unknown>): boolean {
    const { project } = this;
    const names = project?.editing.unsaved ?? [];
    if (!project || names.length === 0) return true;
    this.notices.say(strings.held.leaving(names), 'problem', {
      label: strings.held.discard,
      run: () => void project.editing.release().then(leave),
    });
    return false;
  }

  /** Images of the open project with strokes that are not saved. */
  get unsaved(): number {
    return this.project?.editing.unsaved.length ?? 0;
  }

  /** Waits for strokes on their way; one that cannot be saved was said and stays in the window's memory. */
  async #settle(): Promise<void> {
    await this.project?.editing.settled().catch(() => undefined);
  }

  /** What can be done about an error: a damaged project can be mended. */
  remedy(error: unknown, folder = this.#asked ?? this.project?.state.folder): Notice['action'] {
    if (folder === undefined || !isAppError(error) || error.code !== 'bad-project') return null;
    return { label: repairStrings.command, run: () => void this.repairProject(folder) };
  }

  /** Checks a project as a whole and offers to mend it; without a folder the open one, or one that is chosen. */
  async repairProject(folder = this.project?.state.folder): Promise<void> {
    const chosen = folder ?? (await this.#askForProject(repairStrings.chooseTitle));
    if (chosen === null) return;
    // A file that is open cannot be exchanged.
    if (this.project?.state.folder === chosen) await this.closeProject();
    if (this.project?.state.folder !== chosen) this.dialogs.show({ kind: 'repair', folder: chosen });
  }

  async forgetRecent(folder: string): Promise<void> {
    const recent = await this.jobs.run(strings.welcome.forget, () => this.api.forgetRecent({ folder }));
    if (recent) this.recent = recent;
  }

  /** Shows the note of the current image, ready to type. */
  async showNote(): Promise<void> {
    this.panel = 'image';
    await tick();
    document.getElementById('image-note')?.focus();
  }

  /** A native dialog where there is one, our own folder browser elsewhere; null when nothing was chosen. */
  async choosePaths(request: BrowseRequest): Promise<string[] | null> {
    if (!this.host) return this.dialogs.browse(request);
    const { wanted, title, folder } = request;
    const paths = await this.host.pickOpen({ kind: wanted, title, ...(folder !== null && { folder }) });
    return paths.length > 0 ? paths : null;
  }

  async chooseProject(): Promise<void> {
    const chosen = await this.#askForProject(strings.welcome.openTitle);
    if (chosen !== null) await this.openProject(chosen);
  }

  async #askForProject(title: string): Promise<string | null> {
    const folder = this.info?.documentsFolder ?? null;
    const chosen = await this.choosePaths({ title, wanted: 'project', folder });
    return chosen?.[0] ?? null;
  }
}

/**
 * The project in the page's address: what `brushfield serve PROJECT` asks for, and what a reload, or a window that
 * was lost, opens again.
 */
const projectInAddress = (): string | null => new URLSearchParams(location.hash.slice(1)).get('project');

const putInAddress = (folder: string | null): void =>
  history.replaceState(
    null,
    '',
    location.pathname + (folder === null ? '' : `#project=${encodeURIComponent(folder)}`),
  );

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
