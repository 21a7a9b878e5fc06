// @ts-check
/**
 * Pictures of the window over the sample project, taken in a headless Chromium: to be looked at after a change of the
 * interface, and those that the documentation shows.
 *
 *   node scripts/screenshots.mjs [FOLDER]     all sizes and colours into FOLDER; without it the few of docs/images
 *
 * Needs a build and a Chromium (`BRUSHFIELD_CHROMIUM` names one that is not found by itself).
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { checkout } from './setup/places.mjs';
import { nodeRuntime } from './setup/node-runtime.mjs';
import { chromiumForTests } from './setup/test-desktop.mjs';

const SIZES = [
  { width: 1000, height: 700 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
];
const DOCUMENTED = { width: 1440, height: 900 };

/** @typedef {{ name: string, page: import('playwright-core').Page }} Screen */

/**
 * `brushfield serve` with a home folder of its own.
 * @param {string} home
 */
async function serve(home) {
  const program = join(checkout, 'out', 'main', 'cli.js');
  const child = spawn(nodeRuntime(), [program, 'serve', '--json', '--no-open'], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, HOME: home, XDG_DATA_HOME: join(home, 'data') },
  });
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    printed += text;
    if (printed.includes('\n')) break;
  }
  return {
    child,
    address: /** @type {{ address: string }} */ (JSON.parse(printed.split('\n')[0] ?? '')).address,
  };
}

/**
 * Goes through the screens and hands each over.
 * @param {import('playwright-core').Page} page @param {(name: string) => Promise<unknown>} take
 */
async function walk(page, take) {
  await page.getByRole('heading', { name: 'Brushfield' }).waitFor();
  await take('welcome');
  await page.getByRole('button', { name: /sample project/ }).click();
  const rows = page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');
  await rows.nth(3).click();
  await page.getByText('All saved').waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(800);
  await take('project');
  await page.getByRole('tab', { name: 'Image' }).click();
  await take('image');
  await page.getByRole('tab', { name: 'Label' }).click();
  await page.locator('#canvas').focus();
  await page.keyboard.press('?');
  await take('shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await take('palette');
  await page.keyboard.press('Escape');
}

const executablePath = chromiumForTests();
if (!executablePath) throw new Error('There is no Chromium: install it, or name it in BRUSHFIELD_CHROMIUM.');
const folder = process.argv[2];
const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: process.getuid?.() !== 0,
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
});
try {
  for (const colorScheme of /** @type {const} */ (['light', 'dark']))
    for (const viewport of folder ? SIZES : [DOCUMENTED]) {
      const home = await mkdtemp(join(tmpdir(), 'brushfield-screenshots-'));
      const { child, address } = await serve(home);
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(address);
      const target = folder ?? join(checkout, 'docs', 'images');
      await mkdir(target, { recursive: true });
      await walk(page, (name) => {
        const suffix = folder ? `${colorScheme}-${viewport.width}` : colorScheme;
        // The documentation shows the window at work, not every dialog.
        if (!folder && name !== 'project') return Promise.resolve();
        return page.screenshot({ path: join(target, `app-${name}-${suffix}.png`) });
      });
      await page.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await ended;
      await rm(home, { recursive: true, force: true });
    }
} finally {
  await browser.close();
}
