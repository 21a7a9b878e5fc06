/** One window: its page, its connection to the core, and what it asks of the desktop. */
import {
  BrowserWindow,
  dialog,
  MessageChannelMain,
  nativeTheme,
  type IpcMainEvent,
  type Session,
} from 'electron';
import { join } from 'node:path';
import type { CoreKeeper } from '../../core/app/core-keeper.js';
import { packageRoot } from '../../disk/package-root.js';
import { messageOf } from '../../shared/errors.js';
import type { HostApi, HostEvent, MenuSection } from '../../shared/host-api.js';
import { serve } from '../../shared/rpc.js';
import { dialogsOf } from './dialogs.js';
import { FIRST_MENU, showMenu } from './menu.js';
import { isPageUrl, PAGE_URL } from './page-scheme.js';
import { portOf } from './ports.js';
import { rememberedWindow, rememberWindow, SMALLEST } from './window-state.js';

export interface AppWindowOptions {
  session: Session;
  keeper: CoreKeeper;
  /** A project to open first. */
  project: string | null;
  newWindow: (project: string | null) => void;
  /** A project was opened in the window. */
  opened: (folder: string) => void;
  closed: () => void;
}

/** How long a page may take to save what is not saved. */
const FLUSH_MS = 5000;
/** A page that dies twice within this time is not started a third time. */
const CRASH_AGAIN_MS = 10_000;

export class AppWindow {
  readonly window: BrowserWindow;
  /** Folder of the project that is open in it. */
  project: string | null = null;
  private sections: readonly MenuSection[] = FIRST_MENU;
  private listener: ((event: HostEvent) => void) | null = null;
  /** What happened before the page listened. */
  private waiting: HostEvent[] = [];
  private disconnect: () => void = () => undefined;
  private readyToClose = false;
  private flushed: (unsaved: number) => void = () => undefined;
  private closing = false;
  private crashedAt = -Infinity;

  constructor(private readonly options: AppWindowOptions) {
    const { options: place, maximized } = rememberedWindow();
    this.window = new BrowserWindow({
      ...place,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      title: 'Brushfield',
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1e1e1e' : '#f4f4f4',
      webPreferences: {
        session: options.session,
        preload: join(packageRoot(), 'out', 'electron', 'preload.cjs'),
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        // It would fetch dictionaries.
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    });
    if (maximized) this.window.maximize();
    if (options.project !== null) this.tell({ kind: 'open-project', folder: options.project });
    this.applyMenu();
    this.window.on('focus', () => this.applyMenu());
    this.window.on('close', (event) => this.beforeClose(event));
    this.window.on('closed', () => {
      this.disconnect();
      options.closed();
    });
    this.window.webContents.on('render-process-gone', (_event, { reason }) => this.pageDied(reason));
    void this.window.loadURL(PAGE_URL).catch((error: unknown) => this.pageMissing(error));
  }

  /** Whether a message comes from this window's own page, and not from a frame or a foreign page in it. */
  isSender({ sender, senderFrame }: IpcMainEvent): boolean {
    return (
      !this.window.isDestroyed() &&
      sender === this.window.webContents &&
      senderFrame != null &&
      senderFrame.routingId === this.window.webContents.mainFrame.routingId &&
      senderFrame.processId === this.window.webContents.mainFrame.processId &&
      isPageUrl(senderFrame.url)
    );
  }

  /** Gives the page its two ports; those it had before are closed. */
  connect(): void {
    this.disconnect();
    const toCore = new MessageChannelMain();
    const toHost = new MessageChannelMain();
    const stopServing = serve(this.hostApi(), portOf(toHost.port1));
    const closeSession = this.joinCore(toCore);
    this.disconnect = () => {
      this.disconnect = () => undefined;
      this.listener = null;
      stopServing();
      closeSession();
      toCore.port1.close();
      toHost.port1.close();
    };
    this.window.webContents.postMessage('ports', null, [toCore.port2, toHost.port2]);
  }

  /** Kept until the page listens. */
  tell(event: HostEvent): void {
    if (this.listener) this.listener(event);
    else if (event.kind !== 'flush') this.waiting.push(event);
  }

  show(): void {
    if (this.window.isMinimized()) this.window.restore();
    this.window.show();
    this.window.focus();
  }

  private joinCore({ port1 }: MessageChannelMain): () => void {
    try {
      const core = this.options.keeper.current();
      const session = core.openSession((message) => port1.postMessage(message));
      portOf(port1).listen((message) => session.post(message));
      let left = false;
      void core.ended.then(({ message }) => {
        if (!left) this.tell({ kind: 'core-ended', sentence: message });
      });
      return () => {
        left = true;
        session.close();
      };
    } catch (error) {
      this.tell({ kind: 'core-ended', sentence: messageOf(error) });
      return () => undefined;
    }
  }

  private hostApi(): HostApi {
    const { window } = this;
    return {
      ...dialogsOf(window),
      hostEvents: (_, call) =>
        new Promise((resolve) => {
          const send = (event: HostEvent) => call?.onEvent?.(event);
          this.listener = send;
          for (const event of this.waiting.splice(0)) send(event);
          call?.signal?.addEventListener('abort', () => {
            if (this.listener === send) this.listener = null;
            resolve();
          });
        }),
      setTitle: async ({ title, project }) => {
        window.setTitle(String(title).slice(0, 500));
        if (typeof project === 'string' && project !== this.project) this.options.opened(project);
        this.project = typeof project === 'string' ? project : null;
      },
      setMenu: async ({ sections }) => {
        showMenu(window, sections, this.run);
        this.sections = sections;
      },
      newWindow: async ({ project }) => this.options.newWindow(typeof project === 'string' ? project : null),
      flushed: async (answer) => this.flushed(Number(answer?.unsaved) || 0),
      closeWindow: async () => window.close(),
    };
  }

  private readonly run = (id: string) => this.tell({ kind: 'command', id });

  private applyMenu(): void {
    showMenu(this.window, this.sections, this.run);
  }

  private beforeClose(event: { preventDefault(): void }): void {
    rememberWindow(this.window);
    if (this.readyToClose || !this.listener) return;
    event.preventDefault();
    if (this.closing) return;
    this.closing = true;
    const close = () => {
      clearTimeout(limit);
      this.readyToClose = true;
      if (!this.window.isDestroyed()) this.window.close();
    };
    const limit = setTimeout(close, FLUSH_MS);
    this.flushed = (unsaved) => {
      // A later answer is to a question that was not asked.
      this.flushed = () => undefined;
      clearTimeout(limit);
      if (unsaved === 0) return close();
      void this.mayLose().then((may) => {
        this.closing = false;
        if (may) close();
      });
    };
    this.tell({ kind: 'flush' });
  }

  /** Asks whether strokes that could not be saved may be lost. */
  private async mayLose(): Promise<boolean> {
    const { response } = await dialog.showMessageBox(this.window, {
      type: 'warning',
      message: 'Some strokes could not be saved.',
      detail: 'They are lost when this window is closed.',
      buttons: ['Cancel', 'Close anyway'],
      defaultId: 0,
      cancelId: 0,
    });
    return response === 1;
  }

  private pageDied(reason: string): void {
    this.disconnect();
    if (reason === 'clean-exit' || this.window.isDestroyed()) return;
    const again = Date.now() - this.crashedAt < CRASH_AGAIN_MS;
    this.crashedAt = Date.now();
    if (again) {
      dialog.showErrorBox(
        'Brushfield',
        'The window stopped working twice in a row and is closed; everything that was saved is there, start Brushfield again.',
      );
      this.window.destroy();
      return;
    }
    if (this.project !== null) this.tell({ kind: 'open-project', folder: this.project });
    this.window.webContents.reload();
  }

  private pageMissing(error: unknown): void {
    if (this.window.isDestroyed()) return;
    dialog.showErrorBox(
      'Brushfield',
      `The window's page could not be loaded (${messageOf(error)}): run "npm run build" in ${packageRoot()}.`,
    );
    this.window.destroy();
  }
}
