// @ts-check
/**
 * Pictures of the window over the sample project, taken in a headless Chromium: to be looked at after a change of the
 * interface, and shown by the documentation. Light and dark, in three sizes; suggestions and what needs a model in one.
 *
 *   node scripts/screenshots.mjs [FOLDER] [--only WALK]
 *
 * Into FOLDER; without it into docs/images, with fewer colours to be small. WALK is first, live or trained.
 * Needs a build and a Chromium (`BRUSHFIELD_CHROMIUM` names one that is not found by itself).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { walkFirstScreens } from './pictures/first-screens.mjs';
import { strokesSample, walkLiveScreen } from './pictures/live-screen.mjs';
import { serve } from './pictures/served-window.mjs';
import { trainedSample, walkTrainedScreens } from './pictures/trained-screens.mjs';
import { checkout } from './setup/places.mjs';
import { chromiumForTests } from './setup/test-desktop.mjs';

const SIZES = /** @type {const} */ ([
  { width: 1000, height: 700 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
]);
/** Of the palette: thirty pictures stay below 3 MB together. */
const QUALITY = 60;

/** @typedef {(page: import('playwright-core').Page, take: (name: string) => Promise<unknown>, plate: string) => Promise<unknown>} Walk */

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
});
const executablePath = chromiumForTests();
if (!executablePath) throw new Error('There is no Chromium: install it, or name it in BRUSHFIELD_CHROMIUM.');
const target = positionals[0] ?? join(checkout, 'docs', 'images');
const quality = positionals[0] === undefined ? QUALITY : 100;
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

/**
 * A walk through a window of its own.
 * @param {Walk} walk
 * @param {{ colorScheme: 'light' | 'dark', viewport: { width: number, height: number }, of?: (home: string) => Promise<{ project: string, plate?: string }> }} options
 *   `of`: makes the project that is opened
 */
async function pictures(walk, { colorScheme, viewport, of }) {
  const home = await mkdtemp(join(tmpdir(), 'brushfield-screenshots-'));
  try {
    const made = of ? await of(home) : null;
    const { child, address } = await serve(home, made ? [made.project] : []);
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(address);
    /** @param {string} name */
    const take = async (name) => {
      const picture = await page.screenshot({ animations: 'disabled' });
      await sharp(picture)
        .png({ palette: true, quality, effort: 10, compressionLevel: 9, dither: 0 })
        .toFile(join(target, `app-${name}-${colorScheme}-${viewport.width}.png`));
    };
    await walk(page, take, made?.plate ?? '');
    await page.close();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

try {
  await mkdir(target, { recursive: true });
  const wanted = (/** @type {string} */ walk) => (values.only ?? walk) === walk;
  const one = /** @type {const} */ ({ colorScheme: 'light', viewport: SIZES[1] });
  if (wanted('trained')) await pictures(walkTrainedScreens, { ...one, of: trainedSample });
  if (wanted('live')) await pictures(walkLiveScreen, { ...one, of: strokesSample });
  for (const colorScheme of /** @type {const} */ (['light', 'dark']))
    for (const viewport of wanted('first') ? SIZES : [])
      await pictures(walkFirstScreens, { colorScheme, viewport });
} finally {
  await browser.close();
}
