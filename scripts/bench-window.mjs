// @ts-check
/**
 * What the window's benchmarks have in common: a real `brushfield serve`, a real headless Chromium, and a probe in the
 * page. Started by `brushfield bench paint` and `brushfield bench list`, which make the projects.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { hasPut, isQuiet, probe, putTimes } from './bench-page.mjs';
import { checkout } from './setup/places.mjs';
import { chromiumForTests } from './setup/test-desktop.mjs';

export const VIEWPORT = { width: 1440, height: 900 };

/** @typedef {import('playwright-core').Page} Page */

/** One line of JSON for the program that started this one. @param {object} row */
export const tell = (row) => process.stdout.write(`${JSON.stringify({ ...row, load: loadavg()[0] })}\n`);

/** A headless Chromium whose frames follow one another as fast as they can be made, unless `paced`. */
export function launchBrowser({ paced = false } = {}) {
  const executablePath = chromiumForTests();
  if (!executablePath) {
    tell({
      kind: 'missing',
      sentence: 'This benchmark drives a Chromium: install one, or name it in BRUSHFIELD_CHROMIUM.',
    });
    process.exit(0);
  }
  const unpaced = ['--disable-frame-rate-limit', '--disable-gpu-vsync'];
  return chromium.launch({
    executablePath,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
      '--enable-precise-memory-info',
      ...(paced ? [] : unpaced),
    ],
  });
}

/**
 * Serves a project under a home folder of its own and shows it in a page.
 * @param {import('playwright-core').Browser} browser @param {string} project
 */
export async function openApp(browser, project) {
  const home = await mkdtemp(join(tmpdir(), 'brushfield-bench-home-'));
  const child = spawn(
    process.execPath,
    [join(checkout, 'out', 'main', 'cli.js'), 'serve', project, '--json', '--no-open'],
    {
      cwd: home,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') },
    },
  );
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += text;
    if (printed.includes('\n')) break;
  }
  const { address } = /** @type {{ address: string }} */ (JSON.parse(printed.split('\n')[0] ?? ''));
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.addInitScript(probe);
  return {
    page,
    address,
    serverPid: child.pid ?? 0,
    async close() {
      await context.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Memory of the page's process and its JavaScript heap after a collection, MB. @param {Page} page */
export async function memoryOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' });
  const renderers = processes.split('\n').filter((line) => line.includes('--type=renderer'));
  const sizes = await Promise.all(
    renderers.map(async (line) => residentMb(Number(line.trim().split(/\s+/, 1)[0]))),
  );
  // Of several pages' processes the one that is measured is by far the largest.
  return { heapMb: usedSize / 2 ** 20, rssMb: Math.max(0, ...sizes) };
}

/** @param {number} pid */
export async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** The core of a server. @param {number} serverPid */
export function corePid(serverPid) {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  const line = text.split('\n').find((each) => {
    const [, parent] = each.trim().split(/\s+/);
    return Number(parent) === serverPid && each.includes('core.js');
  });
  return Number(line?.trim().split(/\s+/, 1)[0] ?? 0);
}

/** Resolves when no canvas has been written for `quietMs`. @param {Page} page */
export const settled = (page, quietMs = 300) => page.waitForFunction(isQuiet, quietMs, { polling: 50 });

/** When a canvas was first and last written after the last key or press, ms. @param {Page} page */
export async function timesOfPuts(page, quietMs = 300) {
  await page.waitForFunction(hasPut, null, { polling: 10 });
  await settled(page, quietMs);
  return page.evaluate(putTimes);
}
