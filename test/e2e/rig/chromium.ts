/** Starts `brushfield serve` and opens its page in a real, headless Chromium, for Playwright to drive. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumForTests } from '../../../scripts/setup/test-desktop.mjs';
import { packageRoot } from '../../../src-main/disk/package-root.js';
import { processBelow } from './processes.js';

export interface ServeOptions {
  /** Home folder of the program, where it also keeps settings; made if it is not given and then removed by `close`. */
  folder?: string;
  /** A project to open, options of `brushfield serve`. */
  args?: string[];
  /** Folder with package.json and out/; this checkout if it is not given. */
  appRoot?: string;
  env?: Record<string, string>;
}

export interface ServedApp {
  /** With the token. */
  address: string;
  folder: string;
  server: ChildProcess;
  /** Process number of the core, or null while there is none. */
  corePid(): number | null;
  close(): Promise<void>;
}

export interface BrowsedApp extends ServedApp {
  browser: Browser;
  page: Page;
}

/** The web host alone, as a person starts it. @throws what it printed, when it ends instead of serving. */
export async function serveApp({
  folder,
  args = [],
  appRoot,
  env = {},
}: ServeOptions = {}): Promise<ServedApp> {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'brushfield-served-'));
  mkdirSync(home, { recursive: true });
  const program = join(appRoot ?? packageRoot(), 'out', 'main', 'cli.js');
  const command = [program, 'serve', '--json', '--no-open', ...args];
  const server = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: home,
    env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, '.local', 'share'), ...env },
  });
  return {
    address: await printedAddress(server),
    folder: home,
    server,
    corePid: () => processBelow(server.pid, /out\/main\/core\.js/),
    async close() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGINT');
        await ended;
      }
      if (folder === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The page of the web host in a browser window of 1440 × 900. */
export async function browseApp(options: ServeOptions = {}): Promise<BrowsedApp> {
  const served = await serveApp(options);
  try {
    const browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(served.address);
    return {
      ...served,
      browser,
      page,
      async close() {
        await browser.close();
        await served.close();
      },
    };
  } catch (error) {
    await served.close();
    throw error;
  }
}

export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumForTests();
  if (!executablePath) throw new Error('There is no Chromium to test with; use describeWithChromium.');
  const quiet = ['disable-quic', 'no-first-run', 'disable-background-networking', 'disable-component-update'];
  return chromium.launch({
    executablePath,
    headless: true,
    // Chromium refuses its sandbox to root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-gpu', '--disable-sync', ...quiet.map((name) => `--${name}`)],
  });
}

function printedAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    let said = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('\n')) resolve((JSON.parse(printed) as { address: string }).address);
    });
    server.once('exit', (code) => reject(new Error(`brushfield serve ended (${code}): ${said}`)));
    server.once('error', reject);
  });
}
