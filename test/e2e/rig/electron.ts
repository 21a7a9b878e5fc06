/** Launches the desktop app in a real Electron, under a display that nobody sees, for Playwright to drive. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronForTests, type TestElectron } from '../../../scripts/setup/electron-for-tests.mjs';
import { packageRoot } from '../../../src-main/disk/package-root.js';
import { asOtherAccount, handOver, takesOtherAccount } from './account.js';
import { processBelow } from './processes.js';

export interface LaunchOptions {
  /**
   * Home folder of the app, where it also keeps settings; made if it is not given and then removed by `close`. The app
   * may run under an account without rights: all that lies in the folder is given to that account, which must be able
   * to reach it (a folder made by mkdtemp in the temporary folder, but no folder below such a one).
   */
  folder?: string;
  /** A project to open, switches. */
  args?: string[];
  /** Folder with package.json and out/; this checkout if it is not given. */
  appRoot?: string;
  env?: Record<string, string>;
  /** Read beside the program's own files: where the account without rights cannot, the app runs under this one. */
  mustRead?: string[];
}

export interface LaunchedApp {
  app: ElectronApplication;
  /** The first window. */
  page: Page;
  folder: string;
  /** Whether Chromium's sandbox is on; it cannot be where only root can read the checkout. */
  sandboxed: boolean;
  /** Process number of the core, or null while there is none. */
  corePid(): number | null;
  /** Starts the program once more, as a second double-click does; settles when that process has ended. */
  startAgain(args: string[], workingFolder?: string): Promise<number | null>;
  close(): Promise<void>;
}

/** An app that does not close is ended, so that the tests can go on to say what is wrong. */
const CLOSE_MS = 10_000;
const START_MS = 60_000;
const SCREEN = '1600x1000x24';

/** @throws when the app shows no window within a minute. */
export async function launchApp({
  folder,
  args = [],
  appRoot = packageRoot(),
  env = {},
  mustRead = [],
}: LaunchOptions = {}): Promise<LaunchedApp> {
  const electron = electronForTests();
  if (!electron) throw new Error('There is no Electron to test with; use describeWithElectron.');
  const home = folder ?? mkdtempSync(join(tmpdir(), 'brushfield-app-'));
  mkdirSync(home, { recursive: true });
  const runtime = prepareRuntime(electron, appRoot);
  const otherAccount = [join(appRoot, 'package.json'), ...mustRead].every(takesOtherAccount);
  const sandboxed = otherAccount || process.getuid?.() !== 0;
  const variables = homeVariables(home, env);
  const script = join(runtime.folder, 'run');
  writeFileSync(script, launchScript(runtime.program, variables, otherAccount));
  chmodSync(script, 0o755);
  if (otherAccount) handOver(home);
  const switches = [...runtime.appArguments, '--disable-gpu'];
  const launch = () =>
    _electron.launch({
      executablePath: script,
      args: [...switches, ...args],
      cwd: home,
      chromiumSandbox: sandboxed,
      // Playwright would hand on this process's environment, in which tests have set what is theirs.
      env: { PATH: process.env['PATH'] ?? '' },
    });
  const { app, page } = await withFirstWindow(launch, join(runtime.folder, 'pid'));
  const main = app.process();
  return {
    app,
    page,
    folder: home,
    sandboxed,
    corePid: () => processBelow(main.pid, /out\/main\/core\.js/),
    startAgain: (more, workingFolder = home) =>
      new Promise((settle) => {
        const child = spawn(script, [...switches, ...more], { cwd: workingFolder, stdio: 'ignore' });
        child.on('exit', settle);
      }),
    async close() {
      const stuck = setTimeout(() => killGroup(main.pid), CLOSE_MS);
      await app.close().catch(() => undefined);
      clearTimeout(stuck);
      rmSync(runtime.folder, { recursive: true, force: true });
      if (folder === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

async function withFirstWindow(
  launch: () => Promise<ElectronApplication>,
  pidFile: string,
): Promise<{ app: ElectronApplication; page: Page }> {
  let limit: NodeJS.Timeout | undefined;
  const started = launch().then(async (app) => ({ app, page: await app.firstWindow() }));
  const tooLong = new Promise<null>((resolve) => (limit = setTimeout(resolve, START_MS, null)));
  const outcome = await Promise.race([started, tooLong]).finally(() => clearTimeout(limit));
  if (outcome) return outcome;
  started.catch(() => undefined);
  killGroup(Number(readFileSync(pidFile, 'utf8')));
  throw new Error(`The app showed no window within ${START_MS} ms.`);
}

/** The display, the app and all that it started: Playwright makes a process group of them. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** A copy of the runtime, of hard links where the disk allows, with the app in the place where it looks for it. */
function prepareRuntime(electron: TestElectron, appRoot: string) {
  const folder = mkdtempSync(join(tmpdir(), 'brushfield-electron-'));
  chmodSync(folder, 0o755);
  const copy = join(folder, 'electron');
  try {
    execFileSync('cp', ['-al', electron.folder, copy], { stdio: 'ignore' });
  } catch {
    rmSync(copy, { recursive: true, force: true });
    execFileSync('cp', ['-a', electron.folder, copy]);
  }
  const program = join(copy, electron.program.slice(electron.folder.length + 1));
  const app = join(copy, electron.app ?? join('resources', 'app-for-tests'));
  const { version } = JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'brushfield', version, main: 'main.cjs' }));
  const main = join(appRoot, 'out', 'electron', 'main.cjs');
  writeFileSync(join(app, 'main.cjs'), mainScript(main, electron.version));
  return { folder, program, appArguments: electron.app === undefined ? [app] : [] };
}

/**
 * Playwright's own loader holds the app back until Playwright has attached, but Playwright only brings it along where it
 * chooses the Electron. Without it, it may attach in the middle of the page's first navigation, miss its end and wait
 * for ever: 4 of 80 starts did, none of 145 without Playwright, none of 140 with the loader. A start that nobody
 * attaches to, as a second double-click, would wait in it for ever.
 */
function mainScript(main: string, version: string): string {
  const loader = join(
    packageRoot(),
    'node_modules',
    'playwright-core',
    'lib',
    'server',
    'electron',
    'loader.js',
  );
  const wholePages = join(packageRoot(), 'test', 'e2e', 'rig', 'whole-pages.cjs');
  return `if (process.argv.includes('--remote-debugging-port=0')) require(${JSON.stringify(loader)});
${trapsOnLongMessages(version) ? `require(${JSON.stringify(wholePages)});` : ''}
require(${JSON.stringify(main)});
`;
}

/** Versions before 26; `whole-pages.cjs` says what it is and keeps them from it. */
const trapsOnLongMessages = (version: string) => Number.parseInt(version, 10) < 26;

function homeVariables(home: string, env: Record<string, string>): Record<string, string> {
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    TMPDIR: tmpdir(),
    ...env,
  };
}

function launchScript(program: string, variables: Record<string, string>, otherAccount: boolean): string {
  const command = [
    ...(otherAccount ? asOtherAccount() : []),
    'env',
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    ...(process.platform === 'linux' ? ['xvfb-run', '-a', '-s', `-screen 0 ${SCREEN}`] : []),
    program,
  ];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  // The shell, and what takes its place, lead the process group that Playwright makes.
  return `#!/bin/sh\necho $$ > "\${0%/*}/pid"\nexec ${quoted} "$@"\n`;
}
