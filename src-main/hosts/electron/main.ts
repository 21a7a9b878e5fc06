/** Electron's main process: windows, menu, dialogs and the way to the core. It opens no project and decodes no image. */
import { app, dialog, ipcMain, session as sessions } from 'electron';
import { CoreKeeper } from '../../core/app/core-keeper.js';
import { PageRequests } from '../../core/app/page-requests.js';
import { messageOf } from '../../shared/errors.js';
import { AppWindow } from './app-window.js';
import { lockDownApp, lockDownSession } from './lock-down.js';
import { namedProject } from './named-project.js';
import { registerPageScheme, servePageScheme } from './page-scheme.js';
import { productNode } from './product-node.js';

/** Before Electron is ready, macOS already names the project that was double-clicked. */
let firstProject: string | null = null;
const windows: AppWindow[] = [];
let keeper: CoreKeeper | null = null;

/** Behind the program's path, and behind the app's folder where Electron itself is the program. */
const ownArguments = (argv: readonly string[]) => argv.slice(app.isPackaged ? 1 : 2);

function openWindow(project: string | null): void {
  const showing = windows.find((other) => project !== null && other.project === project);
  if (showing) return showing.show();
  if (!keeper) return;
  const opened = new AppWindow({
    session: sessions.defaultSession,
    keeper,
    project,
    newWindow: openWindow,
    opened: (folder) => app.addRecentDocument(folder),
    closed: () => windows.splice(windows.indexOf(opened), 1),
  });
  windows.push(opened);
}

/** Another start of the program: its project in a window of its own, or the window that is there. */
function startedAgain(project: string | null): void {
  if (project === null && windows.length > 0) windows.at(-1)!.show();
  else openWindow(project);
}

function start(): void {
  const { defaultSession } = sessions;
  keeper = new CoreKeeper({
    host: 'electron',
    nodePath: productNode(),
    documentsFolder: app.getPath('documents'),
  });
  lockDownSession(defaultSession);
  servePageScheme(defaultSession, new PageRequests(keeper));
  ipcMain.on('connect', (event) => windows.find((window) => window.isSender(event))?.connect());
  openWindow(firstProject ?? namedProject(ownArguments(process.argv), process.cwd()));
}

registerPageScheme();
lockDownApp();
app.on('open-file', (event, path) => {
  event.preventDefault();
  const project = namedProject([path], '/');
  if (app.isReady()) openWindow(project);
  else firstProject = project;
});
app.on('second-instance', (_event, argv, workingFolder) =>
  // Chromium puts switches of its own before and between them; none of them is without a dash.
  startedAgain(namedProject(ownArguments(argv), workingFolder)),
);
app.on('activate', () => {
  if (windows.length === 0) openWindow(null);
});
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
app.on('will-quit', (event) => {
  if (!keeper) return;
  // The core closes its projects first. Every window is gone by now, and a second `quit` might find this one unfinished.
  event.preventDefault();
  void keeper.stop().then(() => app.exit());
});

if (app.requestSingleInstanceLock())
  void app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox('Brushfield', messageOf(error));
      app.exit(1);
    });
else app.quit();
